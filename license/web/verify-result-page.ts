// 验章, the result: conclusion first, then the seals' facts one by one (seal-cards.ts), technical data last.
// The seal of a file and the state of its license are two facts and are never mixed into one sign.
import type { FileVerification, LicenseState } from '../../common/contract/license.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type HtmlValue, html } from '../../common/web/html.ts';
import { icon, type Mark } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import { phrases, verdict } from '../../common/web/parts.ts';
import { technical } from '../../common/web/report-parts.ts';
import { reportFault, unitOf } from '../../common/web/report-words.ts';
import { formatDateTime, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import { stateWord } from './license-words.ts';
import { sealCards } from './seal-cards.ts';
import { navItems, VERIFY_PATH, VERIFY_SERVICE } from './service.ts';
import { dayWords } from './state-day.ts';

export type FileResultPage = {
  readonly fileName: string;
  /** YYYY-MM-DD: its state was asked for. */
  readonly day?: string | null;
  readonly result: Omit<FileVerification, 'kind'>;
};

const TEXTS = {
  passed: { zh: '签章有效，|文件未被改动', en: 'The seal is valid |and the file unchanged' },
  passedBut: { zh: '签章有效，|但证照{state}', en: 'The seal is valid, |but the license is {state}' },
  sealPassed: { zh: '签章有效，文件未被改动', en: 'The seal is valid and the file unchanged' },
  licenseNow: { zh: '证照{state}（截至 {time}）', en: 'The license is {state} (as of {time})' },
  older: { zh: '签章有效，|但这是证照的旧版本', en: 'The seal is valid, |but this is an earlier version' },
  olderNow: { zh: '已有新版本替代这份文件', en: 'A newer version has taken the place of this file' },
  stateNext: {
    zh: '请勿凭它办理；有疑问的，请向颁发机构核实。',
    en: 'Do not rely on it; if in doubt, ask the issuing authority.',
  },
  olderNext: { zh: '请向持证主体索取现行版本。', en: 'Ask the holder for the current version.' },
  licenseUnknown: { zh: '暂时查不到证照状态，请稍后再验', en: 'The state of the license is not available, try later' },
  failed: { zh: '签章无效，|请勿采用此文件', en: 'The seal is not valid. |Do not rely on this file' },
  unknown: { zh: '暂时无法|确认真伪', en: 'Cannot be confirmed' },
  unsigned: { zh: '文件里没有|电子签章', en: 'No electronic seal |in this file' },
  unsignedWhy: {
    zh: '看得见的红章只是图片，不能证明真伪。',
    en: 'A red seal you see is only a picture and proves nothing.',
  },
  plainWhy: {
    zh: '文件只有数字签名，没有电子印章；证照应当盖有电子印章。',
    en: 'It has a digital signature but no e-seal; a license bears an e-seal.',
  },
  unsignedNext: {
    zh: '请向出具文件的单位索取带电子签章的原文件。',
    en: 'Ask the unit that gave it to you for the file with its electronic seal.',
  },
  sealedBy: { zh: '{unit}于{time}盖章。', en: 'Sealed by {unit} on {time}.' },
  failedNext: {
    zh: '请向出具文件的单位重新索取原文件。',
    en: 'Ask the unit that gave it to you for the original file.',
  },
  unknownNext: {
    zh: '文件可能是真的，但缺少确认所需的信息；请向盖章单位核实。',
    en: 'The file may be genuine, but something needed to confirm it is missing; ask the sealing unit.',
  },
  again: { zh: '再验一份', en: 'Check another' },
  failedSteps: { zh: '看不通过的 {n} 项', en: 'Failed steps: {n}' },
  seals: {
    zh: '共 {n} 个签章：{passed} 个有效，{failed} 个无效，{unknown} 个无法确认',
    en: '{n} seals: {passed} valid, {failed} not valid, {unknown} not confirmed',
  },
  changes: { zh: '盖章后的改动', en: 'Changes after sealing' },
  unnamed: { zh: '盖章单位', en: 'The unit' },
  copyPassed: { zh: '签章有效，|这是一份加注件', en: 'The seal is valid; |this is an annotated copy' },
  copyEnded: { zh: '加注件|已过有效期', en: 'This annotated copy |has expired' },
  copyUntil: {
    zh: '加注件只用于页面上写明的用途，有效期至{time}。',
    en: 'An annotated copy serves the purpose written on it, until {time}.',
  },
  copyNext: { zh: '请重新获取证照，或请持证人亮证。', en: 'Ask for the license again, or let the holder show it.' },
  other: {
    zh: '签章有效，|但不是签发时的|证照文件',
    en: 'The seal is valid, |but this is not the file that was issued',
  },
  notRegistered: {
    zh: '文件自称是证照 {id}，但与签发时的文件不同，请以签发的文件为准。',
    en: 'The file claims to be license {id}, but it is not the file that was issued.',
  },
} satisfies Texts;

const LICENSE_MARKS: Readonly<Record<LicenseState, Mark>> = {
  valid: 'passed',
  suspended: 'warning',
  withdrawn: 'failed',
  revoked: 'failed',
  cancelled: 'failed',
  lapsed: 'failed',
  transferred: 'unknown',
  expired: 'unknown',
};

/** The page for a file that was checked; refusals (too large, not a PDF) go back to verify-page with a fault. */
export function fileResultPage(frame: PageFrame, { fileName, day = null, result }: FileResultPage): string {
  const say = sayIn(frame.lang);
  const { report } = result;
  const failedSteps = report.signatures.flatMap((seal) => seal.steps).filter((step) => step.status === 'failed').length;
  const banner = conclusion(frame, result);
  return renderPage({
    ...frame,
    service: VERIFY_SERVICE,
    title: banner.title.replaceAll('|', ''),
    home: VERIFY_PATH,
    nav: navItems(frame, 'verify'),
    now: new Date(report.verified_at),
    main: html`${verdict({ mark: banner.mark, title: phrases(...banner.title.split('|')), why: banner.why, next: banner.next })}
${day !== null && isOfLicense(result.license) ? html`<p>${dayWords(frame.lang, day, result.license.state_at)}</p>` : null}
<div class="actions"><a class="button" href="${VERIFY_PATH}">${say(TEXTS.again)}</a>${failedSteps > 0 ? html`<a class="link" href="#steps-1">${say(TEXTS.failedSteps, { n: failedSteps })}</a>` : null}</div>
${report.signatures.length > 1 ? html`<p>${sealCount(say, report)}</p>` : null}
${report.signatures.map((seal, index) => sealCards(frame, seal, index + 1, report.signatures.length, index === 0 ? result.license : null))}
${report.changes_after_sealing.length > 0 ? html`<div class="card"><h2>${say(TEXTS.changes)}</h2><ul lang="en">${report.changes_after_sealing.map((change) => html`<li>${change}</li>`)}</ul></div>` : null}
${technical(frame, fileName, report)}`,
  });
}

type Conclusion = { readonly mark: Mark; readonly title: string; readonly why: HtmlValue; readonly next: HtmlValue };

/** The answer of the first screen. `|` marks where its title may break. */
function conclusion(frame: PageFrame, { report, license }: FileResultPage['result']): Conclusion {
  const say = sayIn(frame.lang);
  const sealed = sealedBy(frame, report.signatures[0]);
  const fault = reportFault(report);
  const reason = fault === null ? null : `${say(fault)}${frame.lang === 'zh' ? '。' : '.'}`;
  if (report.sub_indication === 'NO_SIGNATURE_FOUND') {
    const why = say(report.signatures.length === 0 ? TEXTS.unsignedWhy : TEXTS.plainWhy);
    return { mark: 'unknown', title: say(TEXTS.unsigned), why, next: say(TEXTS.unsignedNext) };
  }
  if (report.indication === 'TOTAL-FAILED') {
    return { mark: 'failed', title: say(TEXTS.failed), why: reason, next: say(TEXTS.failedNext) };
  }
  if (report.indication === 'INDETERMINATE') {
    return { mark: 'unknown', title: say(TEXTS.unknown), why: reason, next: say(TEXTS.unknownNext) };
  }
  const copy = license.annotated_copy;
  if (copy && !copy.is_live) {
    const time = formatDateTime(frame.lang, new Date(copy.valid_until));
    return {
      mark: 'unknown',
      title: say(TEXTS.copyEnded),
      why: say(TEXTS.copyUntil, { time }),
      next: say(TEXTS.copyNext),
    };
  }
  if (copy && license.status === 'valid' && !isSuperseded(license)) {
    const time = formatDateTime(frame.lang, new Date(copy.valid_until));
    return { mark: 'passed', title: say(TEXTS.copyPassed), why: say(TEXTS.copyUntil, { time }), next: sealed };
  }
  if (claimsToBeLicense(license) && !license.registered_file && !copy) {
    return {
      mark: 'unknown',
      title: say(TEXTS.other),
      why: say(TEXTS.notRegistered, { id: license.identifier ?? '' }),
      next: sealed,
    };
  }
  const { status } = license;
  if (status === 'not_a_license' || status === 'unknown' || (status === 'valid' && !isSuperseded(license))) {
    const unknown = status === 'unknown' ? say(TEXTS.licenseUnknown) : null;
    return { mark: 'passed', title: say(TEXTS.passed), why: sealed, next: unknown };
  }
  return twoFacts(frame, license, status, sealed);
}

/** A good seal, and a license or a version that does not stand any more: two facts, two lines, two shapes. */
function twoFacts(
  frame: PageFrame,
  license: FileVerification['license'],
  status: LicenseState,
  sealed: string | null,
): Conclusion {
  const say = sayIn(frame.lang);
  const state = stateWord(frame.lang, status);
  const time = formatDateTime(frame.lang, new Date(license.as_of));
  const isOlder = isSuperseded(license);
  const mark = status === 'valid' ? 'unknown' : LICENSE_MARKS[status];
  const lines: readonly { mark: Mark; words: string }[] = [
    { mark: 'passed', words: say(TEXTS.sealPassed) },
    ...(isOlder ? [{ mark: 'unknown' as const, words: say(TEXTS.olderNow) }] : []),
    { mark: LICENSE_MARKS[status], words: say(TEXTS.licenseNow, { state, time }) },
  ];
  const list = html`<span class="two-lines">${lines.map((line) => html`<span class="line ${line.mark}">${icon(line.mark)}<span>${line.words}</span></span>`)}</span>`;
  const isState = status !== 'valid';
  const todo = say(isState ? TEXTS.stateNext : TEXTS.olderNext);
  const next = sealed === null ? todo : html`${todo}<br>${sealed}`;
  return { mark, title: isState ? say(TEXTS.passedBut, { state }) : say(TEXTS.older), why: list, next };
}

/** True when the file names a license that is registered; whether it is that license's file is another question. */
function claimsToBeLicense({ status }: FileVerification['license']): boolean {
  return status !== 'not_a_license' && status !== 'unknown';
}

/** True for a file of a version whose place another has taken. */
function isSuperseded({ identifier, current_identifier: current }: FileVerification['license']): boolean {
  return current !== null && current !== identifier;
}

/** True for the file that was issued and for a copy of it: what its license was worth on a day is said of no other. */
function isOfLicense({ registered_file: isRegistered, annotated_copy: copy }: FileVerification['license']): boolean {
  return isRegistered || copy !== null;
}

function sealedBy(frame: PageFrame, seal: SignatureReport | undefined): string | null {
  if (seal?.signing_time == null) return null;
  const say = sayIn(frame.lang);
  return say(TEXTS.sealedBy, {
    unit: unitOf(seal).name || say(TEXTS.unnamed),
    time: formatDateTime(frame.lang, new Date(seal.signing_time)),
  });
}

function sealCount(say: Say, report: VerificationReport): string {
  const count = (indication: string) => report.signatures.filter((seal) => seal.indication === indication).length;
  return say(TEXTS.seals, {
    n: report.signatures.length,
    passed: count('TOTAL-PASSED'),
    failed: count('TOTAL-FAILED'),
    unknown: count('INDETERMINATE'),
  });
}
