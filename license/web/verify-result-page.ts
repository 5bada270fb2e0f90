// 验章, the result: conclusion first, then the seals' facts one by one, the steps with their clauses, technical data last.
// The seal of a file and the state of its license are two facts and are never mixed into one sign.
import type { FileVerification, LicenseState } from '../../common/contract/license.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../common/web/html.ts';
import { icon, type Mark } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import { facts, identifier, phrases, type Step, stepList, tag, verdict } from '../../common/web/parts.ts';
import { formatDateTime, formatTime, type Say, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { STATE_TEXTS } from './license-words.ts';
import { FACT_NAMES, FACT_WORDS, type FactName, STEP_NAMES, STEP_WORDS, SUB_INDICATION_WORDS } from './report-words.ts';
import { navItems, VERIFY_PATH, VERIFY_SERVICE } from './service.ts';

export type FileResultPage = {
  readonly fileName: string;
  readonly result: Omit<FileVerification, 'kind'>;
};

export type CodeResultPage = {
  readonly state: 'live' | 'used' | 'expired' | 'unknown';
  /** The end of a live or expired code. */
  readonly expiresAt: Date | null;
  readonly now: Date;
};

const TEXTS = {
  passed: { zh: '签章有效，|文件未被改动', en: 'The seal is valid |and the file unchanged' },
  passedBut: { zh: '签章有效，|但证照{state}', en: 'The seal is valid, |but the license is {state}' },
  sealPassed: { zh: '签章有效，文件未被改动', en: 'The seal is valid and the file unchanged' },
  licenseNow: { zh: '证照{state}（截至 {time}）', en: 'The license is {state} (as of {time})' },
  licenseUnknown: { zh: '暂时查不到证照状态，请稍后再验', en: 'The state of the license is not available, try later' },
  failed: { zh: '签章无效，|请勿采用此文件', en: 'The seal is not valid. |Do not rely on this file' },
  unknown: { zh: '暂时无法|确认真伪', en: 'Cannot be confirmed' },
  unsigned: { zh: '文件里没有|电子签章', en: 'No electronic seal |in this file' },
  unsignedWhy: {
    zh: '看得见的红章只是图片，不能证明真伪。',
    en: 'A red seal you see is only a picture and proves nothing.',
  },
  unsignedNext: {
    zh: '请向出具文件的单位索取带电子签章的原文件。',
    en: 'Ask the unit that gave it to you for the file with its electronic seal.',
  },
  sealedBy: { zh: '{unit} 于 {time} 盖章。', en: 'Sealed by {unit} on {time}.' },
  additions: { zh: '盖章后增加了：{list}', en: 'Added after sealing: {list}' },
  failedNext: {
    zh: '请向出具文件的单位重新索取原文件。',
    en: 'Ask the unit that gave it to you for the original file.',
  },
  unknownNext: {
    zh: '文件可能是真的，但缺少确认所需的信息；请向盖章单位核实。',
    en: 'The file may be genuine, but something needed to confirm it is missing; ask the sealing unit.',
  },
  again: { zh: '再验一份', en: 'Check another' },
  failedSteps: { zh: '看不通过的 {n} 项', en: 'Look at the {n} failed steps' },
  seals: {
    zh: '共 {n} 个签章：{passed} 个有效，{failed} 个无效，{unknown} 个无法确认',
    en: '{n} seals: {passed} valid, {failed} not valid, {unknown} not confirmed',
  },
  seal: { zh: '第 {n} 个签章', en: 'Seal {n}' },
  sealValid: { zh: '签章有效', en: 'Valid' },
  sealInvalid: { zh: '签章无效', en: 'Not valid' },
  sealUnknown: { zh: '无法确认', en: 'Not confirmed' },
  theSeal: { zh: '盖章信息', en: 'The seal' },
  unit: { zh: '盖章单位', en: 'Unit' },
  unitCode: { zh: '统一社会信用代码', en: 'Unit code' },
  sealName: { zh: '电子印章', en: 'Electronic seal' },
  sealCode: { zh: '印章编码', en: 'Seal code' },
  time: { zh: '盖章时间', en: 'Time' },
  maker: { zh: '制章机构', en: 'Seal maker' },
  facts: { zh: '核验结论', en: 'Findings' },
  license: { zh: '证照状态', en: 'State of the license' },
  notLicense: { zh: '这不是本系统签发的证照文件。', en: 'This is not the file of a license issued here.' },
  steps: { zh: '逐项检查', en: 'Step by step' },
  changes: { zh: '盖章后的改动', en: 'Changes after sealing' },
  technical: { zh: '技术信息', en: 'Technical data' },
  file: { zh: '文件', en: 'File' },
  size: { zh: '大小', en: 'Size' },
  bytes: { zh: '{n} 字节', en: '{n} bytes' },
  checkedAt: { zh: '核验时间', en: 'Checked at' },
  indication: { zh: '结论代码', en: 'Indication' },
  byteRange: { zh: '签章覆盖的字节', en: 'Byte range' },
  wholeFile: { zh: '覆盖整个文件', en: 'Covers the whole file' },
  yes: { zh: '是', en: 'Yes' },
  no: { zh: '否', en: 'No' },
  deviations: { zh: '容许的偏差', en: 'Tolerated deviations' },
  unnamed: { zh: '盖章单位', en: 'The unit' },
  codeLive: { zh: '此亮证码有效', en: 'The presentation code is live' },
  codeLiveWhy: {
    zh: '{time} 前可由登记的用证方读取一次；在这里查看不会用掉它。',
    en: 'A registered verifier can read it once before {time}; looking here does not use it up.',
  },
  codeUsed: { zh: '此码已用过', en: 'This code was used already' },
  codeExpired: { zh: '此码已过期，请持证人换一个新码', en: 'Expired, ask the holder for a new code' },
  codeUnknown: { zh: '没有这个亮证码', en: 'There is no such presentation code' },
  codeNext: { zh: '请持证人换一个新码。', en: 'Ask the holder for a new code.' },
  codeExpiredAt: { zh: '它在 {time} 到期。', en: 'It ended at {time}.' },
} satisfies Texts;

const FACT_ORDER: readonly FactName[] = ['integrity', 'cryptography', 'certificate_trust', 'seal_status', 'time'];
const MARK_OF_INDICATION = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unknown' } as const;
const LICENSE_MARKS: Readonly<Record<LicenseState, Mark>> = {
  valid: 'passed',
  suspended: 'warning',
  revoked: 'failed',
  cancelled: 'failed',
  expired: 'unknown',
};

/** The page for a file that was checked; refusals (too large, not a PDF) go back to verify-page with a fault. */
export function fileResultPage(frame: PageFrame, { fileName, result }: FileResultPage): string {
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
<div class="actions"><a class="button" href="${VERIFY_PATH}">${say(TEXTS.again)}</a>${failedSteps > 0 ? html`<a class="link" href="#steps-1">${say(TEXTS.failedSteps, { n: failedSteps })}</a>` : null}</div>
${report.signatures.length > 1 ? html`<p>${sealCount(say, report)}</p>` : null}
${report.signatures.map((seal, index) => sealCards(frame, seal, index + 1, report.signatures.length, index === 0 ? result.license : null))}
${report.changes_after_sealing.length > 0 ? html`<div class="card"><h2>${say(TEXTS.changes)}</h2><ul lang="en">${report.changes_after_sealing.map((change) => html`<li>${change}</li>`)}</ul></div>` : null}
${technical(frame, fileName, report)}`,
  });
}

/** The page for a presentation code that was looked at. */
export function codeResultPage(frame: PageFrame, { state, expiresAt, now }: CodeResultPage): string {
  const say = sayIn(frame.lang);
  const time = expiresAt === null ? '' : formatTime(expiresAt);
  const words: Readonly<Record<CodeResultPage['state'], { mark: Mark; title: string; why: string }>> = {
    live: { mark: 'passed', title: say(TEXTS.codeLive), why: say(TEXTS.codeLiveWhy, { time }) },
    used: { mark: 'unknown', title: say(TEXTS.codeUsed), why: say(TEXTS.codeNext) },
    expired: {
      mark: 'unknown',
      title: say(TEXTS.codeExpired),
      why: time === '' ? '' : say(TEXTS.codeExpiredAt, { time }),
    },
    unknown: { mark: 'unknown', title: say(TEXTS.codeUnknown), why: say(TEXTS.codeNext) },
  };
  const { mark, title, why } = words[state];
  return renderPage({
    ...frame,
    service: VERIFY_SERVICE,
    title,
    home: VERIFY_PATH,
    nav: navItems(frame, 'verify'),
    now,
    main: html`${verdict({ mark, title, why })}<p class="actions"><a class="button" href="${VERIFY_PATH}">${say(TEXTS.again)}</a></p>`,
  });
}

type Conclusion = { readonly mark: Mark; readonly title: string; readonly why: HtmlValue; readonly next: HtmlValue };

/** The answer of the first screen. `|` marks where its title may break. */
function conclusion(frame: PageFrame, { report, license }: FileResultPage['result']): Conclusion {
  const say = sayIn(frame.lang);
  const sealed = sealedBy(frame, report.signatures[0]);
  const reason =
    report.sub_indication === null
      ? null
      : `${say(SUB_INDICATION_WORDS[report.sub_indication])}${frame.lang === 'zh' ? '。' : '.'}`;
  if (report.signatures.length === 0 && report.sub_indication === 'NO_SIGNATURE_FOUND') {
    return { mark: 'unknown', title: say(TEXTS.unsigned), why: say(TEXTS.unsignedWhy), next: say(TEXTS.unsignedNext) };
  }
  if (report.indication === 'TOTAL-FAILED') {
    return { mark: 'failed', title: say(TEXTS.failed), why: reason, next: say(TEXTS.failedNext) };
  }
  if (report.indication === 'INDETERMINATE') {
    return { mark: 'unknown', title: say(TEXTS.unknown), why: reason, next: say(TEXTS.unknownNext) };
  }
  if (license.status === 'valid' || license.status === 'not_a_license' || license.status === 'unknown') {
    const unknown = license.status === 'unknown' ? say(TEXTS.licenseUnknown) : null;
    return { mark: 'passed', title: say(TEXTS.passed), why: sealed, next: unknown };
  }
  // Two facts, two lines, two shapes.
  const state = stateWord(frame, license.status);
  const asOf = formatDateTime(frame.lang, new Date(license.as_of));
  const mark = LICENSE_MARKS[license.status];
  const lines: readonly { mark: Mark; words: string }[] = [
    { mark: 'passed', words: say(TEXTS.sealPassed) },
    { mark, words: say(TEXTS.licenseNow, { state, time: asOf }) },
  ];
  const list = html`<span class="two-lines">${lines.map((line) => html`<span class="line ${line.mark}">${icon(line.mark)}<span>${line.words}</span></span>`)}</span>`;
  return { mark, title: say(TEXTS.passedBut, { state }), why: list, next: sealed };
}

function stateWord(frame: PageFrame, state: LicenseState): string {
  const word = sayIn(frame.lang)(STATE_TEXTS[state]);
  return frame.lang === 'zh' ? word : word.toLowerCase();
}

function sealedBy(frame: PageFrame, seal: SignatureReport | undefined): string | null {
  if (seal?.signing_time == null) return null;
  const say = sayIn(frame.lang);
  return say(TEXTS.sealedBy, {
    unit: unitOf(seal).name || say(TEXTS.unnamed),
    time: formatDateTime(frame.lang, new Date(seal.signing_time)),
  });
}

/** The organisation of a signer's certificate is 统一社会信用代码 and unit name in one text. */
function unitOf(seal: SignatureReport): { code: string; name: string } {
  const text = seal.signer?.organization ?? '';
  const match = /^([0-9A-HJ-NPQRTUWXY]{18})(.*)$/u.exec(text);
  return match ? { code: match[1] ?? '', name: match[2] ?? '' } : { code: '', name: text };
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

function sealCards(
  frame: PageFrame,
  seal: SignatureReport,
  number: number,
  count: number,
  license: FileVerification['license'] | null,
): Html {
  const say = sayIn(frame.lang);
  const title = count > 1 ? html`<h2>${say(TEXTS.seal, { n: number })}</h2><p>${sealTag(say, seal)}</p>` : null;
  return html`${title}
<div class="card"><h2>${say(TEXTS.facts)}</h2>${stepList(frame.lang, [...factSteps(frame, seal), ...(license === null ? [] : [licenseStep(frame, license)])])}</div>
<div class="card"><h2>${say(TEXTS.theSeal)}</h2>${facts(frame.lang, sealRows(frame, seal))}</div>
<div class="card" id="steps-${number}"><h2>${say(TEXTS.steps)}</h2>${stepList(
    frame.lang,
    seal.steps.map((step) => checkStep(frame, step)),
  )}</div>`;
}

function sealTag(say: Say, seal: SignatureReport): Html {
  const mark = MARK_OF_INDICATION[seal.indication];
  const words = { passed: TEXTS.sealValid, failed: TEXTS.sealInvalid, unknown: TEXTS.sealUnknown };
  return tag(mark, say(words[mark]));
}

function factSteps(frame: PageFrame, seal: SignatureReport): Step[] {
  const say = sayIn(frame.lang);
  return FACT_ORDER.map((name) => ({
    state: seal[name].status === 'indeterminate' ? 'not_checked' : seal[name].status,
    name: say(FACT_NAMES[name]),
    finding: say(FACT_WORDS[name][seal[name].status]),
    clause: '',
  }));
}

function licenseStep(frame: PageFrame, license: FileVerification['license']): Step {
  const say = sayIn(frame.lang);
  const name = say(TEXTS.license);
  if (license.status === 'not_a_license') return { state: 'skipped', name, finding: say(TEXTS.notLicense), clause: '' };
  if (license.status === 'unknown')
    return { state: 'not_checked', name, finding: say(TEXTS.licenseUnknown), clause: '' };
  const time = formatDateTime(frame.lang, new Date(license.as_of));
  const finding = say(TEXTS.licenseNow, { state: stateWord(frame, license.status), time });
  return { state: license.status === 'valid' ? 'passed' : 'failed', name, finding, clause: license.identifier ?? '' };
}

function checkStep(frame: PageFrame, step: SignatureReport['steps'][number]): Step {
  const say = sayIn(frame.lang);
  const known: Text | undefined = STEP_NAMES[step.name];
  const because = step.sub_indication ? SUB_INDICATION_WORDS[step.sub_indication] : null;
  const words =
    step.status === 'failed' || step.status === 'not_checked'
      ? (because ?? (step.status === 'failed' ? null : STEP_WORDS[step.status]))
      : STEP_WORDS[step.status];
  return {
    state: step.status,
    name: known ? say(known) : step.name,
    finding: words ? say(words) : '',
    clause: step.clause,
  };
}

function sealRows(frame: PageFrame, seal: SignatureReport) {
  const say = sayIn(frame.lang);
  const unit = unitOf(seal);
  return [
    { name: say(TEXTS.unit), value: unit.name },
    ...(unit.code === '' ? [] : [{ name: say(TEXTS.unitCode), value: identifier(unit.code, 4) }]),
    { name: say(TEXTS.sealName), value: seal.seal?.name ?? '' },
    { name: say(TEXTS.sealCode), value: seal.seal ? identifier(seal.seal.esID) : '' },
    { name: say(TEXTS.time), value: seal.signing_time ? formatDateTime(frame.lang, new Date(seal.signing_time)) : '' },
    { name: say(TEXTS.maker), value: seal.seal?.maker ?? '' },
  ];
}

function technical(frame: PageFrame, fileName: string, report: VerificationReport): Html {
  const say = sayIn(frame.lang);
  const code = [report.indication, report.sub_indication].filter((part) => part !== null).join(' / ');
  const rows = [
    { name: say(TEXTS.file), value: fileName },
    { name: say(TEXTS.size), value: say(TEXTS.bytes, { n: report.file.size }) },
    { name: 'SM3', value: identifier(report.file.sm3) },
    { name: say(TEXTS.checkedAt), value: formatDateTime(frame.lang, new Date(report.verified_at)) },
    { name: say(TEXTS.indication), value: code },
  ];
  return html`<details><summary>${say(TEXTS.technical)}</summary>${facts(frame.lang, rows)}
${report.signatures.map((seal) => html`<h2>${seal.field}</h2>${facts(frame.lang, sealTechnicalRows(say, seal))}<ul class="small" lang="en">${seal.steps.map((step) => html`<li><code>${step.name}</code> ${step.status}: ${step.finding}</li>`)}</ul>`)}</details>`;
}

function sealTechnicalRows(say: Say, seal: SignatureReport) {
  return [
    {
      name: say(TEXTS.indication),
      value: [seal.indication, seal.sub_indication].filter((part) => part !== null).join(' / '),
    },
    { name: say(TEXTS.byteRange), value: seal.byte_range ? `[${seal.byte_range.join(' ')}]` : '' },
    { name: say(TEXTS.wholeFile), value: say(seal.covers_whole_file ? TEXTS.yes : TEXTS.no) },
    ...(seal.deviations.length > 0 ? [{ name: say(TEXTS.deviations), value: seal.deviations.join('; ') }] : []),
  ];
}
