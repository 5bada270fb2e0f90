// The citizen presents the license, a verifier redeems the code once; the second time is refused.
import type { RedemptionDocument } from '../../../common/contract/presentation.ts';
import type { ProblemDocument } from '../../../common/contract/problem.ts';
import { VERIFIER } from '../../seed/values.ts';
import { call } from '../api.ts';
import { makeBrowser } from '../browser.ts';
import type { Issued } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';
import { readCode } from './presenting-several.ts';
import { logIn } from './single-sign-on.ts';

export async function tellPresenting(world: World, tell: Teller, { license }: Issued): Promise<void> {
  tell.chapter('5  The citizen presents it');
  const browser = makeBrowser();
  const wallet = await logIn(browser, `${world.licenseUrl}/licenses`, world.passwords.zhangsan);
  tell.check(wallet.text.includes(license.identifier), '张三 logs in and finds the license in his wallet');
  const choice = await browser.open(`${world.licenseUrl}/present?license=${license.identifier}`);
  const page = await browser.submit(choice, {}, '/present');
  const code = readCode(page);
  tell.check(code !== '', 'he makes a presentation code, good for one use within a minute');
  const live = await call('POST', `${world.licenseUrl}/v1/verifications`, { json: { code } });
  tell.check(live.json<{ live: boolean }>().live, 'anyone may ask whether the code is live; asking does not redeem it');

  const token = world.tokenFor(VERIFIER.clientId, VERIFIER.scopes.join(' '));
  const redeem = (key: string) =>
    call('POST', `${world.licenseUrl}/v1/redemptions`, { token, json: { code }, idempotencyKey: key });
  const first = await redeem(`redeem-${code.slice(3, 15)}-1`);
  tell.check(first.status === 201, `${VERIFIER.name} redeems it: status ${first.status}`);
  const [shown] = first.json<RedemptionDocument>().licenses;
  tell.check(
    shown?.license_number === license.license_number && shown.state === 'valid',
    `it reads ${shown?.name}, ${shown?.state}`,
  );
  const second = await redeem(`redeem-${code.slice(3, 15)}-2`);
  tell.check(
    second.status === 409 && second.json<ProblemDocument>().code === 'code-used',
    'a second redemption is refused: code-used',
  );
  const afterwards = await browser.open(`${world.licenseUrl}/licenses/${license.identifier}`);
  tell.check(afterwards.text.includes(VERIFIER.name), 'and 张三 sees who read it, when and what');
}
