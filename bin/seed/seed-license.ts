// The type packs that come with the house, who issues what for which authority under which seal, and the verifier.
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { readRoomConfig } from '../../license/config.ts';
import { publishType } from '../../license/flow/publish-type.ts';
import { registerIssuingClient, registerVerifier } from '../../license/flow/register.ts';
import { DEVELOPMENT_KEY } from '../type-packs/catalog-commands.ts';
import { openCatalogSigner } from '../type-packs/catalog-signer.ts';
import { listPacks, readPackType } from '../type-packs/read-pack.ts';
import { ISSUING_DEPARTMENT, LICENSE_TYPE, SEAL, TYPE_DEFINER, VERIFIER } from './values.ts';

export async function seedLicense(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readRoomConfig(env);
  const signer = await openCatalogSigner(DEVELOPMENT_KEY, config.catalogCertificates, { mode: config.mode });
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 1 });
  try {
    for (const folder of await listPacks()) {
      const deps = { db, clock: systemClock, signer, publishedBy: TYPE_DEFINER };
      await publishType(deps, await readPackType(folder));
    }
    await registerIssuingClient(
      { db },
      {
        clientId: ISSUING_DEPARTMENT.clientId,
        licenseType: LICENSE_TYPE,
        authorityName: ISSUING_DEPARTMENT.name,
        authorityCode: ISSUING_DEPARTMENT.code,
        sealEsID: SEAL.esID,
      },
    );
    await registerVerifier({ db }, { clientId: VERIFIER.clientId, name: VERIFIER.name, code: VERIFIER.code });
  } finally {
    await db.destroy();
  }
}
