// Chapter 5: the department revokes. The seal stays intact, the license is reported revoked: two facts, not one.
import { ISSUING_DEPARTMENT } from '../../seed/values.ts';
import { call } from '../api.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';
import type { Issued } from './issuing.ts';
import { verify } from './verifying.ts';

export async function tellRevoking(world: World, tell: Teller, { license, pdf }: Issued): Promise<void> {
  tell.chapter('5  The department revokes it');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const url = `${world.licenseUrl}/v1/licenses/${license.identifier}/acts`;
  const json = { act: 'revoke', reason: '体检结果更正' };
  const revoked = await call('POST', url, { token, json, idempotencyKey: `revoke-${license.identifier.slice(-26)}` });
  tell.check(revoked.status === 201, `revoked: status ${revoked.status}`);
  const again = await call('POST', url, { token, json, idempotencyKey: `revoke-${license.identifier.slice(-26)}` });
  tell.check(again.status === 200, 'the same request again changes nothing, status 200');
  const judged = await verify(world, pdf);
  tell.check(judged.report.indication === 'TOTAL-PASSED', `the seal is intact: ${judged.report.indication}`);
  tell.check(judged.license.status === 'revoked', `the license is ${judged.license.status}`);
}
