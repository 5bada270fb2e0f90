// POST /v1/verifications: a PDF in, the report out, with status 200 whatever it says.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { verificationReport } from '../../common/contract/report.ts';
import { readBytes } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { Trust } from '../../common/pki/verify-chain.ts';
import { verifyUpload } from '../flow/verify-upload.ts';
import { PDF_TYPE } from './sealings.ts';

export const verificationOperation: Operation = {
  id: 'verifyDocument',
  summary: 'Verify a sealed PDF',
  summaryZh: '验证 PDF 上的电子印章',
  description:
    'Nothing is kept. A failed verification is a report with status 200; only what cannot be read is a problem.',
  tag: 'verifications',
  body: { type: PDF_TYPE, description: 'A PDF, not encrypted' },
  answers: { 200: { description: 'The report', content: { schema: verificationReport } } },
  problems: ['not-a-pdf', 'pdf-truncated', 'pdf-encrypted', 'pdf-hybrid', 'pdf-broken', 'pdf-too-large'],
};

export type VerificationHandlerDeps = {
  readonly db: Knex;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly maxBytes: number;
};

export function makeVerificationHandler(deps: VerificationHandlerDeps): Handler {
  return async (ctx) => {
    const pdf = await readBytes(ctx, { maxBytes: deps.maxBytes, types: [PDF_TYPE] });
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await verifyUpload(deps, pdf, deps.clock());
  };
}
