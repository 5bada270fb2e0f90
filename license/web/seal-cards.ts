// 验章, one card after the other: the separate facts of a seal, who sealed, the steps with their clauses.
import type { FileVerification } from '../../common/contract/license.ts';
import type { SignatureReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, identifier, type Step, stepList, tag } from '../../common/web/parts.ts';
import { checkSteps, factSteps, MARK_OF } from '../../common/web/report-parts.ts';
import { commonNameOf, unitOf } from '../../common/web/report-words.ts';
import { formatDateTime, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import { stateWord } from './license-words.ts';

const TEXTS = {
  licenseNow: { zh: '证照{state}（截至 {time}）', en: 'The license is {state} (as of {time})' },
  licenseUnknown: { zh: '暂时查不到证照状态，请稍后再验', en: 'The state of the license is not available, try later' },
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
  older: { zh: '这是旧版本，已有新版本替代', en: 'This is an earlier version, superseded by a newer one' },
  copyEnded: { zh: '这是加注件，已于{time}过期', en: 'this is an annotated copy, which expired on {time}' },
  copyUntil: { zh: '这是加注件，有效期至{time}', en: 'this is an annotated copy, good until {time}' },
  steps: { zh: '逐项检查', en: 'Step by step' },
  notRegistered: {
    zh: '文件自称是证照 {id}，但与签发时的文件不同，请以签发的文件为准。',
    en: 'The file claims to be license {id}, but it is not the file that was issued.',
  },
} satisfies Texts;

export function sealCards(
  frame: PageFrame,
  seal: SignatureReport,
  number: number,
  count: number,
  license: FileVerification['license'] | null,
): Html {
  const say = sayIn(frame.lang);
  const title = count > 1 ? html`<h2>${say(TEXTS.seal, { n: number })}</h2><p>${sealTag(say, seal)}</p>` : null;
  return html`${title}
<div class="card"><h2>${say(TEXTS.facts)}</h2>${stepList(frame.lang, [...factSteps(say, seal), ...(license === null ? [] : [licenseStep(frame, license)])])}</div>
<div class="card"><h2>${say(TEXTS.theSeal)}</h2>${facts(frame.lang, sealRows(frame, seal))}</div>
<div class="card" id="steps-${number}"><h2>${say(TEXTS.steps)}</h2>${stepList(frame.lang, checkSteps(say, seal))}</div>`;
}

function sealTag(say: Say, seal: SignatureReport): Html {
  const mark = MARK_OF[seal.indication];
  const words = { passed: TEXTS.sealValid, failed: TEXTS.sealInvalid, unknown: TEXTS.sealUnknown };
  return tag(mark, say(words[mark]));
}

function licenseStep(frame: PageFrame, license: FileVerification['license']): Step {
  const say = sayIn(frame.lang);
  const name = say(TEXTS.license);
  if (license.status === 'not_a_license') return { state: 'skipped', name, finding: say(TEXTS.notLicense), clause: '' };
  if (license.status === 'unknown')
    return { state: 'not_checked', name, finding: say(TEXTS.licenseUnknown), clause: '' };
  const copy = license.annotated_copy;
  if (!license.registered_file && !copy) {
    return { state: 'failed', name, finding: say(TEXTS.notRegistered, { id: license.identifier ?? '' }), clause: '' };
  }
  const time = formatDateTime(frame.lang, new Date(license.as_of));
  const now = say(TEXTS.licenseNow, { state: stateWord(frame.lang, license.status), time });
  const end = copy ? formatDateTime(frame.lang, new Date(copy.valid_until)) : '';
  const until = copy ? say(copy.is_live ? TEXTS.copyUntil : TEXTS.copyEnded, { time: end }) : '';
  const isOlder = license.current_identifier !== null && license.current_identifier !== license.identifier;
  const older = isOlder ? say(TEXTS.older) : '';
  const finding = [older, now, until].filter(Boolean).join(frame.lang === 'zh' ? '；' : '; ');
  const isGood = license.status === 'valid' && !isOlder && copy?.is_live !== false;
  const state = isGood ? 'passed' : 'failed';
  return { state, name, finding, clause: license.identifier ?? '' };
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
    { name: say(TEXTS.maker), value: commonNameOf(seal.seal?.maker ?? '') },
  ];
}
