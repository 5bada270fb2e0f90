// POST /v1/sealings: a PDF in, the sealed PDF out. One seal is asked for in the query, several in the first part of a
// multipart body, with the document behind it, so that the seals are known before the document arrives.
import type Koa from 'koa';
import { toHex } from '../../common/bytes.ts';
import {
  APPENDED_ONLY,
  APPENDED_TYPE,
  INPUT_SM3,
  PREFERENCE_APPLIED,
  queryOf,
  type SealingQuery,
  sealingList,
  sealingQuery,
} from '../../common/contract/seal.ts';
import { TrustError } from '../../common/errors.ts';
import { once } from '../../common/files/once.ts';
import type { Spool } from '../../common/files/spool.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { discard, parseQuery, streamBody } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import { type Part, readBoundary, readParts } from '../../common/http/multipart.ts';
import type { Operation } from '../../common/http/operation.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import type { Handler } from '../../common/http/routes.ts';
import { sendPieces } from '../../common/http/send-pieces.ts';
import type { FindText } from '../domain/text-hits.ts';
import type { LodgedDocument, LodgedUpload } from '../flow/lodged-document.ts';
import { type NormalisedDocument, normaliseDocument, type WriteAnew } from '../flow/normalise-document.ts';
import type { Caller } from '../flow/perform-call.ts';
import type { ReleasedSealing } from '../flow/plan-call.ts';
import { type ClientSealing, sealForClient } from '../flow/seal-for-client.ts';
import { appendedAnswer, appendedHeader, isAppendedPreferred } from './appended-only.ts';
import { passwordHeader, readDocumentPassword } from './document-password.ts';

export const PDF_TYPE = 'application/pdf';
const FORM_TYPE = 'multipart/form-data';
const MAX_LIST_BYTES = 256 * 1024;

export const sealingOperation: Operation = {
  id: 'sealDocument',
  summary: 'Seal a PDF, once or several times',
  summaryZh: '在 PDF 上盖章（一枚或多枚）',
  description:
    'The body is the PDF, the answer the same bytes with the sealing appended. Several seals in one call: multipart/form-data, no query, first the part `sealings` (application/json: a list of up to 50, each with the names of the query), then the part `document` (application/pdf); each seal is a revision of its own, in the order of the list, and all are released or none. Repeating a request with its Idempotency-Key gives the same bytes for 30 days.',
  tag: 'sealings',
  query: sealingQuery.partial({ seal: true }),
  body: [
    { type: PDF_TYPE, description: 'A PDF; `seal` and place are in the query' },
    {
      type: FORM_TYPE,
      description: 'Several seals: first the part `sealings`, then the part `document`; no query',
      parts: {
        sealings: {
          schema: sealingList,
          description: 'The seals in the order in which they are put on; names as in the query',
          example: [
            { seal: '36010000000001', class: 'license', page: 1, x_mm: 120, y_mm: 30 },
            { seal: '36010000000001', class: 'license', straddle: 'all' },
          ],
        },
        document: { type: PDF_TYPE, description: 'The PDF; behind it there is no further part' },
      },
    },
  ],
  headers: { ...passwordHeader, ...appendedHeader },
  idempotent: true,
  answers: {
    201: {
      description: 'Sealed',
      content: {
        type: PDF_TYPE,
        description: 'The input followed by the sealings; or, where that was preferred, these alone',
      },
      headers: {
        'Sealing-Id': 'Identifier of the act, for audit; of several sealings all, with commas between them',
        'Sealing-Verified':
          'TOTAL-PASSED: every sealing was read again from the bytes that are released, and verified (flow/check-release.ts); what does not verify is never released. Who trusts this room need not verify again, only see that its own bytes stand in front',
        Normalised: 'Only where the document was written anew: from= and to= with the SM3 before and after',
        ...appendedAnswer,
      },
    },
  },
  problems: [
    'answer-gone',
    'too-many-requests',
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
    'keyword-not-found',
    'text-not-searchable',
    'document-too-costly',
    'busy',
    'signature-forbidden',
    'time-stamp-unavailable',
    'validation-data-unavailable',
    'seal-unavailable',
  ],
};

export type SealingHandlerDeps = {
  readonly caller: Caller;
  readonly gate: BearerGate;
  readonly spool: Spool<LodgedDocument>;
  readonly findText: FindText;
  readonly writeAnew: WriteAnew;
  readonly maxBytes: number;
};

type Asked = { readonly queries: readonly SealingQuery[]; readonly upload: LodgedUpload };

export function makeSealingHandler(deps: SealingHandlerDeps): Handler {
  return async (ctx) => {
    const idempotencyKey = readIdempotencyKey(ctx);
    const { clientId } = deps.gate.actorOf(ctx);
    const password = readDocumentPassword(ctx);
    const { queries, upload } = await (ctx.is(FORM_TYPE) ? readForm : readPlain)(ctx, deps, clientId);
    const call = { clientId, requestId: requestIdOf(ctx), idempotencyKey, password, queries };
    const sealed = await sealUpload(deps, call, upload);
    // Memory and disk are given back when the answer has left; a caller who hangs up meanwhile still has it sealed.
    if (ctx.res.closed) await sealed.upload.close();
    else ctx.res.once('close', () => void sealed.upload.close());
    if (isAppendedPreferred(ctx) && !sealed.normalised) answerAppended(ctx, sealed);
    else await answer(ctx, sealed);
  };
}

type Call = Omit<ClientSealing, 'upload' | 'normalisedFrom'>;
type Sealed = {
  readonly upload: LodgedUpload;
  readonly released: readonly ReleasedSealing[];
  readonly normalised: NormalisedDocument | null;
};

