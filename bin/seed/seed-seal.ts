// The department's seal, led through its whole life by the staff of the seed: applied for, approved, made, put on file, put
// in force, and granted to the license room. Every act has a fixed key, so that repeating the seed changes nothing.
import { type Clock, systemClock } from '../../common/clock.ts';
import type { RoleName } from '../../common/contract/roles.ts';
import { connect } from '../../common/db/connect.ts';
import { makeLog } from '../../common/log.ts';
import { withIntermediates } from '../../common/pki/trust-stores.ts';
import { readRoomConfig } from '../../seal/config.ts';
import { applyForSeal } from '../../seal/flow/apply-for-seal.ts';
import { activateVersion, decideOnVersion } from '../../seal/flow/change-seal.ts';
import { giveGrant } from '../../seal/flow/give-grant.ts';
import type { LifeAct } from '../../seal/flow/life-act.ts';
import type { LifeDeps } from '../../seal/flow/life-deps.ts';
import { makeVersion } from '../../seal/flow/make-version.ts';
import { openLife } from '../../seal/flow/open-life.ts';
import { makeSealKeyring } from '../../seal/flow/seal-keyring.ts';
import { KEYS_DEV } from '../serve/keys.ts';
import { openSeedAuthority } from './seed-authority.ts';
import type { StaffSubjects } from './seed-identity.ts';
import { CLI_CLIENT, LICENSE_CLIENT, SEAL, STAFF } from './values.ts';

const YEARS = 5;
/** The seed signs no document. */
const NO_SIGNER = { load: () => undefined, unload: () => undefined };

/** `keys` is the folder of the development PKI, `subjects` the staff as the seal room knows them. */
export async function seedSeal(
  env: NodeJS.ProcessEnv,
  subjects: StaffSubjects,
  { keys = KEYS_DEV, clock = systemClock }: { readonly keys?: string; readonly clock?: Clock } = {},
): Promise<void> {
  const config = readRoomConfig(env);
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 2 });
  const keyring = makeSealKeyring({ db, signer: NO_SIGNER, certificates: new Map() });
  const ground = { db, clock, log: makeLog('seal', 'warn'), keyring };
  const trust = withIntermediates(config.trustStores, config.chain);
  const { life, close } = await openLife(config, { ...ground, trust });
  try {
    await leadSeal({ ...life, authority: await openSeedAuthority(keys) }, subjects);
  } finally {
    await close();
    await db.destroy();
  }
}

async function leadSeal(deps: LifeDeps, subjects: StaffSubjects): Promise<void> {
  const as = (role: RoleName, act: string) => actOf(subjects, role, act);
  const { application_id: id, esID } = await applyForSeal(deps, as('seal-applicant', 'apply'), {
    owner_name: SEAL.name,
    owner_code: SEAL.ownerCode,
    kind: '01',
    picture: { source: 'drawn', text: SEAL.name, width_mm: SEAL.widthMm },
    show_code: false,
    valid_years: YEARS,
    reason: '机构设立',
  });
  if (esID !== SEAL.esID) throw new Error(`the seed's seal got the code ${esID}: this database is not a new one`);
  await decideOnVersion(deps, as('seal-approver', 'approve'), id, { step: 'approve', reason: '材料齐全' });
  await makeVersion(deps, as('seal-maker', 'make'), id, {});
  await decideOnVersion(deps, as('seal-maker', 'file'), id, { step: 'file', reason: '备案编号 开发〔2026〕00001号' });
  const { valid_to: end } = await activateVersion(deps, as('seal-keeper', 'activate'), id, {});
  await giveGrant(deps, as('seal-keeper', 'grant'), esID, {
    client_id: LICENSE_CLIENT.clientId,
    document_class: 'license',
    count: null,
    valid_to: end!,
  });
}

function actOf(subjects: StaffSubjects, role: RoleName, act: string): Omit<LifeAct, 'name' | 'request'> {
  const { login, org, unit } = STAFF.find((member) => member.role === role)!;
  const actor = {
    kind: 'person',
    subject: subjects[login],
    clientId: CLI_CLIENT.clientId,
    roles: [{ org, unit, role }],
  } as const;
  return { actor, idempotencyKey: `seed-${act}` };
}
