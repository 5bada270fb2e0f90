// Accounts of the demo citizens and of the staff with their roles, and registrations of all clients, through the flows of the identity room.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { type Clock, systemClock } from '../../common/clock.ts';
import { ROLE_SCOPES } from '../../common/contract/roles.ts';
import { masterKeysOf } from '../../common/crypto/master-keys.ts';
import { connect } from '../../common/db/connect.ts';
import { isTrustError, type ProblemCode } from '../../common/errors.ts';
import { openRootSecret } from '../../common/keys/root-secret.ts';
import { readRoomConfig } from '../../identity/config.ts';
import { CITIZEN_NUMBER } from '../../identity/domain/account.ts';
import type { ClientRegistration } from '../../identity/domain/client.ts';
import type { PublicJwk } from '../../identity/domain/client-parts.ts';
import { type DocumentKeys, deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import type { Identity } from '../../identity/domain/proofing.ts';
import { deriveSubjectKey, OWN_SECTOR, pairwiseSub } from '../../identity/domain/subject.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { type PopulationDeps, proveByFace, proveByPopulation } from '../../identity/flow/prove-identity.ts';
import { proveUnit } from '../../identity/flow/prove-unit.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { findSubByLoginName } from '../../identity/store/accounts.ts';
import { findLegalPerson } from '../../identity/store/legal-persons.ts';
import { KEYS_DEV } from '../serve/keys.ts';
import type { Secrets } from '../serve/secrets.ts';
import {
  CITIZENS,
  CLI_CLIENT,
  ISSUING_DEPARTMENT,
  LICENSE_CLIENT,
  MARKET_REGULATOR,
  SEAL_AUTHORITY,
  STAFF,
  type StaffLogin,
  SYSTEMS,
  UNITS,
  VERIFIER,
} from './values.ts';

/** Login name of a member of staff -> `sub` in the sector of our own rooms. */
export type StaffSubjects = Readonly<Record<StaffLogin, string>>;

/** A PNG as far as its first bytes go; the face check of a development house looks at the person, not at the picture. */
const SAMPLE_PICTURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...new Uint8Array(64)]);
const PORTS = makeDevelopmentPorts({ delayMs: 0, outages: () => [] });

/** Addresses of systems A and B. */
export type SystemUrls = readonly string[];

/** Returns the subjects of the staff as our own rooms know them. */
export async function seedIdentity(
  env: NodeJS.ProcessEnv,
  passwords: Secrets['demo_passwords'],
  systemUrls: SystemUrls,
): Promise<StaffSubjects> {
  const config = readRoomConfig(env);
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 1 });
  try {
    const rootSecret = await openRootSecret(db, 'identity', masterKeysOf(config), systemClock());
    const deps = { db, clock: systemClock, keys: deriveDocumentKeys(rootSecret) };
    await seedAccounts(deps, passwords);
    for (const unit of UNITS) {
      if ((await findLegalPerson(db, unit.code)) !== null) continue; // proven before: nothing is to be recorded again
      await proveUnit({ ...deps, ports: PORTS }, await subOf(db, unit.representative), unit);
    }
    for (const { login: loginName, org, unit, role } of STAFF) {
      await addRole(deps, { loginName, org, unit, role }).catch(unless('role-exists'));
    }
    for (const client of listClients(config.licenseUrl, systemUrls)) {
      await registerClient({ ...deps, requireHttps: false }, client);
    }
    return await readSubjects(db, deriveSubjectKey(rootSecret));
  } finally {
    await db.destroy();
  }
}

type SeedDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

async function seedAccounts({ db, clock, keys }: SeedDeps, passwords: Secrets['demo_passwords']): Promise<void> {
  const register = async ({ login: loginName, name, code, ...others }: (typeof CITIZENS | typeof STAFF)[number]) => {
    const phone = 'phone' in others ? { phone: others.phone } : {};
    const holder = { type: CITIZEN_NUMBER, code };
    const account = { loginName, password: passwords[loginName], name, holder, ...phone };
    await registerAccount({ db, clock, keys }, account).catch(unless('account-exists'));
    await proveSeeded({ db, clock, keys, ports: PORTS, proofWaitDays: 1 }, loginName, { name, holder });
  };
  // Side by side: what takes time is the hash of each password.
  await Promise.all([...CITIZENS, ...STAFF].map(register));
}

