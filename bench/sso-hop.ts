// One hop of single sign-on: from system B's log-in button to its page, for a citizen who is logged in already.
// Authorization, code exchange with private_key_jwt, ID token, userinfo; both sides are counted.
// Floor: the ES256 signatures and verifications of a hop (client assertion and ID token) and two committed rows.
import { createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { makeBrowser } from '../bin/demo/browser.ts';
import { logIn } from '../bin/demo/chapters/single-sign-on.ts';
import { connect } from '../common/db/connect.ts';
import { startBenchHouse } from './house.ts';
import { type Benchmark, measure } from './measure.ts';

export const ssoHop: Benchmark = {
  name: 'sso-hop',
  run: async () => {
    const house = await startBenchHouse();
    const db = connect(house.ownerUrl, { applicationName: 'bench', poolMax: 1 });
    try {
      await db.raw('create table public.bench_row (id bigserial primary key, content bytea not null)');
      const [a, b] = house.world.systemUrls;
      const browser = makeBrowser();
      await logIn(browser, `${a}/login`, house.world.passwords.zhangsan);
      const compute = makeFloor();
      const variants = {
        floor: async () => {
          for (let i = 0; i < 2; i++) {
            compute();
            await db.raw('insert into public.bench_row (content) values (?)', [randomBytes(500)]);
          }
        },
        house: async () => {
          const page = await browser.open(`${b}/login`);
          if (page.status !== 200 || !page.url.startsWith(b)) throw new Error(`the hop ended at ${page.url}`);
        },
      };
      return [
        await measure('SSO hop', 'one hop, four pages and two calls behind them', variants, {
          rounds: 15,
          times: 10,
          cpuMs: house.cpuMs,
        }),
      ];
    } finally {
      await db.destroy();
      await house.stop();
    }
  },
};

function makeFloor(): () => void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = randomBytes(600);
  return () => {
    const signature = createSign('sha256').update(token).sign(privateKey);
    if (!createVerify('sha256').update(token).verify(publicKey, signature)) throw new Error('floor');
  };
}
