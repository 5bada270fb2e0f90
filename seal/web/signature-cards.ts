// One card a signature: who sealed, when, with which seal; the five facts in plain words; every step with its clause, and the
// technical data, folded away.
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { type Fact, facts, identifier, type Step, stepList, tag } from '../../common/web/parts.ts';
import {
  CLAIMED_TIME,
  commonNameOf,
  FACT_NAMES,
  FACT_WORDS,
  type FactName,
  stepFault,
  stepName,
  unitOf,
} from '../../common/web/report-words.ts';
import { formatDateTime, type Say, sayIn, type Text, type Texts } from '../../common/web/texts.ts';

const TEXTS = {
  seal: { zh: '第 {n} 个签章', en: 'Seal {n}' },
  signature: { zh: '第 {n} 个签名', en: 'Signature {n}' },
  stamp: { zh: '第 {n} 个：文件时间戳', en: 'Number {n}: document time stamp' },
  authority: { zh: '时间戳机构', en: 'Time-stamp authority' },
  valid: { zh: '有效', en: 'Valid' },
  invalid: { zh: '无效', en: 'Not valid' },
  unknown: { zh: '无法确认', en: 'Not confirmed' },
  unit: { zh: '盖章单位', en: 'Unit' },
  signer: { zh: '签名人', en: 'Signed by' },
  unitCode: { zh: '统一社会信用代码', en: 'Unit code' },
  sealName: { zh: '电子印章', en: 'Electronic seal' },
  sealCode: { zh: '印章编码', en: 'Seal code' },
  validity: { zh: '印章有效期', en: 'Valid' },
  period: { zh: '{from} 至 {to}', en: '{from} to {to}' },
  noSeal: { zh: '没有电子印章，只有数字签名', en: 'None, only a digital signature' },
  time: { zh: '时间', en: 'Time' },
  proved: { zh: '{time}（时间戳证明）', en: '{time} (proved by a time stamp)' },
  claimed: { zh: '{time}（盖章方自报）', en: '{time} (as the sealer claims)' },
  noTime: { zh: '没有写明', en: 'Not stated' },
  maker: { zh: '制章机构', en: 'Seal maker' },
  steps: { zh: '逐项检查（{n} 项，{failed} 项不通过）', en: 'Step by step ({n} steps, {failed} failed)' },
  technical: { zh: '技术信息', en: 'Technical data' },
  file: { zh: '文件', en: 'File' },
  size: { zh: '大小', en: 'Size' },
  bytes: { zh: '{n} 字节', en: '{n} bytes' },
  checkedAt: { zh: '核验时间', en: 'Checked at' },
  indication: { zh: '结论代码', en: 'Indication' },
  byteRange: { zh: '签章覆盖的字节', en: 'Byte range' },
  certificate: { zh: '签章证书', en: 'Certificate' },
  deviations: { zh: '容许的偏差', en: 'Tolerated deviations' },
} satisfies Texts;

const FACT_ORDER: readonly FactName[] = ['integrity', 'cryptography', 'certificate_trust', 'seal_status', 'time'];
export const MARK_OF = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unknown' } as const;

/** `number` counts from 1, as the frames on the pages do. */
export function signatureCard(frame: PageFrame, signature: SignatureReport, number: number): Html {
  const say = sayIn(frame.lang);
  const words = { passed: TEXTS.valid, failed: TEXTS.invalid, unknown: TEXTS.unknown };
  const mark = MARK_OF[signature.indication];
  const failed = signature.steps.filter(({ status }) => status === 'failed').length;
  const steps = signature.steps.map((step) => checkStep(say, step));
  return html`<section class="card" id="seal-${number}" aria-labelledby="seal-title-${number}"><div class="card-head"><h2 id="seal-title-${number}">${titleOf(say, signature, number)}</h2>${tag(mark, say(words[mark]))}</div>
${facts(frame.lang, rowsOf(frame, signature))}
${stepList(frame.lang, factSteps(say, signature))}
<details id="steps-${number}"><summary>${say(TEXTS.steps, { n: signature.steps.length, failed })}</summary><div id="checks-${number}">${stepList(frame.lang, steps)}</div></details></section>`;
}

