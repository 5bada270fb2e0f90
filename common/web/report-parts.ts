// Parts of a page that shows a verification report: the facts and steps of one signature as lists, and the technical data,
// folded away. The words are those of report-words.ts.
import type { SignatureReport, VerificationReport } from '../contract/report.ts';
import type { PageFrame } from './frame.ts';
import { type Html, html } from './html.ts';
import { type Fact, facts, identifier, type Step } from './parts.ts';
import { CLAIMED_TIME, FACT_NAMES, FACT_WORDS, type FactName, stepFault, stepName, UNREAD } from './report-words.ts';
import { formatDateTime, type Say, sayIn, type Text, type Texts } from './texts.ts';

const TEXTS = {
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
  certificate: { zh: '签章证书', en: 'Certificate' },
  deviations: { zh: '容许的偏差', en: 'Tolerated deviations' },
} satisfies Texts;

export const MARK_OF = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unknown' } as const;

/** In the order of the page. */
export const FACT_ORDER: readonly FactName[] = [
  'integrity',
  'cryptography',
  'certificate_trust',
  'seal_status',
  'time',
];

export function factSteps(say: Say, signature: SignatureReport, names: readonly FactName[] = FACT_ORDER): Step[] {
  return names.map((name) => ({
    state: signature[name].status === 'indeterminate' ? 'not_checked' : signature[name].status,
    name: say(FACT_NAMES[name]),
    finding: say(factWords(name, signature)),
    clause: '',
  }));
}

function factWords(name: FactName, signature: SignatureReport): Text {
  const { status } = signature[name];
  if (status === 'indeterminate' && signature.container === 'unknown') return UNREAD;
  return name === 'time' && status === 'passed' && signature.time_source === 'claimed'
    ? CLAIMED_TIME
    : FACT_WORDS[name][status];
}

export function checkSteps(say: Say, { steps }: SignatureReport): Step[] {
  return steps.map((step) => {
    const fault = stepFault(step);
    return {
      state: step.status,
      name: say(stepName(step.name)),
      finding: fault ? say(fault) : '',
      clause: step.clause,
    };
  });
}

/** For technicians: codes, digests, certificates, and the report's own sentences. */
export function technical(frame: PageFrame, fileName: string, report: VerificationReport): Html {
  const say = sayIn(frame.lang);
  const rows = [
    { name: say(TEXTS.file), value: fileName },
    { name: say(TEXTS.size), value: say(TEXTS.bytes, { n: report.file.size }) },
    { name: 'SM3', value: identifier(report.file.sm3) },
    { name: say(TEXTS.checkedAt), value: formatDateTime(frame.lang, new Date(report.verified_at)) },
    { name: say(TEXTS.indication), value: codeOf(report) },
  ];
  return html`<details><summary>${say(TEXTS.technical)}</summary>${facts(frame.lang, rows)}
${report.signatures.map((one) => html`<h3>${one.field}</h3>${facts(frame.lang, technicalRows(say, one))}<ul class="small" lang="en">${one.steps.map((step) => html`<li><code>${step.name}</code> ${step.status}: ${step.finding}</li>`)}</ul>`)}</details>`;
}

const codeOf = (of: Pick<SignatureReport, 'indication' | 'sub_indication'>): string =>
  [of.indication, of.sub_indication].filter((part) => part !== null).join(' / ');

function technicalRows(say: Say, signature: SignatureReport): Fact[] {
  const { signer, byte_range: range, covers_whole_file: isWhole, deviations } = signature;
  const covered = [
    { name: say(TEXTS.byteRange), value: `[${range?.join(' ')}]` },
    { name: say(TEXTS.wholeFile), value: say(isWhole ? TEXTS.yes : TEXTS.no) },
  ];
  return [
    { name: say(TEXTS.indication), value: codeOf(signature) },
    ...(range ? covered : []),
    ...(signer ? [{ name: say(TEXTS.certificate), value: `${signer.subject}; ${signer.serial_number}` }] : []),
    ...(deviations.length > 0 ? [{ name: say(TEXTS.deviations), value: deviations.join('; ') }] : []),
  ];
}
