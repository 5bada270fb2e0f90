// 暂扣 and 暂扣发还: the state is told beside the seal, by every way of checking and in the holder's wallet.
import { ISSUING_DEPARTMENT } from '../../seed/values.ts';
import { makeBrowser } from '../browser.ts';
import { act, type Issued, lookUp } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';
import { logIn } from './single-sign-on.ts';

export async function tellSuspending(world: World, tell: Teller, issued: Issued): Promise<void> {
  tell.chapter('9  It is suspended and given back');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const { identifier } = issued.license;
  const suspended = await act(world, token, identifier, { act: 'suspend', reason: '调查期间暂扣' });
  const during = await lookUp(world, issued);
  tell.check(
    suspended.status === 201 && during.sealed && during.state === 'suspended',
    `suspended: the seal is intact, the license is ${during.state}, by file and by facts`,
  );
  const wallet = await logIn(makeBrowser(), `${world.licenseUrl}/licenses/${identifier}`, world.passwords.zhangsan);
  tell.check(wallet.text.includes('暂扣'), '张三 sees it in his wallet: 暂扣');
  const resumed = await act(world, token, identifier, { act: 'resume', reason: '调查结束' });
  const after = await lookUp(world, issued);
  tell.check(resumed.status === 201 && after.state === 'valid', `given back: the license is ${after.state} again`);
}