/** What it is, with its number. */
export function titleOf(say: Say, { seal, container }: SignatureReport, n: number): string {
  if (container === 'time_stamp') return say(TEXTS.stamp, { n });
  return say(seal ? TEXTS.seal : TEXTS.signature, { n });
}

function factSteps(say: Say, signature: SignatureReport): Step[] {
  const asked = FACT_ORDER.filter((name) => name !== 'seal_status' || signature.seal !== null);
  return asked.map((name) => ({
    state: signature[name].status === 'indeterminate' ? 'not_checked' : signature[name].status,
    name: say(FACT_NAMES[name]),
    finding: say(factWords(name, signature)),
    clause: '',
  }));
}

function factWords(name: FactName, signature: SignatureReport): Text {
  const { status } = signature[name];
  return name === 'time' && status === 'passed' && signature.time_source === 'claimed'
    ? CLAIMED_TIME
    : FACT_WORDS[name][status];
}

function checkStep(say: Say, step: SignatureReport['steps'][number]): Step {
  const fault = stepFault(step);
  return { state: step.status, name: say(stepName(step.name)), finding: fault ? say(fault) : '', clause: step.clause };
}

function rowsOf(frame: PageFrame, signature: SignatureReport): Fact[] {
  const say = sayIn(frame.lang);
  const { seal, signer } = signature;
  const unit = unitOf(signature);
  const named = unit.name || signer?.common_name || '';
  if (signature.container === 'time_stamp') {
    const time = { name: say(TEXTS.time), value: timeOf(frame, signature) };
    return [...(signer ? [{ name: say(TEXTS.authority), value: signer.common_name }] : []), time];
  }
  return [
    ...(signer ? [{ name: say(seal ? TEXTS.unit : TEXTS.signer), value: named }] : []),
    ...(unit.code === '' ? [] : [{ name: say(TEXTS.unitCode), value: identifier(unit.code, 4) }]),
    { name: say(TEXTS.sealName), value: seal ? seal.name : say(TEXTS.noSeal) },
    ...(seal ? sealRows(frame, seal) : []),
    ...(signature.container === 'seal' ? [] : [{ name: say(TEXTS.time), value: timeOf(frame, signature) }]),
  ];
}

function sealRows(frame: PageFrame, seal: NonNullable<SignatureReport['seal']>): Fact[] {
  const say = sayIn(frame.lang);
  const day = (time: string): string => formatDateTime(frame.lang, new Date(time)).replace(/,? \d\d:\d\d$/, '');
  return [
    { name: say(TEXTS.sealCode), value: identifier(seal.esID) },
    { name: say(TEXTS.validity), value: say(TEXTS.period, { from: day(seal.valid_from), to: day(seal.valid_to) }) },
    { name: say(TEXTS.maker), value: commonNameOf(seal.maker) },
  ];
}

/** Never without where the time comes from. */
export function timeOf(
  frame: Pick<PageFrame, 'lang'>,
  { signing_time: time, time_source: source }: SignatureReport,
): string {
  const say = sayIn(frame.lang);
  if (time === null) return say(TEXTS.noTime);
  return say(source === 'time_stamp' ? TEXTS.proved : TEXTS.claimed, {
    time: formatDateTime(frame.lang, new Date(time)),
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
  const { signer, byte_range: range, deviations } = signature;
  return [
    { name: say(TEXTS.indication), value: codeOf(signature) },
    ...(range ? [{ name: say(TEXTS.byteRange), value: `[${range.join(' ')}]` }] : []),
    ...(signer ? [{ name: say(TEXTS.certificate), value: `${signer.subject}; ${signer.serial_number}` }] : []),
    ...(deviations.length > 0 ? [{ name: say(TEXTS.deviations), value: deviations.join('; ') }] : []),
  ];
}
