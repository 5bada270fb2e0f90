// POST /v1/verifications: a PDF, a seal or a detached signature in, the report out, with status 200 whatever it says.
// The media type says which; of a detached signature the digest of its content is in the query.

import type { Knex } from 'knex';
import type Koa from 'koa';
import { fromHex } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { verificationReport } from '../../common/contract/report.ts';
import { verificationQuery } from '../../common/contract/seal.ts';
import { TrustError } from '../../common/errors.ts';
import { parseQuery, readBytes } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import { type Judge, type VerificationQuestion, verifyUpload } from '../flow/verify-upload.ts';
import { passwordHeader, readDocumentPassword } from './document-password.ts';
import { PDF_TYPE } from './sealings.ts';

/** A SESeal; no media type is registered for it. */
export const ESEAL_TYPE = 'application/vnd.xinji.eseal';
/** RFC 8551: a detached signature. */
export const SIGNATURE_TYPE = 'application/pkcs7-signature';

export const verificationOperation: Operation = {
  id: 'verifyDocument',
  summary: 'Verify a sealed PDF, a seal or a detached signature',
  summaryZh: '验证 PDF 上的电子印章、电子印章文件或分离的签名',
  description:
    'Nothing is kept. A failed verification is a report with status 200; only what cannot be read is a problem.',
  tag: 'verifications',
  query: verificationQuery,
  body: [
    { type: PDF_TYPE, description: 'A PDF' },
    { type: ESEAL_TYPE, description: 'DER of a SESeal (.esl)' },
    { type: SIGNATURE_TYPE, description: 'DER of a CMS SignedData or SES_Signature over the content of `digest`' },
  ],
  headers: passwordHeader,
  answers: { 200: { description: 'The report', content: { schema: verificationReport } } },
  problems: [
    'not-a-pdf',
    'pdf-truncated',
    'pdf-encrypted',
    'pdf-hybrid',
    'pdf-broken',
    'pdf-too-large',
    'seal-malformed',
    'document-too-costly',
    'busy',
    'too-many-requests',
  ],
};

export type VerificationHandlerDeps = {
  readonly db: Knex;
  readonly judge: Judge;
  readonly clock: Clock;
  readonly maxBytes: number;
};

export function makeVerificationHandler(deps: VerificationHandlerDeps): Handler {
  return async (ctx) => {
    const { digest } = parseQuery(ctx, verificationQuery);
    const password = readDocumentPassword(ctx);
    const body = await readBytes(ctx, { maxBytes: deps.maxBytes, types: [PDF_TYPE, ESEAL_TYPE, SIGNATURE_TYPE] });
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await verifyUpload(deps, questionOf(deps.clock(), mediaTypeOf(ctx), body, { digest, password }));
  };
}

const mediaTypeOf = (ctx: Koa.Context): string => ctx.get('Content-Type').split(';')[0]!.trim().toLowerCase();

function questionOf(
  now: Date,
  type: string,
  body: Uint8Array,
  { digest, password }: { readonly digest: string | undefined; readonly password: string | undefined },
): VerificationQuestion {
  if (type === SIGNATURE_TYPE) {
    if (digest === undefined)
      throw new TrustError('invalid-request', 'A detached signature is judged with the digest of its content', {
        pointer: '/digest',
      });
    return { kind: 'detached', signature: body, digest: fromHex(digest), now };
  }
  if (digest !== undefined)
    throw new TrustError('invalid-request', 'Only a detached signature is sent with a digest', { pointer: '/digest' });
  return type === ESEAL_TYPE ? { kind: 'seal', bytes: body, now } : { kind: 'document', bytes: body, password, now };
}
