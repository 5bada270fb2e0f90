// POST /verify/{id}/report: the printable report of a kept result, made and sealed when it is asked for, once for each
// language. Limited by itself, because it uses a key.
import type Koa from 'koa';
import { toHex, utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { Spool } from '../../common/files/spool.ts';
import { readPreferences } from '../../common/http/preferences.ts';
import { currentRequestId } from '../../common/http/request-context.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { Typefaces } from '../../common/pdf/typeface.ts';
import type { CheckedFiles } from '../flow/checked-files.ts';
import type { LodgedDocument } from '../flow/lodged-document.ts';
import type { Caller } from '../flow/perform-call.ts';
import { sealReport } from '../flow/seal-report.ts';
import { reportDocument } from '../web/report-document.ts';
import { PDF_TYPE } from './sealings.ts';
import { checkOrigin, idOf } from './verify-pages.ts';

export type ReportDownloadDeps = {
  readonly checked: CheckedFiles;
  readonly caller: Caller;
  readonly spool: Spool<LodgedDocument>;
  readonly clock: Clock;
  readonly url: string;
  /** The seal of the platform; null: reports are not sealed here. */
  readonly reportSeal: string | null;
  /** Read when they are first needed. */
  readonly readFonts: () => Typefaces;
};

export function makeReportHandler(deps: ReportDownloadDeps): Handler {
  let fonts: Typefaces | null = null;
  return async (ctx) => {
    checkOrigin(deps, ctx);
    const { reportSeal, checked, caller, spool, clock } = deps;
    if (reportSeal === null) throw new TrustError('not-found', 'This room seals no reports.');
    const id = idOf(ctx);
    const { lang } = readPreferences(ctx);
    const number = numberOf(id, lang);
    const pdf = await checked.derive(id, `report ${lang}`, async ({ report }) => {
      if (!report) throw new TrustError('not-found', 'The file waits for its password.');
      fonts ??= deps.readFonts();
      const document = reportDocument(fonts, { report, number, lang, at: clock() });
      return sealReport({ caller, spool, reportSeal }, { ...document, number, requestId: currentRequestId() });
    });
    if (!pdf) throw new TrustError('result-gone', 'Results are kept for ten minutes.');
    sendPdf(ctx, pdf, number);
  };
}

/** Says nothing about the address under which the result is kept. */
function numberOf(id: string, lang: string): string {
  return `V-${toHex(sm3(utf8(`report ${id}`)))
    .slice(0, 10)
    .toUpperCase()}${lang === 'zh' ? '' : '-EN'}`;
}

function sendPdf(ctx: Koa.Context, pdf: Uint8Array, number: string): void {
  ctx.type = PDF_TYPE;
  ctx.set('Content-Disposition', `attachment; filename="${number}.pdf"`);
  ctx.body = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length);
}
