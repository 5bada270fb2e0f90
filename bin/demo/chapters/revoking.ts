// The department revokes. The seal stays intact, the license is reported revoked: two facts, not one.
import { ISSUING_DEPARTMENT } from '../../seed/values.ts';
import { act, type Issued, lookUp } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';

export async function tellRevoking(world: World, tell: Teller, issued: Issued): Promise<void> {
  tell.chapter('10  The department revokes it');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const { identifier } = issued.license;
  const revoke = { act: 'revoke', reason: '体检结果更正' };
  const revoked = await act(world, token, identifier, revoke);
  tell.check(revoked.status === 201, `revoked: status ${revoked.status}`);
  const again = await act(world, token, identifier, revoke);
  tell.check(again.status === 200, 'the same request again changes nothing, status 200');
  const { sealed, state } = await lookUp(world, issued);
  tell.check(sealed, 'the seal of its file is intact: TOTAL-PASSED');
  tell.check(state === 'revoked', `the license is ${state}, by file and by facts`);
}
