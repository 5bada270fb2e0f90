// `xinji admin create`: the first administrators of an installation, who then give roles to others on their pages.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { ADMIN_ROLES } from '../../common/contract/roles.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { makeToken } from '../../common/ids.ts';
import { CITIZEN_NUMBER } from '../../identity/domain/account.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { findSubByLoginName } from '../../identity/store/accounts.ts';
import { type IdentityRoom, withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';
import { readFirstLine, readPasswordFile } from './password-file.ts';

export const command: Command = {
  name: 'admin',
  summary: 'Make the first administrator of an installation: xinji admin create LOGIN …',
  usage: `xinji admin create LOGIN --name NAME --number-file FILE --org USCC --unit UNIT [--role ROLE] [--password-file FILE]
    LOGIN                 login name; an account that is there gets the role only, and needs no --number-file
    --name NAME           the person's name
    --number-file FILE    first line: the person's 公民身份号码; it does not belong on a command line, remove the file after
    --org USCC            统一社会信用代码 of the organisation that runs the platform
    --unit UNIT           内设机构, as people know it
    --role ROLE           ${ADMIN_ROLES.join(', ')}; security-admin unless given, who gives roles to others
    --password-file FILE  first line: the password; otherwise one is made and printed, once

Systems, accounts and roles, and the audit log are kept by three persons (三员分立); nobody gets two of these roles. The
operator answers for who this person is (level 4); a second factor is set up at the first login, before anything else.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, login, ...rest] = positionals;
    const { name, org, unit, role = 'security-admin' } = values;
    if (action !== 'create' || !login || rest.length > 0 || !name || !org || !unit) {
      console.error(`xinji admin: expected\n${command.usage.split('\n    LOGIN')[0]}`);
      return EXIT_USAGE;
    }
    if (!ADMIN_ROLES.some((known) => known === role)) {
      console.error(`xinji admin: --role is "${role}"; expected one of ${ADMIN_ROLES.join(', ')}`);
      return EXIT_USAGE;
    }
    const given = await readPasswordFile(values['password-file']);
    const number = await readFirstLine('--number-file', values['number-file']);
    const request = { login, name, org, unit, role, given, number };
    for (const line of await withIdentityRoom(env, 'admin', (room) => create(room, request))) console.log(line);
    return 0;
  },
};

const OPTIONS = {
  name: { type: 'string' },
  org: { type: 'string' },
  unit: { type: 'string' },
  role: { type: 'string' },
  'number-file': { type: 'string' },
  'password-file': { type: 'string' },
} as const;

type Request = {
  readonly login: string;
  readonly name: string;
  readonly org: string;
  readonly unit: string;
  readonly role: string;
  readonly given: string | undefined;
  readonly number: string | undefined;
};

const PASSWORD_LENGTH = 20;
/** What an operator answers for: the person is known to be this one (实名等级四级). */
const VOUCHED = 4;

async function create({ db, config, rootSecret }: IdentityRoom, request: Request): Promise<readonly string[]> {
  const { login, name, org, unit, role } = request;
  const deps = { db, clock: systemClock };
  const said: string[] = [];
  if ((await findSubByLoginName(db, login.toLowerCase())) === null) {
    if (request.number === undefined)
      throw new TrustError('invalid-request', `who ${login} is must be known; --number-file is missing`, {
        hint: 'See: xinji help admin',
      });
    const holder = { type: CITIZEN_NUMBER, code: request.number.trim() };
    const password = request.given ?? makeToken(PASSWORD_LENGTH);
    const keys = deriveDocumentKeys(rootSecret);
    await registerAccount({ ...deps, keys }, { loginName: login, password, name, holder }, { vouched: VOUCHED });
    said.push(`Account ${login} is made.`);
    if (request.given === undefined) said.push(`Password, shown once: ${password}`);
  } else if (request.given !== undefined) {
    throw new TrustError('account-exists', `${login} has an account; its password stays as it is`, {
      hint: 'Leave --password-file out to give the role only.',
    });
  }
  await addRole(deps, { loginName: login, org, unit, role }).catch((error: unknown) => {
    if (!isTrustError(error, 'role-exists')) throw error;
  });
  return [...said, `${login} is ${role} of ${unit} (${org}).`, `Next: log in at ${config.url}/admin`];
}
