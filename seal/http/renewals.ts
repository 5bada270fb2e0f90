// POST /v1/renewals: a sealed PDF in, the same with evidence and a document time stamp out.
import { Readable } from 'node:stream';
import { renewalQuery } from '../../common/contract/seal.ts';
import { parseQuery, readBytes } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import { type RenewalDeps, renewDocument } from '../flow/renew-document.ts';
import { passwordHeader, readDocumentPassword } from './document-password.ts';
import { PDF_TYPE } from './sealings.ts';

export const renewalOperation: Operation = {
  id: 'renewDocument',
  summary: 'Preserve a sealed PDF, or renew its preservation',
  summaryZh: '为已盖章 PDF 补充长期验证信息或续期',
  description:
    'Adds certificates and revocation evidence for every signature of the document, and at level LTA a document time stamp over everything. Sealed documents of any level are taken; those that do not verify are refused. No seal is used.',
  tag: 'sealings',
  query: renewalQuery,
  body: { type: PDF_TYPE, description: 'A sealed PDF' },
  headers: passwordHeader,
  answers: {
    200: { description: 'Preserved', content: { type: PDF_TYPE, description: 'The input followed by what was added' } },
  },
  problems: [
    'document-not-genuine',
    'document-too-costly',
    'busy',
    'not-a-pdf',
    'pdf-truncated',
    'pdf-encrypted',
    'pdf-hybrid',
    'pdf-broken',
    'pdf-too-large',
    'time-stamp-unavailable',
    'validation-data-unavailable',
  ],
};

export function makeRenewalHandler(deps: RenewalDeps & { readonly maxBytes: number }): Handler {
  return async (ctx) => {
    const { level = 'LTA' } = parseQuery(ctx, renewalQuery);
    const password = readDocumentPassword(ctx);
    const pdf = await readBytes(ctx, { maxBytes: deps.maxBytes, types: [PDF_TYPE] });
    const added = await renewDocument(deps, { pdf, password, level });
    ctx.set('Cache-Control', 'no-store');
    ctx.body = Readable.from([pdf, added]);
    ctx.type = PDF_TYPE;
    ctx.length = pdf.length + added.length;
  };
}