/** What is sealed is the document as it came, or, where that is asked for and needed, as it was written anew. */
async function sealUpload(deps: SealingHandlerDeps, call: Call, received: LodgedUpload): Promise<Sealed> {
  let upload = received;
  try {
    const isAsked = call.queries.some(({ normalise }) => normalise === 'true');
    const { password, clientId } = call;
    const normalised = isAsked ? await normaliseDocument(deps.writeAnew, { source: received, password }) : null;
    if (normalised) {
      await received.close();
      upload = await deps.spool.receive(clientId, once(normalised.bytes));
    }
    const normalisedFrom = normalised?.fromSm3;
    return { upload, released: await sealForClient(deps, { ...call, upload, normalisedFrom }), normalised };
  } catch (error) {
    await upload.close();
    throw error;
  }
}

function answerHead(ctx: Koa.Context, released: readonly ReleasedSealing[]): void {
  ctx.status = 201;
  ctx.set('Sealing-Id', released.map(({ sealingId }) => sealingId).join(', '));
  // Nothing comes here that checkRelease did not pass.
  ctx.set('Sealing-Verified', 'TOTAL-PASSED');
  ctx.set('Cache-Control', 'no-store');
}

/** What belongs behind the document, and the SM3 of the document that it belongs to. */
function answerAppended(ctx: Koa.Context, { upload, released }: Sealed): void {
  answerHead(ctx, released);
  ctx.set(PREFERENCE_APPLIED, APPENDED_ONLY);
  ctx.set(INPUT_SM3, toHex(upload.sm3));
  ctx.type = APPENDED_TYPE;
  ctx.body = Buffer.concat(released.map(({ bytes }) => bytes));
}

async function answer(ctx: Koa.Context, { upload, released, normalised }: Sealed): Promise<void> {
  answerHead(ctx, released);
  if (normalised) ctx.set('Normalised', `from=${normalised.fromSm3}, to=${normalised.toSm3}`);
  ctx.type = PDF_TYPE;
  const appended = released.map(({ bytes }) => bytes);
  const whole = upload.bytes && joinAdjacent([upload.bytes, ...appended]);
  if (whole) {
    ctx.body = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
    return;
  }
  const length = appended.reduce((sum, part) => sum + part.length, upload.size);
  await sendPieces(ctx, length, inPieces(upload, appended));
}

/** One view of parts that lie behind each other in memory, as what a thread appends does; else null. */
function joinAdjacent(parts: readonly Uint8Array[]): Uint8Array | null {
  const [first] = parts;
  let end = first!.byteOffset;
  for (const { buffer, byteOffset, length } of parts) {
    if (buffer !== first!.buffer || byteOffset !== end) return null;
    end += length;
  }
  return new Uint8Array(first!.buffer, first!.byteOffset, end - first!.byteOffset);
}

/** Pieces, not joined: the input is not copied for the answer. */
async function* inPieces(upload: LodgedUpload, appended: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* upload.stream();
  yield* appended;
}

async function readPlain(ctx: Koa.Context, deps: SealingHandlerDeps, clientId: string): Promise<Asked> {
  const query: SealingQuery = parseQuery(ctx, sealingQuery);
  return { queries: [query], upload: await receive(ctx, deps, clientId, streamBody(ctx, limitsOf(deps, PDF_TYPE))) };
}

async function readForm(ctx: Koa.Context, deps: SealingHandlerDeps, clientId: string): Promise<Asked> {
  if (ctx.querystring !== '')
    throw new TrustError(
      'invalid-request',
      'With multipart/form-data the seals are in its first part, not in the query',
    );
  const parts = readParts(streamBody(ctx, limitsOf(deps, FORM_TYPE)), readBoundary(ctx));
  const list = await nextPart(parts, 'sealings', 'application/json');
  const orders = parseContract(sealingList, await readList(list.body), 'The part sealings');
  const document = await nextPart(parts, 'document', PDF_TYPE);
  const upload = await receive(ctx, deps, clientId, document.body);
  try {
    if (!(await parts.next()).done)
      throw new TrustError('invalid-request', 'Behind the part document there is another');
  } catch (error) {
    await upload.close();
    throw error;
  }
  return { queries: orders.map(queryOf), upload };
}

const limitsOf = ({ maxBytes }: SealingHandlerDeps, type: string) => ({ maxBytes, types: [type] });

/** Who has too much here is answered before he has sent all. */
async function receive(
  ctx: Koa.Context,
  { spool, maxBytes }: SealingHandlerDeps,
  clientId: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<LodgedUpload> {
  try {
    return await spool.receive(clientId, chunks, ctx.request.length);
  } catch (error) {
    if (!(error instanceof TrustError) || error.code !== 'too-many-requests') throw error;
    ctx.set('Retry-After', '10');
    await discard(ctx, maxBytes);
    throw error;
  }
}

async function nextPart(parts: AsyncIterator<Part>, name: string, type: string): Promise<Part> {
  const { value, done } = await parts.next();
  if (!done && value.name === name && value.type === type) return value;
  const found = done ? 'nothing' : `the part ${JSON.stringify(value.name)} of type ${JSON.stringify(value.type)}`;
  throw new TrustError('invalid-request', `Expected the part "${name}" of type ${type}, found ${found}`);
}

async function readList(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_LIST_BYTES)
      throw new TrustError('body-too-large', `The part sealings is larger than ${MAX_LIST_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new TrustError('invalid-json', 'The part sealings cannot be read as JSON', { cause });
  }
}
