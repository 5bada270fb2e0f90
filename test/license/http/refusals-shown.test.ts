// Who was refused is told where who read is: to the holder, and to the authority that issued the license, with the reason in words.
import test from 'ava';
import { AUTHORITY, INSPECTION, keyOf, PURPOSE, STRANGER, storeLicense, TYPE, ZHANGSAN } from '../sharing-world.ts';
import { openBrowser } from './page-browser.ts';
import { consent, share, startSharing } from './sharing-house.ts';

test('the holder and the clerk see who was refused and why, in both languages; what was read stands beside it', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  const [data, wrong] = ['ZZBH', 'CZZTDM'].map((metadataRange) => ({
    certificateIdentifier: identifier,
    metadataRange,
  }));
  const page = async (lang = 'zh') => {
    const session = await house.session(keyOf(ZHANGSAN));
    return (await openBrowser(house, `${session}; xinji_lang=${lang}`).get(`/licenses/${identifier}`)).text;
  };
  t.true((await page()).includes('还没有单位读取过'));
  t.is((await share(house, 'metadata', data!, {}, STRANGER)).head?.status, 1);
  await consent(house, { licenses: [{ license_type: TYPE, fields: ['ZZBH'], optional_fields: [] }] });
  t.is((await share(house, 'metadata', data!)).head?.status, 0);
  t.is((await share(house, 'metadata', wrong!)).head?.status, 1);
  t.is((await share(house, 'metadata', data!, { matterCode: INSPECTION.code })).head?.status, 1);
  const own = await page();
  for (const words of [
    '示例市税务局请求读取，被系统拒绝',
    `原因：没有持证人授权，也没有登记的法律依据；事由：${PURPOSE}`,
    '示例市市场监督管理局请求读取，被系统拒绝',
    '原因：要求了未获允许的内容',
    '原因：办理事项与授权或依据不符',
    '示例市市场监督管理局读取了：证照编号',
  ])
    t.true(own.includes(words), words);
  const english = await page('en');
  for (const words of ['asked to read and was refused', 'Because: another matter than it was allowed for'])
    t.true(english.includes(words), words);

  const roles = [{ org: AUTHORITY.code, unit: '政务服务科', role: 'license-clerk' }] as const;
  const clerk = openBrowser(house, await house.session(new Uint8Array(32), { sub: 'sub-clerk', roles }));
  const record = (await clerk.get(`/desk/${AUTHORITY.code}/licenses/${identifier}`)).text;
  t.true(record.includes('读取被拒绝'));
  t.true(record.includes('示例市税务局，原因：没有持证人授权，也没有登记的法律依据'));
  t.false(record.includes('no-ground'));
});
