// What the routes of lists tell OpenAPI about themselves.
import {
  batchDocument,
  batchId,
  batchList,
  batchQuery,
  batchRows,
  batchRowsQuery,
} from '../../common/contract/license-batch.ts';
import type { Operation } from '../../common/http/operation.ts';

const tag = 'Lists';
const params = { batch_id: batchId };
const found = (description: string) => ({ 200: { description, content: { schema: batchDocument } } });

export const BATCH_OPERATIONS = {
  template: {
    id: 'readListTemplate',
    tag,
    summary: 'Read the template of a list as CSV',
    summaryZh: '下载批量签发模板',
    description:
      'Titles of the columns, a wanted one with an asterisk, and a line of examples. Our names of the fields are taken as titles too.',
    answers: { 200: { description: 'The template', content: { type: 'text/csv' } } },
    problems: ['license-type-not-found', 'too-many-requests'],
  },
  check: {
    id: 'checkBatch',
    tag,
    summary: 'Send a list to be issued in bulk; every row is checked, nothing is issued yet',
    summaryZh: '上传批量签发清单并校验',
    description:
      'CSV (UTF-8 or GB 18030) or XLSX, at most 20 MB and 50,000 rows; the first line names the columns. Formulas are never evaluated. ' +
      'A row without case_id gets one of batch and line. The same Idempotency-Key with the same file answers the same list.',
    headers: { 'Idempotency-Key': 'The name of this act, 8 to 128 visible characters' },
    query: batchQuery,
    body: { type: 'text/csv', example: '证照编号*,持证主体名称*,持证主体代码*,工种*\r\n…' },
    answers: {
      201: {
        description: 'Checked; confirm it to issue the good rows',
        content: { schema: batchDocument },
        headers: { Location: 'Where the list is read' },
      },
    },
    problems: ['sheet-unreadable', 'document-too-costly', 'busy', 'issuing-not-allowed', 'idempotency-conflict'],
  },
  list: {
    id: 'listBatches',
    tag,
    summary: 'List the lists of your organisation',
    summaryZh: '查询本单位的批次',
    answers: { 200: { description: 'The newest hundred', content: { schema: batchList } } },
    problems: ['issuing-not-allowed'],
  },
  read: {
    id: 'readBatch',
    tag,
    summary: 'Read how far a list is',
    summaryZh: '查询批次进度',
    params,
    answers: found('State and counts'),
    problems: ['batch-not-found', 'issuing-not-allowed'],
  },
  rows: {
    id: 'listBatchRows',
    tag,
    summary: 'Read what became of the rows',
    summaryZh: '查询批次各行结果',
    params,
    query: batchRowsQuery,
    answers: { 200: { description: 'By line', content: { schema: batchRows } } },
    problems: ['batch-not-found', 'issuing-not-allowed'],
  },
  events: {
    id: 'watchBatch',
    tag,
    summary: 'Watch a list as server-sent events',
    summaryZh: '以事件流查看进度',
    description: 'Events `progress` with the document of the list as data; the stream ends when every row is settled.',
    params,
    answers: { 200: { description: 'The stream', content: { type: 'text/event-stream' } } },
    problems: ['too-many-requests', 'busy', 'batch-not-found', 'issuing-not-allowed'],
  },
  confirm: {
    id: 'confirmBatch',
    tag,
    summary: 'Issue the good rows of a list',
    summaryZh: '确认并签发',
    description: 'A second time changes nothing. A row has exactly one license, whatever crashes.',
    params,
    answers: found('The rows wait for their licenses'),
    problems: ['batch-not-found', 'batch-state', 'issuing-not-allowed'],
  },
  stop: {
    id: 'stopBatch',
    tag,
    summary: 'Do not issue the rows that were not begun',
    summaryZh: '停止剩余签发',
    description: 'What is issued stays issued; a second time changes nothing.',
    params,
    answers: found('Stopped'),
    problems: ['batch-not-found', 'batch-state', 'issuing-not-allowed'],
  },
} as const satisfies Record<string, Operation>;
