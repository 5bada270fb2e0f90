// One card a signature: who sealed, when, with which seal; the five facts in plain words; every step with its clause.
import type { SignatureReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { type Fact, facts, identifier, stepList, tag } from '../../common/web/parts.ts';
import { checkSteps, FACT_ORDER, factSteps, MARK_OF } from '../../common/web/report-parts.ts';
import { commonNameOf, unitOf } from '../../common/web/report-words.ts';
import { formatDateTime, type Say, sayIn, type Texts } from '../../common/web/texts.ts';

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
  unread: { zh: '签章数据无法读取', en: 'The signature data cannot be read' },
  time: { zh: '时间', en: 'Time' },
  proved: { zh: '{time}（时间戳证明）', en: '{time} (proved by a time stamp)' },
  claimed: { zh: '{time}（盖章方自报）', en: '{time} (as the sealer claims)' },
  noTime: { zh: '没有写明', en: 'Not stated' },
  maker: { zh: '制章机构', en: 'Seal maker' },
  steps: { zh: '逐项检查（{n} 项，{failed} 项不通过）', en: 'Step by step ({n} steps, {failed} failed)' },
} satisfies Texts;

/** `number` counts from 1, as the frames on the pages do. */
export function signatureCard(frame: PageFrame, signature: SignatureReport, number: number): Html {
  const say = sayIn(frame.lang);
  const words = { passed: TEXTS.valid, failed: TEXTS.invalid, unknown: TEXTS.unknown };
  const mark = MARK_OF[signature.indication];
  const failed = signature.steps.filter(({ status }) => status === 'failed').length;
  return html`<section class="card" id="seal-${number}" aria-labelledby="seal-title-${number}"><div class="card-head"><h2 id="seal-title-${number}">${titleOf(say, signature, number)}</h2>${tag(mark, say(words[mark]))}</div>
${facts(frame.lang, rowsOf(frame, signature))}
${stepList(frame.lang, factSteps(say, signature, shownFacts(signature)))}
<details id="steps-${number}"><summary>${say(TEXTS.steps, { n: signature.steps.length, failed })}</summary><div id="checks-${number}">${stepList(frame.lang, checkSteps(say, signature))}</div></details></section>`;
}

/** What it is, with its number. */
export function titleOf(say: Say, { seal, container }: SignatureReport, n: number): string {
  if (container === 'time_stamp') return say(TEXTS.stamp, { n });
  return say(seal ? TEXTS.seal : TEXTS.signature, { n });
}

/** A signature without a seal has nothing to say of one. */
const shownFacts = ({ seal }: SignatureReport) => FACT_ORDER.filter((name) => name !== 'seal_status' || seal !== null);

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
    {
      name: say(TEXTS.sealName),
      value: seal ? seal.name : say(signature.container === 'unknown' ? TEXTS.unread : TEXTS.noSeal),
    },
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
