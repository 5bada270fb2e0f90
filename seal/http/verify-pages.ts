// /verify, public and whole without script: an upload is judged and its result kept for minutes under an address that nobody
// can guess. No session and no cookie stands behind these forms, so that a forged one could do nothing in anybody's name;
// what another site's page sends is refused all the same.

import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm, recogniseFile, type Upload, type UploadForm } from '../../common/http/upload.ts';
import { type CheckedFile, type CheckedFiles, KEPT_SECONDS } from '../flow/checked-files.ts';
import { type VerificationQuestion, type VerifyDeps, verifyUpload } from '../flow/verify-upload.ts';
import { VERIFY_PATH } from '../web/service.ts';
import { passwordPage, type VerifyFault, verifyPage } from '../web/verify-page.ts';
import { resultPage } from '../web/verify-result-page.ts';
import { type FindRedPictures, withRedPictures } from './red-pictures.ts';

export type VerifyPagesDeps = VerifyDeps & {
  readonly checked: CheckedFiles;
  readonly clock: Clock;
  /** Public URL of the room. */
  readonly url: string;
  readonly limitMegabytes: number;
  readonly verificationSeconds: number;
  readonly hasReport: boolean;
  readonly findRedPictures: FindRedPictures;
};

export type VerifyPages = Readonly<Record<'show' | 'check' | 'result' | 'unlock' | 'json' | 'forget', Handler>>;

export function makeVerifyPages(deps: VerifyPagesDeps): VerifyPages {
  return {
    show: (ctx) => sendForm(deps, ctx, null),
    check: (ctx) => check(deps, ctx),
    result: (ctx) => showResult(deps, ctx, false),
    unlock: (ctx) => unlock(deps, ctx),
    json: (ctx) => {
      const { report } = getChecked(deps, ctx);
      if (!report) throw new TrustError('not-found', 'The file waits for its password.');
      ctx.set('Content-Disposition', 'attachment; filename="verification.json"');
      ctx.body = report;
    },
    forget: (ctx) => {
      checkOrigin(deps, ctx);
      deps.checked.forget(idOf(ctx));
      seeOther(ctx, VERIFY_PATH);
    },
  };
}

async function check(deps: VerifyPagesDeps, ctx: Koa.Context): Promise<void> {
  checkOrigin(deps, ctx);
  let upload: Upload | undefined;
  try {
    const form = await readUploadForm(ctx, deps.limitMegabytes * 1_000_000);
    upload = form.files['file'];
    if (!upload) return sendForm(deps, ctx, { kind: 'file-missing' });
    const file = describeUpload(upload, form);
    const report = await judge(deps, file);
    seeOther(ctx, `${VERIFY_PATH}/${deps.checked.put({ ...file, report })}`);
  } catch (error) {
    const fault = isTrustError(error) ? faultOf(error.code, upload) : null;
    if (fault === null) throw error;
    if (fault.kind === 'busy') ctx.set('Retry-After', '5');
    sendForm(deps, ctx, fault);
  }
}

async function unlock(deps: VerifyPagesDeps, ctx: Koa.Context): Promise<void> {
  checkOrigin(deps, ctx);
  const file = getChecked(deps, ctx);
  const { texts } = await readUploadForm(ctx, 0);
  const tried = { ...file, password: texts['password'] ?? '' };
  const report = await judge(deps, tried);
  if (!report) return showResult(deps, ctx, true);
  deps.checked.replace(idOf(ctx), { ...tried, report });
  seeOther(ctx, `${VERIFY_PATH}/${idOf(ctx)}`);
}

/** Null: encrypted, and the password does not open it. */
async function judge(deps: VerifyPagesDeps, file: Omit<CheckedFile, 'report'>): Promise<CheckedFile['report']> {
  const report = await verifyUpload(deps, questionOf(file, deps.clock())).catch(passIfEncrypted);
  return report && withRedPictures(deps.findRedPictures, report, file);
}

function showResult(deps: VerifyPagesDeps, ctx: Koa.Context, isWrong: boolean): void {
  const file = getChecked(deps, ctx);
  const href = `${VERIFY_PATH}/${idOf(ctx)}`;
  const frame = pageFrame(ctx, href);
  const { fileName, report } = file;
  if (!report) {
    sendPage(ctx, passwordPage(frame, { action: href, fileName, isWrong }), isWrong ? 422 : 200);
    return;
  }
  const until = new Date(new Date(report.verified_at).getTime() + KEPT_SECONDS * 1000);
  sendPage(ctx, resultPage(frame, { fileName, report, href, until, hasReport: deps.hasReport }));
}

/** The kept file that the address names. Code: `not-found`, when its minutes are over. */
export function getChecked({ checked }: Pick<VerifyPagesDeps, 'checked'>, ctx: Koa.Context): CheckedFile {
  const file = checked.get(idOf(ctx));
  if (!file) throw new TrustError('result-gone', 'Results are kept for ten minutes.');
  return file;
}

export const idOf = (ctx: Koa.Context): string => String((ctx['params'] as Record<string, string>)['id']);

/** A browser that says which site a form came from is believed. Code: `csrf-failed`. */
export function checkOrigin({ url }: Pick<VerifyPagesDeps, 'url'>, ctx: Koa.Context): void {
  const from = ctx.get('Origin');
  if (from !== '' && from !== new URL(url).origin)
    throw new TrustError('csrf-failed', 'The form came from another site.');
}

function passIfEncrypted(error: unknown): null {
  if (isTrustError(error, 'pdf-encrypted')) return null;
  throw error;
}

/** A signature beside it makes it a signed file; else a SESeal begins as DER does, and a PDF does not. */
function describeUpload({ fileName, bytes }: Upload, { files }: UploadForm): Omit<CheckedFile, 'report'> {
  const signature = files['signature'];
  if (signature) return { fileName, kind: 'signed-file', bytes, signature: signature.bytes };
  return { fileName, kind: /\.esl$/i.test(fileName) || bytes[0] === 0x30 ? 'seal' : 'document', bytes };
}

function questionOf(
  { kind, bytes, signature, password }: Omit<CheckedFile, 'report'>,
  now: Date,
): VerificationQuestion {
  if (kind === 'signed-file') return { kind, bytes, signature: signature ?? new Uint8Array(), now };
  return kind === 'seal' ? { kind, bytes, now } : { kind, bytes, password, now };
}

/** Refusals that the person in front of the form can do something about; others become an error page. */
function faultOf(code: ProblemCode, upload: Upload | undefined): VerifyFault | null {
  if (code === 'not-a-pdf') return { kind: code, looksLike: upload && recogniseFile(upload.bytes) };
  const kind = FAULTS[code];
  return kind ? { kind } : null;
}

const FAULTS: Readonly<Partial<Record<ProblemCode, Exclude<VerifyFault['kind'], 'not-a-pdf'>>>> = {
  'body-too-large': 'too-large',
  'pdf-too-large': 'too-large',
  'pdf-truncated': 'damaged',
  'pdf-broken': 'damaged',
  'pdf-hybrid': 'damaged',
  'seal-malformed': 'seal-damaged',
  'document-too-costly': 'costly',
  busy: 'busy',
};

function sendForm(deps: VerifyPagesDeps, ctx: Koa.Context, fault: VerifyFault | null): void {
  const { limitMegabytes: maxMegabytes, verificationSeconds: seconds } = deps;
  const page = verifyPage(pageFrame(ctx, VERIFY_PATH), { maxMegabytes, seconds, faults: fault ? [fault] : [] });
  sendPage(ctx, page, fault === null ? 200 : fault.kind === 'busy' ? 503 : 422);
}
