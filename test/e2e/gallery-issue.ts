// The pages of the desk on which one license is issued, for the gallery: the form of a small and of a large type, refused,
// reviewed, and what came of it.
import { readFileSync } from 'node:fs';
import { issueRequest } from '../../common/contract/license.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { toRequest } from '../../license/domain/batch-columns.ts';
import { judgeDraft } from '../../license/domain/draft.ts';
import { parseLicenseType } from '../../license/domain/license-type.ts';
import { decideDates } from '../../license/domain/license-validity.ts';
import { issueDonePage } from '../../license/web/issue-done-page.ts';
import { issueFormPage } from '../../license/web/issue-form-page.ts';
import { reviewPage } from '../../license/web/issue-review-page.ts';

const TODAY = '2026-11-20';
const organisation = { code: '11360100MB0D00010M', name: '示例市卫生健康委员会' };
const desk = { person: { name: '李四', logoutAction: '/logout', csrf: 'token' }, organisation };
const typeOf = (slug: string) =>
  parseLicenseType(JSON.parse(readFileSync(`license/type-packs/${slug}/type.json`, 'utf8')));
const health = typeOf('health-certificate');
const estate = typeOf('real-estate-certificate');
const draftId = 'drf_0123456789abcdefghjkmnpqrs';
const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5F6G7H8J9K0.001.X';

const cells = {
  license_number: '示例健证（2026）第000123号',
  holder_name: '张三',
  holder_code: '360102199003077718',
  occupation: '餐饮服务',
  examining_institution: '示例市第一人民医院',
  examined_on: '2026-11-10',
  conclusion: '合格',
};
const at = { authorityCode: organisation.code, fallback: draftId, today: TODAY };
const wrong = { ...cells, holder_code: '360102199003077719', examined_on: '2026-02-30', conclusion: '待定' };
const form = { type: health, draftId, content: { cells: {} }, holders: 1, faults: [] };
const request = issueRequest.parse(toRequest(health, cells, organisation.code, draftId));
const review = { type: health, draftId, request, dates: decideDates(health, request, TODAY), photoHref: null };
const done = {
  type: health,
  issueId: 'iss_0123456789abcdefghjkmnpqrs',
  caseId: 'CASE-2026-000123',
  state: 'done',
  identifier: IDENTIFIER,
  operation: 'issue',
  replaces: null,
  again: false,
  reason: '',
} as const;

export const ISSUE_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'issue-form': (frame) => issueFormPage(frame, desk, form),
  'issue-form-large': (frame) => issueFormPage(frame, desk, { ...form, type: estate, holders: 2 }),
  'issue-form-422': (frame) =>
    issueFormPage(frame, desk, {
      ...form,
      content: { cells: wrong, photo: 'R0lG' },
      faults: judgeDraft(health, { cells: wrong, photo: 'R0lG' }, at).faults,
    }),
  'issue-form-large-422': (frame) =>
    issueFormPage(frame, desk, { ...form, type: estate, faults: judgeDraft(estate, { cells: {} }, at).faults }),
  'issue-review': (frame) => reviewPage(frame, desk, review),
  'issue-done': (frame) => issueDonePage(frame, desk, done),
  'issue-again': (frame) => issueDonePage(frame, desk, { ...done, again: true }),
  'issue-pending': (frame) => issueDonePage(frame, desk, { ...done, state: 'intended' }),
  'issue-given-up': (frame) =>
    issueDonePage(frame, desk, {
      ...done,
      state: 'given_up',
      reason: frame.lang === 'zh' ? '印章已停用' : 'Suspended',
    }),
};
