// The pages of the desk on which the next version of a license is made, for the gallery: from the page of the license over the
// form and the review to what came of it, and why there is none.
import { readFileSync } from 'node:fs';
import { TrustError } from '../../common/errors.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { toRequest } from '../../license/domain/batch-columns.ts';
import type { Follows } from '../../license/domain/draft.ts';
import { makeContent } from '../../license/domain/issue-content.ts';
import type { LicenseContent } from '../../license/domain/license-record.ts';
import { type LicenseType, parseLicenseType } from '../../license/domain/license-type.ts';
import { decideDates } from '../../license/domain/license-validity.ts';
import { compareVersions, firstCells, judgeVersionDraft } from '../../license/domain/version-draft.ts';
import { type DeskLicense, deskLicensePage } from '../../license/web/desk-license-pages.ts';
import { issueDonePage } from '../../license/web/issue-done-page.ts';
import { versionFormPage } from '../../license/web/version-form-page.ts';
import { versionRefusedPage, versionReviewPage } from '../../license/web/version-review-page.ts';

const NOW = new Date('2027-10-20T02:24:35Z');
const AT = { fallback: 'drf_0123456789abcdefghjkmnpqrs', today: '2027-10-20' };
const organisation = { code: '11360100MB0D00010M', name: '示例市卫生健康委员会' };
const desk = { person: { name: '李四', logoutAction: '/logout', csrf: 'token' }, organisation };
const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5F6G7H8J9K0.001.X';
const NEXT = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5F6G7H8J9K0.002.Y';
const typeOf = (slug: string) =>
  parseLicenseType(JSON.parse(readFileSync(`license/type-packs/${slug}/type.json`, 'utf8')));
const health = typeOf('health-certificate');
const estate = typeOf('real-estate-certificate');

const contentOf = (type: LicenseType, cells: Record<string, string>): LicenseContent => {
  const request = toRequest(type, cells, organisation.code, 'C');
  const naming = { identifier: IDENTIFIER, verifyCode: 'c', verifyUrl: 'https://license.test/verify' };
  return makeContent(type, organisation, request, decideDates(type, request, '2026-11-20'), naming, NOW);
};
const worker = contentOf(health, {
  license_number: '示例健证（2026）第000123号',
  holder_name: '张三',
  holder_code: '360102199003077718',
  occupation: '餐饮服务',
  examining_institution: '示例市第一人民医院',
  examined_on: '2026-11-10',
  conclusion: '合格',
});
const owned = contentOf(estate, {
  license_number: '示（2026）示例市不动产权第0000001号',
  holder_name: '张三',
  holder_code: '360102199003077718',
  holder_code_type: '111',
  co_ownership: '0',
  right_kind: '04',
  right_nature: '划拨',
  located_at: '示例市东湖区八一大道100号1栋2单元301室',
  unit_code: '360102001001GB00001F00010001',
  use: '城镇住宅用地／住宅',
  land_area: '1250.00',
  building_area: '90.00',
  remarks: '共有宗地面积1250.00平方米',
});

const form = (type: LicenseType, before: LicenseContent, operation: Follows['operation'], typed = {}) => {
  const follows: Follows = { identifier: IDENTIFIER, operation };
  const content = { cells: { ...firstCells(type, before, operation), ...typed } };
  const holders = Object.hasOwn(typed, 'holder_2_name') ? 2 : 1;
  return { type, follows, before, draftId: AT.fallback, content, holders, faults: [] };
};
const reviewOf = ({ type, follows, before, content }: ReturnType<typeof form>, photos: 'other' | 'same' = 'same') => {
  const { next, faults } = judgeVersionDraft(type, before, follows.operation, content, AT);
  if (next === null) throw new Error(`the gallery's draft is refused: ${JSON.stringify(faults)}`);
  return {
    ...compareVersions(type, before, next),
    type,
    follows,
    draftId: AT.fallback,
    licenseNumber: before.licenseNumber,
    caseId: 'CASE-2027-000042',
    photos: photos === 'same' ? null : { before: null, after: '/gallery/photo' },
  };
};
const renewal = form(health, worker, 'renew', { examined_on: '2027年10月10日' });
const stale = form(health, worker, 'renew');
const staleFaults = judgeVersionDraft(health, worker, 'renew', stale.content, AT).faults;
const sale = form(estate, owned, 'change', {
  holder_name: '李四',
  holder_code: '360102198511267724',
  remarks: '',
  exclusive_area: '80.00',
});
const bought = { ...sale, content: { cells: withoutEmpty(sale.content.cells) } };