/** Level 4, by asking the sources of a development house as everybody does. */
async function proveSeeded(deps: PopulationDeps, loginName: string, identity: Identity): Promise<void> {
  const account = await findSubByLoginName(deps.db, loginName);
  if (account === null || account.level >= 4) return;
  const base = await proveByPopulation(deps, account.sub, identity);
  const face = await proveByFace(deps, account.sub, SAMPLE_PICTURE);
  if (base.outcome !== 'proven' || face.outcome !== 'proven')
    throw new Error(`${loginName} is no registered test person`);
}

async function subOf(db: Knex, loginName: string): Promise<string> {
  const account = await findSubByLoginName(db, loginName);
  if (account === null) throw new Error(`${loginName} was not seeded`);
  return account.sub;
}

async function readSubjects(db: Knex, subjectKey: Uint8Array): Promise<StaffSubjects> {
  const subjects: [StaffLogin, string][] = [];
  for (const { login } of STAFF) {
    subjects.push([login, pairwiseSub(subjectKey, await subOf(db, login), OWN_SECTOR)]);
  }
  return Object.fromEntries(subjects) as StaffSubjects;
}

const unless = (code: ProblemCode) => (error: unknown) => {
  if (!isTrustError(error, code)) throw error;
};

/** The clients of a development house with their public keys. */
export function listClients(licenseUrl: string, systemUrls: SystemUrls): readonly ClientRegistration[] {
  return [
    {
      ...webClient(LICENSE_CLIENT.clientId, licenseUrl, 'license/client.key.pem'),
      name: LICENSE_CLIENT.name,
      purpose: '查看和出示本人或所代表单位的电子证照',
      firstParty: true,
      sector: OWN_SECTOR,
      grantTypes: ['authorization_code', 'client_credentials'],
      scopes: ['openid', 'profile', 'identity_document', ...LICENSE_CLIENT.scopes],
    },
    ...SYSTEMS.map(
      ({ clientId, name }, index): ClientRegistration => ({
        ...webClient(clientId, systemUrls[index]!, `demo/${clientId}.key.pem`),
        name,
        purpose: '网上办事',
        firstParty: true,
        grantTypes: ['authorization_code'],
        scopes: ['openid', 'profile'],
      }),
    ),
    machineClient(ISSUING_DEPARTMENT, '签发电子证照'),
    machineClient(MARKET_REGULATOR, '签发许可证件，经持证人同意核对证照'),
    machineClient(VERIFIER, '核验电子证照'),
    {
      clientId: CLI_CLIENT.clientId,
      name: CLI_CLIENT.name,
      applicationType: 'native',
      organisation: SEAL_AUTHORITY.name,
      purpose: '以本人身份办理印章业务',
      acceptsUnits: false,
      firstParty: true,
      grantTypes: ['authorization_code'],
      scopes: ['openid', 'profile', ...Object.values(ROLE_SCOPES).flat()],
      redirectUris: [CLI_CLIENT.redirectUri],
      postLogoutRedirectUris: [],
      backchannelLogoutUri: null,
      sector: OWN_SECTOR,
      jwks: { keys: [] },
    },
  ];
}

type WebPart = Pick<
  ClientRegistration,
  | 'clientId'
  | 'applicationType'
  | 'organisation'
  | 'sector'
  | 'jwks'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'backchannelLogoutUri'
>;

function webClient(clientId: string, url: string, keyFile: string): WebPart {
  return {
    clientId,
    applicationType: 'web',
    organisation: '示例市数据局',
    sector: clientId,
    jwks: publicKeysOf(keyFile),
    redirectUris: [`${url}/login/callback`],
    postLogoutRedirectUris: [`${url}/`, `${url}/?out=1`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
  };
}

function machineClient(
  { clientId, name, scopes }: { readonly clientId: string; readonly name: string; readonly scopes: readonly string[] },
  purpose: string,
): ClientRegistration {
  return {
    clientId,
    name,
    applicationType: 'web',
    organisation: name,
    purpose,
    firstParty: true,
    grantTypes: ['client_credentials'],
    scopes,
    redirectUris: [],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: null,
    sector: clientId,
    jwks: publicKeysOf(`demo/${clientId}.key.pem`),
  };
}

function publicKeysOf(keyFile: string): { readonly keys: readonly PublicJwk[] } {
  const publicKey = createPublicKey(readFileSync(join(KEYS_DEV, keyFile)));
  return { keys: [publicKey.export({ format: 'jwk' }) as PublicJwk] };
}
