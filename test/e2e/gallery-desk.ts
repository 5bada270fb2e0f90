// The pages of the desk for the gallery: what an organisation issues, and the stages of a list.
import { readFileSync } from 'node:fs';
import type { PageFrame } from '../../common/web/frame.ts';
import type { Batch, BatchCounts } from '../../license/domain/batch.ts';
import { parseLicenseType } from '../../license/domain/license-type.ts';
import { batchListPage } from '../../license/web/batch-list-page.ts';
import { batchPage } from '../../license/web/batch-page.ts';
import type { RowView } from '../../license/web/batch-rows.ts';
import { chooseDeskPage, deskHomePage } from '../../license/web/desk-home-page.ts';
import { newBatchPage } from '../../license/web/new-batch-page.ts';
import { stopBatchPage } from '../../license/web/stop-batch-page.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const person = { name: '李四', logoutAction: '/logout', csrf: 'token' };
const organisation = { code: '11360100MB0D00010M', name: '示例市卫生健康委员会' };
const desk = { person, organisation };
const type = parseLicenseType(JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8')));
const none: BatchCounts = { bad: 0, good: 0, waiting: 0, issued: 0, refused: 0, stopped: 0 };
const batch: Batch = {
  batchId: 'bat_0123456789abcdefghjkmnpqrs',
  organisation: organisation.code,
  clientId: 'license',
  actor: 'sub-1',
  licenseType: type.code,
  authorityCode: organisation.code,
  title: '2026年11月第2批',
  fileSm3: new Uint8Array(32),
  idempotencyKey: 'key-00000001',
  header: ['证照编号'],
  state: 'checked',
  createdAt: NOW,
  confirmedAt: null,
  finishedAt: null,
};
const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5F6G7H8J9K0.001.X';
const row = (line: number, change: Partial<RowView>): RowView => ({
  line,
  holder: '张三',
  caseId: `CASE-2026-0001${line}`,
  state: 'bad',
  identifier: null,
  reason: null,
  ...change,
});
const faulty = [
  row(37, { holder: '某某食品有限公司', reason: '持证主体代码：第 18 位应为 K，现为 X' }),
  row(52, { reason: '体检结论：应为以下之一：合格' }),
];
const view = (state: Batch['state'], counts: Partial<BatchCounts>) => ({
  batch: { ...batch, state },
  counts: { ...none, ...counts },
  type,
});
const pages = { filter: 'all', page: 1, previousHref: null, nextHref: null } as const;
const shown = (state: Batch['state'], counts: Partial<BatchCounts>, rows: readonly RowView[]) => ({
  ...view(state, counts),
  ...pages,
  rows,
  nextHref: '/gallery?after=52',
});
const draft = {
  draftId: 'drf_0',
  type,
  operation: null,
  number: '示例健证（2026）第000123号',
  holder: '张三',
  changedAt: NOW,
};
const fresh = { types: [type], chosen: undefined, title: '', key: 'k', faults: [] };

export const DESK_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'desk-home': (frame) =>
    deskHomePage(
      frame,
      desk,
      [type, { ...type, code: '11100000MB0D000965002' }],
      [draft, { ...draft, operation: 'renew' }],
    ),
  'desk-home-empty': (frame) => deskHomePage(frame, desk, [], []),
  'desk-choose': (frame) =>
    chooseDeskPage(frame, person, [organisation, { code: '11360100MB0D00029J', name: '示例市市场监督管理局' }]),
  'desk-lists': (frame) => batchListPage(frame, desk, [view('running', { issued: 628, waiting: 360, bad: 12 })]),
  'desk-lists-empty': (frame) => batchListPage(frame, desk, []),
  'desk-list-new': (frame) => newBatchPage(frame, desk, fresh),
  'desk-list-422': (frame) =>
    newBatchPage(frame, desk, { ...fresh, faults: [{ field: 'file', words: '请选择表格文件 Choose a file' }] }),
  'desk-list-checked': (frame) => batchPage(frame, desk, shown('checked', { good: 988, bad: 12 }, faulty)),
  'desk-list-good': (frame) => batchPage(frame, desk, shown('checked', { good: 1000 }, [])),
  'desk-list-running': (frame) =>
    batchPage(frame, desk, shown('running', { issued: 628, waiting: 360, bad: 12 }, faulty)),
  'desk-list-done': (frame) =>
    batchPage(
      frame,
      desk,
      shown('done', { issued: 988, bad: 12 }, [row(2, { state: 'issued', identifier: IDENTIFIER }), ...faulty]),
    ),
  'desk-list-stopped': (frame) => batchPage(frame, desk, shown('stopped', { issued: 300, stopped: 700 }, [])),
  'desk-list-stop': (frame) => stopBatchPage(frame, desk, view('running', { issued: 628, waiting: 360, bad: 12 })),
};