function withoutEmpty(cells: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== ''));
}

const refused = (error: TrustError, operation: Follows['operation']) => (frame: PageFrame) =>
  versionRefusedPage(frame, desk, {
    type: health,
    follows: { identifier: IDENTIFIER, operation },
    licenseNumber: worker.licenseNumber,
    error,
  });
const done = {
  type: health,
  issueId: 'iss_0123456789abcdefghjkmnpqrs',
  caseId: 'CASE-2027-000042',
  state: 'done',
  identifier: NEXT,
  operation: 'renew',
  replaces: IDENTIFIER,
  again: false,
  reason: '',
} as const;

const shown = (change: Partial<DeskLicense> = {}): DeskLicense => ({
  license: {
    content: worker,
    head: { identifier: IDENTIFIER, stateChangedAt: NOW },
    stateReason: null,
    isCurrent: true,
  },
  view: { state: 'valid', daysLeft: 30 },
  groups: [{ label: '体检信息', rows: [{ label: '工种', value: '餐饮服务' }] }],
  acts: ['suspend', 'withdraw', 'revoke', 'cancel', 'lapse'],
  next: { isPending: false, operations: ['renew', 'change', 'replace', 'correct'], window: null },
  versions: [{ version: 1, identifier: IDENTIFIER, issuedOn: '2026-11-20' }],
  record: [{ at: NOW, what: '签发 Issued', why: organisation.name }],
  recordLimit: 50,
  ...change,
});
const early = { opens: '2027-09-20', closes: '2027-11-19' };
const suspended: Partial<DeskLicense> = {
  license: { ...shown().license, stateReason: '复检' },
  view: { state: 'suspended', daysLeft: 30 },
  acts: ['resume', 'withdraw', 'revoke', 'cancel', 'lapse'],
  next: { isPending: false, operations: [], window: null },
};
const older: Partial<DeskLicense> = {
  license: { ...shown().license, head: { identifier: NEXT, stateChangedAt: NOW }, isCurrent: false },
  versions: [
    { version: 2, identifier: NEXT, issuedOn: '2027-10-20' },
    { version: 1, identifier: IDENTIFIER, issuedOn: '2026-11-20' },
  ],
};

export const VERSION_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'desk-license': (frame) => deskLicensePage(frame, desk, shown()),
  'desk-license-early': (frame) =>
    deskLicensePage(frame, desk, shown({ next: { isPending: false, operations: ['change'], window: early } })),
  'desk-license-suspended': (frame) => deskLicensePage(frame, desk, shown(suspended)),
  'desk-license-pending': (frame) =>
    deskLicensePage(frame, desk, shown({ next: { isPending: true, operations: [], window: null } })),
  'desk-license-older': (frame) => deskLicensePage(frame, desk, shown(older)),
  'version-form': (frame) => versionFormPage(frame, desk, renewal),
  'version-form-422': (frame) => versionFormPage(frame, desk, { ...stale, faults: staleFaults }),
  'version-form-replace': (frame) => versionFormPage(frame, desk, form(health, worker, 'replace')),
  'version-form-large': (frame) => versionFormPage(frame, desk, sale),
  'version-review': (frame) => versionReviewPage(frame, desk, reviewOf(renewal)),
  'version-review-photo': (frame) => versionReviewPage(frame, desk, reviewOf(renewal, 'other')),
  'version-review-large': (frame) => versionReviewPage(frame, desk, reviewOf(bought)),
  'version-review-same': (frame) => versionReviewPage(frame, desk, reviewOf(form(health, worker, 'replace'))),
  'version-refused': refused(
    new TrustError('license-state-forbids', 'a license that is suspended takes no change; it takes resume'),
    'change',
  ),
  'version-early': refused(
    new TrustError('license-state-forbids', 'it can be renewed from 2027-09-20 to 2027-11-19; today is 2026-12-01'),
    'renew',
  ),
  'version-superseded': refused(
    new TrustError('license-superseded', 'a newer version has taken its place', { successor: NEXT }),
    'change',
  ),
  'version-pending': refused(new TrustError('license-pending', 'another case is making the next version'), 'replace'),
  'version-done': (frame) => issueDonePage(frame, desk, done),
  'version-again': (frame) => issueDonePage(frame, desk, { ...done, again: true }),
  'version-promised': (frame) => issueDonePage(frame, desk, { ...done, state: 'intended' }),
  'version-given-up': (frame) =>
    issueDonePage(frame, desk, {
      ...done,
      state: 'given_up',
      reason: frame.lang === 'zh' ? '印章已停用' : 'Suspended',
    }),
};
