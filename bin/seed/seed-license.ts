// The license type, who issues it for which authority under which seal, and the verifier.
import { readFileSync } from 'node:fs';
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { registerIssuingClient, registerLicenseType, registerVerifier } from '../../license/flow/register.ts';
import { databaseKey } from '../serve/environment.ts';
import { ISSUING_DEPARTMENT, LICENSE_TYPE, SEAL, VERIFIER } from './values.ts';

export async function seedLicense(env: NodeJS.ProcessEnv): Promise<void> {
  const db = connect(env[databaseKey('license')]!, { applicationName: 'xinji seed', poolMax: 1 });
  const file = new URL(`../../license/type-packs/${LICENSE_TYPE.pack}/type.json`, import.meta.url);
  try {
    await registerLicenseType({ db, clock: systemClock }, JSON.parse(readFileSync(file, 'utf8')));
    await registerIssuingClient(
      { db },
      {
        clientId: ISSUING_DEPARTMENT.clientId,
        licenseType: LICENSE_TYPE.code,
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
