// `xinji verify --identifier` and `--code`: asks the license room, as anybody may, what a license is worth.
import { codeVerification } from '../../common/contract/license.ts';
import { type LicenseCheck, licenseCheck } from '../../common/contract/license-check.ts';
import { TrustError } from '../../common/errors.ts';
import { findRoomUrl } from '../login/rooms.ts';
import { askRoom } from './room-api.ts';

export type CheckValues = {
  readonly identifier?: string | undefined;
  readonly fact?: readonly string[] | undefined;
  readonly code?: string | undefined;
  readonly date?: string | undefined;
  readonly license?: string | undefined;
  readonly json?: boolean | undefined;
};

/** 0 in force (or a live code), 1 not. Throws `invalid-request`, too-many-requests, config-invalid. */
export async function checkLicense(env: NodeJS.ProcessEnv, values: CheckValues): Promise<0 | 1> {
  const room = findRoomUrl(env, 'license', values.license);
  const answer = await askRoom(room, { method: 'POST', path: '/v1/verifications', body: bodyOf(values) });
  const check = licenseCheck.safeParse(answer).data;
  if (values.json) console.log(JSON.stringify(answer));
  if (check) {
    if (!values.json) for (const line of inWords(check)) console.log(line);
    return check.license?.state === 'valid' && check.license.is_current ? 0 : 1;
  }
  const { live, finding } = codeVerification.parse(answer);
  if (!values.json) console.log(finding);
  return live ? 0 : 1;
}

function bodyOf({ identifier, fact = [], code, date }: CheckValues): object {
  const at = date === undefined ? {} : { date };
  if (identifier === undefined) return { code };
  if (code !== undefined) return { identifier, verify_code: code, ...at };
  return { identifier, facts: Object.fromEntries(fact.map(readFact)), ...at };
}

function readFact(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new TrustError('invalid-request', `--fact is "${text}"; expected NAME=VALUE`);
}

function inWords({ license, finding, as_of: asOf, shown }: LicenseCheck): readonly string[] {
  if (license === null) return [finding];
  const { state_at: stateAt, holders } = license;
  return [
    `${finding}  (${asOf})`,
    `  ${license.name}  ${license.identifier}`,
    `  issued by     ${license.issuing_authority.name} ${license.issuing_authority.code}`,
    ...(license.is_current ? [] : [`  current       ${license.current_identifier}`]),
    ...(holders === null ? [] : [`  holder        ${holders.join(', ')}`]),
    ...(stateAt === null ? [] : [`  on ${stateAt.date}  ${stateAt.state}`]),
    `  agrees        ${shown.join(', ')}`,
    '  A seal is told by the file alone: xinji verify FILE',
  ];
}
