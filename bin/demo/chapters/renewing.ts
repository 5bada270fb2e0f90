// 延续: last year's certificate gets its next version. The serial stays, 001 becomes 002, and the old identifier says so.
import { chinaDate } from '../../../common/codes/calendar-date.ts';
import type { ProblemDocument } from '../../../common/contract/problem.ts';
import { ISSUING_DEPARTMENT } from '../../seed/values.ts';
import { act, fetchIssued, type Issued, issue, lookUp } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';

export async function tellRenewing(world: World, tell: Teller, old: Issued, now: Date): Promise<void> {
  tell.chapter('8  A certificate of last year is renewed');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const { identifier, holders, valid_to } = old.license;
  const request = {
    operation: 'renew',
    case_id: `RENEW-${now.toISOString().replace(/\D/g, '')}`,
    fields: { examined_on: chinaDate(now) },
  };
  const answer = await issue(world, token, `/v1/licenses/${identifier}/versions`, request);
  tell.check(answer.status === 201, `that of ${holders[0]!.name}, good until ${valid_to}: status ${answer.status}`);
  const renewed = await fetchIssued(world, token, answer);
  const { license } = renewed;
  const serialOf = (text: string): string => text.split('.').slice(0, -2).join('.');
  tell.check(
    license.version === 2 && license.replaces === identifier && serialOf(license.identifier) === serialOf(identifier),
    `version 002 of the same serial, good until ${license.valid_to}`,
  );
  tell.say(license.identifier);
  const before = await lookUp(world, old);
  const after = await lookUp(world, renewed);
  tell.check(before.sealed && before.isCurrent === false, 'the old file is still well sealed, and superseded');
  tell.check(after.sealed && after.isCurrent === true && after.state === 'valid', `the new one is ${after.state}`);
  const late = await act(world, token, identifier, { act: 'suspend', reason: '对旧版本的操作' });
  const problem = late.json<ProblemDocument>();
  tell.check(
    late.status === 409 && problem.code === 'license-superseded' && problem.successor === license.identifier,
    `an act on the old identifier is refused: ${problem.code}, and names the new one`,
  );
}
