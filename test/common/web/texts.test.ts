// Words: every text in both languages, in the voice of the house; dates as they are written in China and abroad.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { formatDate, formatDateTime, formatIsoDate, formatTime, sayIn } from '../../../common/web/texts.ts';

const root = join(import.meta.dirname, '../../..');
const FOLDERS = ['common/web', 'common/http', 'identity/web', 'license/web'];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })),
);

test('a value that a text names must be given', (t) => {
  const text = { zh: '有 {n} 处', en: '{n} places' };
  t.is(sayIn('zh')(text, { n: 2 }), '有 2 处');
  t.is(sayIn('en')(text, { n: 2 }), '2 places');
  t.throws(() => sayIn('zh')(text), { message: /needs the value n/ });
});

test('times are China time, whatever zone the server keeps', (t) => {
  const late = new Date('2026-11-19T16:24:35Z');
  t.is(formatDateTime('zh', late), '2026年11月20日 00:24');
  t.is(formatDateTime('en', late), '20 Nov 2026, 00:24');
  t.is(formatDate('zh', late), '2026年11月20日');
  t.is(formatTime(late), '00:24:35');
  t.is(formatIsoDate('zh', '2026-03-05'), '2026年3月5日');
  t.is(formatIsoDate('en', '2026-03-05'), '5 Mar 2026');
});

test('the pages say 您 账号 登录, and never raise their voice', (t) => {
  for (const { name, text } of sources) {
    const zh = [...text.matchAll(/zh: '([^']*)'/g)].map((match) => match[1] ?? '').join('\n');
    t.notRegex(zh, /你|帐号|帐户|账户|登陆|！|非法|异常|无效参数|系统繁忙|亲/, name);
  }
});

test('both languages of a text name the same values', (t) => {
  let texts = 0;
  for (const { name, text } of sources) {
    for (const match of text.matchAll(/zh: '((?:[^'\\]|\\.)*)',\s*en:\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/g)) {
      texts += 1;
      const names = (side: string) => [...side.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
      const [zh, en] = [names(match[1] ?? ''), names(match[2] ?? match[3] ?? '')];
      // English may do without a number that its plural already says.
      t.true(
        en.every((value) => zh.includes(value)),
        `${name}: ${match[0]}`,
      );
    }
  }
  t.true(texts > 150, `${texts} texts found`);
});
