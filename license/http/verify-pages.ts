// /verify, public and whole without script: a file is judged where it is sent, a code is looked at. Nothing is kept.
import type Koa from 'koa';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, type ProblemCode } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { readPdfForm, recogniseFile, type Upload, type UploadForm } from '../../common/http/upload.ts';
import { parseFaceLink } from '../domain/face-link.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { lookAtCode } from '../flow/present-licenses.ts';
import { verifyFile } from '../flow/verify-file.ts';
import type { WrongTries } from '../flow/wrong-tries.ts';
import { codeResultPage } from '../web/code-result-page.ts';
import { VERIFY_PATH } from '../web/service.ts';
import { type VerifyFault, verifyPage } from '../web/verify-page.ts';
import { fileResultPage } from '../web/verify-result-page.ts';
import { readAskedDay } from './asked-day.ts';
import { type CheckParts, checkFacts, showFaceCheck, showFactsForm } from './check-pages.ts';
import { MAX_FILE_BYTES, MAX_FILE_MEGABYTES } from './verifications.ts';

/** As typed, of the day that is asked for. */
const MAX_DAY = 40;

export type VerifyHandlers = Readonly<Record<'show' | 'check' | 'checkFacts', Handler>>;

export function makeVerifyHandlers(deps: LicenseDeps, tries: WrongTries): VerifyHandlers {
  const checks = { deps, tries };
  return {
    show: async (ctx) => {
      const { code, id, identifier } = ctx.query;
      if (typeof id === 'string' && typeof code === 'string') return showFaceCheck(checks, ctx, id, code);
      if (typeof identifier === 'string') return showIdentifier(checks, ctx, identifier);
      if (code === undefined) return sendForm(ctx, []);
      const face = typeof code === 'string' ? parseFaceLink(code) : null;
      if (face) return showFaceCheck(checks, ctx, face.identifier, face.verifyCode);
      await showCode(deps, ctx, typeof code === 'string' ? code : '');
    },
    check: (ctx) => checkFile(deps, ctx),
    checkFacts: (ctx) => checkFacts(checks, ctx),
  };
}

/** Asks for the facts of a license whose type is known here. */
async function showIdentifier(checks: CheckParts, ctx: Koa.Context, identifier: string): Promise<void> {
  if (await showFactsForm(checks, ctx, identifier)) return;
  const kind = identifier.trim() === '' ? 'identifier-missing' : 'identifier-malformed';
  sendForm(ctx, [{ kind }], { identifier });
}

async function showCode(deps: LicenseDeps, ctx: Koa.Context, code: string): Promise<void> {
  if (code.trim() === '') return sendForm(ctx, [{ kind: 'code-missing' }]);
  try {
    const { state, expiresAt } = await lookAtCode(deps, code);
    sendPage(ctx, codeResultPage(pageFrame(ctx, VERIFY_PATH), { state, expiresAt, now: deps.clock() }));
  } catch (error) {
    if (!isTrustError(error, 'code-malformed')) throw error;
    sendForm(ctx, [{ kind: 'code-malformed' }], { code });
  }
}

async function checkFile(deps: LicenseDeps, ctx: Koa.Context): Promise<void> {
  let form: UploadForm = { files: {}, texts: {} };
  try {
    form = await readPdfForm(ctx, 'file', MAX_FILE_BYTES);
    const { file } = form.files;
    const { date, fault } = readAskedDay(dayOf(form), chinaDate(deps.clock()));
    const faults: readonly VerifyFault[] = [
      ...(file ? [] : [{ kind: 'file-missing' } as const]),
      ...(fault === null ? [] : [{ kind: fault }]),
    ];
    if (!file || faults.length > 0) return sendForm(ctx, faults, { day: dayOf(form) });
    const result = await verifyFile(deps, file.bytes, date);
    sendPage(ctx, fileResultPage(pageFrame(ctx, VERIFY_PATH), { fileName: file.fileName, day: date, result }));
  } catch (error) {
    const fault = isTrustError(error) ? faultOf(error.code, form.files['file']) : null;
    if (fault === null) throw error;
    sendForm(ctx, [fault], { day: dayOf(form) });
  }
}

function dayOf({ texts }: UploadForm): string {
  return (texts['date'] ?? '').slice(0, MAX_DAY);
}

/** Refusals that the person in front of the form can do something about; others become an error page. */
function faultOf(code: ProblemCode, upload: Upload | undefined): VerifyFault | null {
  switch (code) {
    case 'body-too-large':
    case 'pdf-too-large':
      return { kind: 'too-large' };
    case 'pdf-encrypted':
      return { kind: 'encrypted' };
    case 'pdf-truncated':
    case 'pdf-broken':
    case 'pdf-hybrid':
      return { kind: 'damaged' };
    case 'not-a-pdf': {
      const looksLike = upload && recogniseFile(upload.bytes);
      return looksLike === undefined ? { kind: 'not-a-pdf' } : { kind: 'not-a-pdf', looksLike };
    }
    default:
      return null;
  }
}

function sendForm(
  ctx: Koa.Context,
  faults: readonly VerifyFault[],
  typed: { readonly code?: string; readonly identifier?: string; readonly day?: string } = {},
): void {
  const page = verifyPage(pageFrame(ctx, VERIFY_PATH), {
    fileAction: VERIFY_PATH,
    codeAction: VERIFY_PATH,
    maxMegabytes: MAX_FILE_MEGABYTES,
    ...typed,
    faults,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}
