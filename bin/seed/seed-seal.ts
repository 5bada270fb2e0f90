// The seals of the issuing authorities and of the platform, led through their whole life by the staff of the seed: applied for,
// approved, made, put on file, put in force, and granted to who uses them: the license room, and the seal room for its
// reports. Every act has a fixed key, so that repeating the seed changes nothing.
import { systemClock } from '../../common/clock.ts';
import type { RoleName } from '../../common/contract/roles.ts';
import type { SealApplicationRequest } from '../../common/contract/seal-life.ts';
import { masterKeysOf } from '../../common/crypto/master-keys.ts';
import { connect } from '../../common/db/connect.ts';
import { openRootSecret } from '../../common/keys/root-secret.ts';
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
import { REPORT_CLASS, REPORT_CLIENT } from '../../seal/flow/seal-report.ts';
import type { StaffSubjects } from './seed-identity.ts';
import { CLI_CLIENT, LICENSE_CLIENT, MARKET_SEAL, PLATFORM_SEAL, SEAL, SEAL_AUTHORITY, STAFF } from './values.ts';

const YEARS = 5;
/** The seed signs no document. */
const NO_SIGNER = { load: () => undefined, unload: () => undefined };

/** `subjects`: the staff as the seal room knows them. */
export async function seedSeal(env: NodeJS.ProcessEnv, subjects: StaffSubjects): Promise<void> {
  const config = readRoomConfig(env);
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 2 });
  const rootSecret = await openRootSecret(db, 'seal', masterKeysOf(config), systemClock());
  const keyring = makeSealKeyring({ db, signer: NO_SIGNER, rootSecret, certificates: new Map() });
  const ground = { db, clock: systemClock, log: makeLog('seal', 'warn'), keyring, rootSecret };
  const trust = withIntermediates(config.trustStores, config.chain);
  const { life, close } = await openLife(config, { ...ground, trust });
  try {
    // In the order of their codes, which the registry gives one after the other.
    for (const seal of [authoritySeal(SEAL, ''), REPORT_SEAL, authoritySeal(MARKET_SEAL, 'market-')]) {
      await leadSeal(life, subjects, seal);
    }
  } finally {
    await close();
    await db.destroy();
  }
}

type SeedSeal = {
  readonly esID: string;
  readonly application: SealApplicationRequest;
  readonly grants: readonly { readonly client_id: string; readonly document_class: string }[];
  /** Keys of the acts: the seed may be repeated. */
  readonly acts: string;
};

/** Of an authority that issues licenses. */
function authoritySeal({ esID, name, ownerCode, widthMm }: typeof SEAL | typeof MARKET_SEAL, acts: string): SeedSeal {
  return {
    esID,
    application: {
      owner_name: name,
      owner_code: ownerCode,
      kind: '01',
      picture: { source: 'drawn', text: name, width_mm: widthMm },
      show_code: false,
      valid_years: YEARS,
      reason: '机构设立',
    },
    grants: [{ client_id: LICENSE_CLIENT.clientId, document_class: 'license' }],
    acts,
  };
}

/** Of who runs the platform. Applicant and keeper of every seal are, in the seed, the persons who are these for the first department. */
const REPORT_SEAL: SeedSeal = {
  esID: PLATFORM_SEAL.esID,
  application: {
    owner_name: SEAL_AUTHORITY.name,
    owner_code: SEAL_AUTHORITY.code,
    name: PLATFORM_SEAL.name,
    kind: '99',
    picture: {
      source: 'drawn',
      text: SEAL_AUTHORITY.name,
      lower_text: PLATFORM_SEAL.lowerText,
      width_mm: PLATFORM_SEAL.widthMm,
    },
    show_code: false,
    valid_years: YEARS,
    reason: '核验报告用章',
  },
  grants: [
    { client_id: REPORT_CLIENT, document_class: REPORT_CLASS },
    { client_id: LICENSE_CLIENT.clientId, document_class: 'license-copy' },
  ],
  acts: 'platform-',
};

async function leadSeal(deps: LifeDeps, subjects: StaffSubjects, seal: SeedSeal): Promise<void> {
  const { application, acts } = seal;
  const as = (role: RoleName, act: string) => actOf(subjects, role, `${acts}${act}`, application.owner_code);
  const { application_id: id, esID } = await applyForSeal(deps, as('seal-applicant', 'apply'), application);
  if (esID !== seal.esID) throw new Error(`the seed's seal got the code ${esID}: this database is not a new one`);
  await decideOnVersion(deps, as('seal-approver', 'approve'), id, { step: 'approve', reason: '材料齐全' });
  await makeVersion(deps, as('seal-maker', 'make'), id, {});
  await decideOnVersion(deps, as('seal-maker', 'file'), id, { step: 'file', reason: '备案编号 开发〔2026〕00001号' });
  const { valid_to: end } = await activateVersion(deps, as('seal-keeper', 'activate'), id, {});
  for (const [index, grant] of seal.grants.entries()) {
    const act = as('seal-keeper', index === 0 ? 'grant' : `grant-${index + 1}`);
    await giveGrant(deps, act, esID, { ...grant, count: null, valid_to: end! });
  }
}

const OWNERS: readonly RoleName[] = ['seal-applicant', 'seal-keeper'];

function actOf(subjects: StaffSubjects, role: RoleName, act: string, owner: string): Omit<LifeAct, 'name' | 'request'> {
  const { login, org, unit } = STAFF.find((member) => member.role === role)!;
  const actor = {
    kind: 'person',
    subject: subjects[login],
    clientId: CLI_CLIENT.clientId,
    roles: [{ org: OWNERS.includes(role) ? owner : org, unit, role }],
  } as const;
  return { actor, idempotencyKey: `seed-${act}` };
}
