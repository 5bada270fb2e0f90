// POST /tsa: the time-stamp protocol over HTTP (RFC 3161). A refusal is a response with a status, not an HTTP error.
import { readBytes } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import { QUERY_TYPE, REPLY_TYPE } from '../../common/pki/time-stamp-protocol.ts';
import { answerTimeStamp, type TimeStampDeps } from '../flow/answer-time-stamp.ts';

const MAX_BYTES = 16_384;

export const timeStampOperation: Operation = {
  id: 'stampTime',
  summary: 'Time-stamp an SM3 digest (RFC 3161)',
  summaryZh: '签发时间戳（RFC 3161）',
  description:
    'The body is a TimeStampReq in DER, the answer a TimeStampResp. What cannot be granted is a response with status 2 and failInfo, with HTTP status 200.',
  tag: 'time stamps',
  body: { type: QUERY_TYPE, description: 'TimeStampReq in DER with an SM3 imprint' },
  answers: {
    200: { description: 'Granted or refused', content: { type: REPLY_TYPE, description: 'TimeStampResp in DER' } },
  },
  problems: ['too-many-requests'],
};

export function makeTimeStampHandler(deps: TimeStampDeps): Handler {
  return async (ctx) => {
    const query = await readBytes(ctx, { maxBytes: MAX_BYTES, types: [QUERY_TYPE] });
    const reply = await answerTimeStamp(deps, query);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = Buffer.from(reply);
    ctx.type = REPLY_TYPE;
  };
}
