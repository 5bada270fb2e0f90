// What OpenAPI tells of shredding.
import { shreddingAsked, shreddingDone, shreddingRequest } from '../../common/contract/license-shredding.ts';
import type { Operation } from '../../common/http/operation.ts';

export const SHREDDING_OPERATION: Operation = {
  id: 'shredHolder',
  tag: 'Administration',
  summary: 'Destroy what is kept of a holder',
  summaryZh: '销毁持证主体的数据',
  description:
    'Asked twice: without confirmation the answer says what would become unreadable, and a confirmation that is good for ten ' +
    'minutes, for this order by this administrator; with it, the key of the holder is destroyed for ever. Joint licenses stay readable through the other holders.',
  body: { schema: shreddingRequest },
  answers: {
    200: { description: 'Asked: nothing was done', content: { schema: shreddingAsked } },
    201: { description: 'Destroyed', content: { schema: shreddingDone } },
  },
  problems: ['holder-not-found', 'license-pending', 'shredding-not-confirmed'],
};
