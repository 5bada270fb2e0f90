// POST /v1/sealings: a PDF in, the sealed PDF out.
import { Readable } from 'node:stream';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { sealingQuery } from '../../common/contract/seal.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseQuery, readBytes } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { Caller } from '../flow/perform-call.ts';
import { bytesInput, sealForClient } from '../flow/seal-for-client.ts';
import { passwordHeader, readDocumentPassword } from './document-password.ts';

export const PDF_TYPE = 'application/pdf';

export const sealingOperation: Operation = {
  id: 'sealDocument',
  summary: 'Seal a PDF',
  summaryZh: '在 PDF 上盖章',
  description:
    'The body is the PDF, the answer the same bytes with the sealing appended. Repeating a request with its Idempotency-Key gives the same bytes for 30 days.',
  tag: 'sealings',
  query: sealingQuery,
  body: { type: PDF_TYPE, description: 'A PDF' },
  headers: passwordHeader,
  idempotent: true,
  answers: {
    201: {
      description: 'Sealed',
      content: { type: PDF_TYPE, description: 'The input followed by the sealing' },
      headers: { 'Sealing-Id': 'Identifier of the act, for audit' },
    },
  },
  problems: [
    'answer-gone',
    'seal-not-found',
    'seal-not-granted',
    'seal-not-usable',
    'not-a-pdf',
    'pdf-truncated',
    'pdf-encrypted',
    'pdf-hybrid',
    'pdf-broken',
    'pdf-too-large',
    'placement-invalid',
    'signature-forbidden',
    'time-stamp-unavailable',
    'seal-unavailable',
  ],
};

export type SealingHandlerDeps = {
  readonly caller: Caller;
  readonly gate: BearerGate;
  readonly maxBytes: number;
};

export function makeSealingHandler(deps: SealingHandlerDeps): Handler {
  return async (ctx) => {
    const query: SealingQuery = parseQuery(ctx, sealingQuery);
    const idempotencyKey = readIdempotencyKey(ctx);
    const { clientId } = deps.gate.actorOf(ctx);
    const password = readDocumentPassword(ctx);
    const pdf = await readBytes(ctx, { maxBytes: deps.maxBytes, types: [PDF_TYPE] });
    const call = { clientId, requestId: requestIdOf(ctx), idempotencyKey, queries: [query] };
    const released = await sealForClient(deps.caller, { ...call, ...bytesInput(pdf), password });
    const appended = released.map(({ bytes }) => bytes);
    ctx.status = 201;
    ctx.set('Sealing-Id', released.map(({ sealingId }) => sealingId).join(', '));
    ctx.set('Cache-Control', 'no-store');
    // Views, not joined: the input is not copied for the answer.
    ctx.body = Readable.from([pdf, ...appended]);
    ctx.type = PDF_TYPE;
    ctx.length = appended.reduce((sum, { length }) => sum + length, pdf.length);
  };
}
