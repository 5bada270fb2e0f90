// /redeem: a person with a role of an organisation reads what somebody shows.
import test from 'ava';
import { presentLicenses } from '../../../license/flow/present-licenses.ts';
import { TYPE, ZHANGSAN, zhangsanKey } from '../doubles.ts';
import { putLicense } from '../put-license.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { HTML, openBrowser } from './page-browser.ts';

const HALL = { org: '11360100MB0D00037D', unit: '示例市政务服务大厅', role: 'license-clerk' } as const;
const OTHER = { org: '11360100MB0D00029J', unit: '机要室', role: 'seal-keeper' } as const;
const PHOTO = { mediaType: 'image/png', base64: 'iVBORw0KGgo=' } as const;
const holders = [{ name: ZHANGSAN.name, codeType: '111', code: ZHANGSAN.code }] as const;

async function shown(house: LicenseHouse, serial: string, parts?: readonly string[], change = {}) {
  const identifier = await putLicense(house.deps, { licenseType: TYPE, serial, holders, ...change });
  return presentLicenses(house.deps, { holderKey: zhangsanKey, account: 'sub-1' }, [{ identifier, parts }]);
}
const desk = async (house: LicenseHouse, roles: readonly (typeof HALL | typeof OTHER)[] = [HALL], sub = 'sub-desk') =>
  openBrowser(house, await house.session(new Uint8Array(32), { sub, roles }));

test('digits or the scanned content: the result tells what was chosen, only to who read it, for ten minutes', async (t) => {
  const house = await startLicense(t);
  const browser = await desk(house);
  const { digits } = await shown(house, 'A1', ['license_number', 'photo'], { photo: PHOTO });
  const form = await browser.get('/redeem');
  const sent = await browser.send(form, '/redeem', { code: `${digits.slice(0, 4)} ${digits.slice(4)}` });
  t.is(sent.status, 303);
  const path = sent.headers.get('Location') ?? '';
  const result = await browser.get(path);
  for (const words of ['证照有效', '示例健证（2026）第000001号', '示例市政务服务大厅', '持证人选择只出示以上内容'])
    t.true(result.text.includes(words), words);
  const main = result.text.slice(result.text.indexOf('<main'));
  for (const words of ['餐饮服务', '张三', '张*', ZHANGSAN.code, '2027年']) t.false(main.includes(words), words);
  t.is((await browser.get(`${path}/photos/0`)).headers.get('Content-Type'), 'image/png');
  t.is((await browser.get(`${path}/photos/1`)).status, 404);
  // The same form again is the same reading; the code in another form is used.
  t.is((await browser.send(form, '/redeem', { code: digits })).headers.get('Location'), path);
  const again = await browser.send(await browser.get('/redeem'), '/redeem', { code: digits });
  t.is(again.status, 422);
  t.true(again.text.includes('此码已用过（12:00:00，由示例市政务服务大厅）'));
  t.is((await (await desk(house, [HALL], 'sub-other')).get(path)).status, 404);
  house.pass(600);
  t.is((await browser.get(path)).status, 404);
  const { code } = await shown(house, 'A2');
  const scanned = await browser.send(await browser.get('/redeem'), '/redeem', { code: ` ${code}\n` });
  t.is(scanned.status, 303);
});

test('a suspended license is told as such, with since when and by whom', async (t) => {
  const house = await startLicense(t);
  const browser = await desk(house);
  const { code } = await shown(house, 'A1', [], { state: 'suspended' });
  const sent = await browser.send(await browser.get('/redeem'), '/redeem', { code });
  const result = await browser.get(sent.headers.get('Location') ?? '');
  for (const words of ['证照暂扣', '自 2026年11月20日起，由示例市卫生健康委员会决定', '请勿凭不是有效状态的证照办理'])
    t.true(result.text.includes(words), words);
});

test('for which organisation one reads is chosen among one’s own, and the holder is told it', async (t) => {
  const house = await startLicense(t);
  const browser = await desk(house, [HALL, OTHER]);
  const [first, second] = [await shown(house, 'A1'), await shown(house, 'A2')];
  const form = await browser.get('/redeem');
  t.true(form.text.includes('示例市市场监督管理局机要室'));
  await browser.send(form, '/redeem', { code: first.code, organisation: OTHER.org });
  await browser.send(await browser.get('/redeem'), '/redeem', {
    code: second.code,
    organisation: '91360100MB0D00061R',
  });
  const rows = await house.deps.db('license.presentations').select('organisation').orderBy('used_at');
  t.deepEqual(rows.map(({ organisation }) => organisation).toSorted(), [OTHER.org, HALL.org].toSorted());
});

test('refused in words: nothing typed, no code, unknown digits, an expired code, five wrong ones; and who has no role', async (t) => {
  const house = await startLicense(t);
  const browser = await desk(house);
  const { code, digits } = await shown(house, 'A1');
  const form = await browser.get('/redeem');
  const send = (text: string) => browser.send(form, '/redeem', { code: text });
  t.true((await send(' ')).text.includes('请扫码或输入 8 位数字'));
  const malformed = await send('8137 204');
  t.true(malformed.text.includes('这不是亮证码') && malformed.text.includes('value="8137 204"'));
  t.is((await browser.post(form, '/redeem', { csrf: 'x', code })).status, 403);
  house.pass(60);
  t.true((await send(code)).text.includes('此码已过期'));
  const wrong = String((Number(digits) + 1) % 1e8).padStart(8, '0');
  for (let n = 0; n < 5; n++) t.true((await send(wrong)).text.includes('没有这个亮证码'));
  t.true((await send(wrong)).text.includes('数字输错太多次'));
  const citizen = await house.session(zhangsanKey);
  for (const method of ['GET', 'POST'])
    t.is((await house.call(method, '/redeem', { headers: { ...HTML, Cookie: citizen } })).status, 403, method);
});
