// The type packs that come with the house, who issues what for which authority under which seal, and the verifier.
import type { Knex } from 'knex';
import { type Clock, systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { readRoomConfig } from '../../license/config.ts';
import { publishType } from '../../license/flow/publish-type.ts';
import { registerClient, registerIssuingAuthority, registerIssuingClient } from '../../license/flow/register.ts';
import { DEVELOPMENT_KEY } from '../type-packs/catalog-commands.ts';
import { openCatalogSigner } from '../type-packs/catalog-signer.ts';
import { listPacks, readPackType } from '../type-packs/read-pack.ts';
import { ISSUERS, REGION, TYPE_DEFINER, VERIFIER } from './values.ts';

export async function seedLicense(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readRoomConfig(env);
  const signer = await openCatalogSigner(DEVELOPMENT_KEY, config.catalogCertificates, { mode: config.mode });
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 1 });
  try {
    for (const folder of await listPacks()) {
      const deps = { db, clock: systemClock, signer, publishedBy: TYPE_DEFINER };
      await publishType(deps, await readPackType(folder));
    }
    await registerOrganisations({ db, clock: systemClock });
  } finally {
    await db.destroy();
  }
}

async function registerOrganisations(deps: { readonly db: Knex; readonly clock: Clock }): Promise<void> {
  for (const { department, seal, types } of ISSUERS) {
    const { clientId, code, name } = department;
    await registerClient(deps, { clientId, organisation: code, organisationName: name, mayRedeem: false });
    for (const licenseType of types) {
      const grant = { clientId, licenseType, authorityCode: code };
      await registerIssuingAuthority(deps, { ...grant, authorityName: name, region: REGION, sealEsID: seal.esID });
      await registerIssuingClient(deps, grant);
    }
  }
  const verifier = { clientId: VERIFIER.clientId, organisation: VERIFIER.code, organisationName: VERIFIER.name };
  await registerClient(deps, { ...verifier, mayRedeem: true });
}
