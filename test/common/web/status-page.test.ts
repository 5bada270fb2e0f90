import test from 'ava';
import { PROBLEMS, type ProblemCode, TrustError } from '../../../common/errors.ts';
import { problemFor } from '../../../common/http/problem.ts';
import type { PageFrame } from '../../../common/web/frame.ts';
import { problemPage } from '../../../common/web/status-page.ts';

const AT = new Date('2026-11-20T02:24:35Z');
const frame = (lang: PageFrame['lang']): PageFrame => ({
  lang,
  size: 'standard',
  path: '/',
  nonce: 'n',
  development: false,
});

function say(code: ProblemCode, lang: PageFrame['lang'] = 'zh', retryAt: Date | null = null): string {
  const problem = problemFor(new TrustError(code, 'the detail'), 'req_0123');
  const page = problemPage(frame(lang), { service: { zh: '信基', en: 'Xinji' }, problem, at: AT, retryAt });
  return page.replaceAll(/<[^>]*>/g, '');
}

test('a page of an error says what happened, whose turn it is, and the number; the code is for technicians', (t) => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const text = say(code);
    t.true(text.includes('编号 req_0123，2026年11月20日 10:24'), code);
    t.true(text.indexOf(`${code}: the detail`) > text.indexOf('给技术人员'), code);
    if (PROBLEMS[code].status < 500 && PROBLEMS[code].status !== 401) t.regex(text, /请/, code);
  }
});

test('too many requests: until when, as a time of day; without a time, in a while', (t) => {
  t.true(say('too-many-requests', 'zh', new Date('2026-11-20T02:30:00Z')).includes('请于 10:30:00 后再试。'));
  t.true(say('too-many-requests', 'en', new Date('2026-11-20T02:30:00Z')).includes('Please try again at 10:30:00.'));
  t.true(say('too-many-requests').includes('请过一会儿再试。'));
});

test('who lacks a role is told that he did nothing wrong, and whom to ask', (t) => {
  for (const code of ['scope-missing', 'role-missing'] as const)
    t.true(say(code).includes('不是操作有误') && say(code).includes('请联系本单位的系统管理员'));
});
