// `xinji role`: gives persons roles for organisations, ends them, and shows who has which. Roles bring duties in the rooms
// (common/contract/roles.ts).
import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import { type Clock, systemClock } from '../../common/clock.ts';
import { ROLE_NAMES, ROLE_SCOPES } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';
import { type DocumentKeys, deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import type { AssignedRole } from '../../identity/domain/role.ts';
import { deriveSubjectKey, OWN_SECTOR, pairwiseSub } from '../../identity/domain/subject.ts';
import { addRole, endRole } from '../../identity/flow/assign-role.ts';
import { listAssignedRoles } from '../../identity/store/roles.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'role',
  summary: 'Give a person a role for an organisation, end it, list roles',
  usage: `xinji role add  LOGIN --org USCC --unit UNIT --role ROLE [--from TIME] [--to TIME]
xinji role end  LOGIN --org USCC --unit UNIT --role ROLE
xinji role list [LOGIN] [--org USCC] [--json]
    LOGIN        login name of an account
    --org USCC   统一社会信用代码 of the organisation
    --unit UNIT  内设机构, as people know it
    --role ROLE  ${ROLE_NAMES.map((role) => `${role} (${ROLE_SCOPES[role].join(', ')})`).join('\n                 ')}
    --from, --to RFC 3339 times; from now on and until it is ended unless given

Needs the environment of the identity room. A role is ended, never deleted; what it was stays on record. A token that was
given under it is good for five minutes more. \`list --json\` also gives \`sub\`, under which our rooms know the person.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, loginName, ...rest] = positionals;
    const run = action !== undefined && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!run || rest.length > 0 || (action !== 'list' && !(loginName && values.org && values.unit && values.role))) {
      console.error(`xinji role: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    const lines = await withIdentityRoom(env, 'role', ({ db, rootSecret }) => {
      const keys = deriveDocumentKeys(rootSecret);
      return run({ db, clock: systemClock, keys, subjectKey: deriveSubjectKey(rootSecret) }, loginName, values);
    });
    for (const line of lines) console.log(line);
    return 0;
  },
};

const OPTIONS = {
  org: { type: 'string' },
  unit: { type: 'string' },
  role: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = { readonly [K in Exclude<keyof typeof OPTIONS, 'json'>]?: string } & { readonly json?: boolean };
type IdentityRoom = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly subjectKey: Uint8Array;
};
type Action = (room: IdentityRoom, loginName: string | undefined, values: Values) => Promise<readonly string[]>;

const ACTIONS: Readonly<Record<string, Action>> = {
  add: async (room, loginName = '', { org = '', unit = '', role = '', from, to }) => {
    await addRole(room, { loginName, org, unit, role, from: readTime('--from', from), to: readTime('--to', to) });
    return [`${loginName} is ${role} of ${unit} (${org})${to === undefined ? '' : ` until ${to}`}.`];
  },
  end: async (room, loginName = '', { org = '', unit = '', role = '' }) => {
    await endRole(room, { loginName, org, unit, role });
    return [`${loginName} is no longer ${role} of ${unit} (${org}).`];
  },
  list: async ({ db, keys, subjectKey }, loginName, { org, json }) => {
    const roles = await listAssignedRoles(db, keys, { loginName: loginName?.toLowerCase(), org });
    if (json)
      return [
        JSON.stringify(
          roles.map((role) => toJson(role, subjectKey)),
          null,
          2,
        ),
      ];
    return roles.length === 0 ? ['no roles'] : roles.map(inWords);
  },
};

function readTime(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text))) {
    const detail = `${option} is "${text}"; expected a time such as 2026-12-31T18:00:00+08:00`;
    throw new TrustError('invalid-request', detail, { hint: 'See: xinji help role' });
  }
  return new Date(text);
}

function toJson({ loginName, sub, beginsAt, endsAt, ...role }: AssignedRole, subjectKey: Uint8Array) {
  const subject = pairwiseSub(subjectKey, sub, OWN_SECTOR);
  return { login: loginName, ...role, from: beginsAt.toISOString(), to: endsAt?.toISOString() ?? null, sub: subject };
}

function inWords({ loginName, name, org, unit, role, beginsAt, endsAt }: AssignedRole): string {
  const term = `${beginsAt.toISOString()} … ${endsAt?.toISOString() ?? ''}`;
  return [loginName.padEnd(20), role.padEnd(16), org, unit, name, term].join('  ').trimEnd();
}
