// The printable report of a verification, ready for the seal of the platform. Our own words, the SM3 of the file, and names
// from certificates that passed: nothing that the checked file itself says stands in what we seal, not even its name.

import { utf8 } from '../../common/bytes.ts';
import type { ReportStep, SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { A4, type SheetMark, Sheets } from '../../common/pdf/sheets.ts';
import type { Typefaces } from '../../common/pdf/typeface.ts';
import { MARK_OF } from '../../common/web/report-parts.ts';
import {
  CLAIMED_TIME,
  FACT_NAMES,
  FACT_WORDS,
  type FactName,
  stepFault,
  stepName,
  unitOf,
} from '../../common/web/report-words.ts';
import { formatDateTime, type Lang, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import { timeOf, titleOf } from './signature-cards.ts';
import { conclude } from './verdict-words.ts';

export type ReportDocument = {
  readonly pdf: Uint8Array;
  /** Where the seal belongs: page from 1, lower left corner in mm. */
  readonly place: { readonly page: number; readonly xMm: number; readonly yMm: number };
};

const TEXTS = {
  title: { zh: '电子签章核验报告', en: 'Report on the verification of electronic seals' },
  number: { zh: '核验编号', en: 'Number' },
  at: { zh: '核验时间', en: 'Verified at' },
  digest: { zh: '文件的 SM3 值', en: 'SM3 of the file' },
  size: { zh: '文件大小', en: 'Size of the file' },
  bytes: { zh: '{n} 字节', en: '{n} bytes' },
  pages: { zh: '文件页数', en: 'Pages of the file' },
  changes: { zh: '盖章后的改动', en: 'Changes after sealing' },
  changesAllowed: { zh: '{n} 处，均在允许范围内', en: '{n}, all of them permitted' },
  changesNot: { zh: '{n} 处，其中有不允许的', en: '{n}, among them some that are not permitted' },
  none: { zh: '没有', en: 'None' },
  item: { zh: '{title}，{verdict}', en: '{title}: {verdict}' },
  passed: { zh: '有效', en: 'valid' },
  failed: { zh: '无效', en: 'not valid' },
  unknown: { zh: '无法确认', en: 'not confirmed' },
  unit: { zh: '单位', en: 'Unit' },
  withheld: { zh: '证书未通过核验，名称不列出', en: 'not named: the certificate did not pass' },
  sealName: { zh: '电子印章', en: 'Electronic seal' },
  sealed: { zh: '{name}，编码 {code}', en: '{name}, code {code}' },
  sealWithheld: { zh: '印章未通过核验，名称不列出', en: 'not named: the seal did not pass' },
  noSeal: { zh: '没有，只有数字签名', en: 'none, only a digital signature' },
  time: { zh: '时间', en: 'Time' },
  more: { zh: '另有 {n} 个签章未在此列出，结论已包括它们。', en: '{n} more are not listed; the result includes them.' },
  foot: {
    zh: '本报告只说明核验时刻的结论；内容以 SM3 值相同的文件为准。报告本身盖有平台电子印章，可同样核验。',
    en: 'This report says what was found at the time of the verification, of the file with this SM3. It is sealed itself and can be verified likewise.',
  },
  issuer: { zh: '出具：信基盖章服务', en: 'Issued by Xinji Seal' },
} satisfies Texts;

const MAX_LISTED = 20;
const SEAL_SIDE = 42;
const FACT_ORDER: readonly FactName[] = ['integrity', 'cryptography', 'certificate_trust', 'seal_status', 'time'];

export type ReportOrder = {
  readonly report: VerificationReport;
  readonly number: string;
  readonly lang: Lang;
  readonly at: Date;
};

export function reportDocument(fonts: Typefaces, { report, number, lang, at }: ReportOrder): ReportDocument {
  const say = sayIn(lang);
  const sheets = new Sheets(fonts);
  sheets.text(say(TEXTS.title), { size: 20, weight: 'bold' });
  sheets.space(3);
  setConclusion(sheets, lang, report);
  sheets.rule();
  setFile(sheets, say, { report, number, lang, at });
  for (const [i, signature] of report.signatures.slice(0, MAX_LISTED).entries()) {
    sheets.rule();
    setSignature(sheets, lang, signature, i + 1);
  }
  const unlisted = report.signatures.length - MAX_LISTED;
  if (unlisted > 0) sheets.text(say(TEXTS.more, { n: unlisted }));
  const place = setIssuer(sheets, say, formatDateTime(lang, at));
  const id = sm3(utf8(JSON.stringify([number, lang, report.file.sm3, at.toISOString()])));
  const foot = `${say(TEXTS.title)}  ${number}`;
  return { pdf: sheets.encode({ title: say(TEXTS.title), at, id, foot }), place };
}

function setConclusion(sheets: Sheets, lang: Lang, report: VerificationReport): void {
  const { mark, title, why, next } = conclude({ lang }, report);
  const shape: SheetMark = mark === 'passed' || mark === 'failed' ? mark : 'unknown';
  const x = A4.margin + 18;
  sheets.keep(24);
  sheets.mark(shape, 13);
  sheets.text(title.replaceAll('|', ''), { size: 16, weight: 'bold', ink: shape, x });
  for (const words of [why, next]) if (words) sheets.text(words, { x });
  sheets.space(2);
}

function setFile(sheets: Sheets, say: Say, { report, number, lang }: ReportOrder): void {
  sheets.row(say(TEXTS.number), number);
  sheets.row(say(TEXTS.at), formatDateTime(lang, new Date(report.verified_at)));
  sheets.row(say(TEXTS.digest), report.file.sm3, { size: 9 });
  sheets.row(say(TEXTS.size), say(TEXTS.bytes, { n: report.file.size }));
  if (report.shown) sheets.row(say(TEXTS.pages), String(report.shown.page_count));
  const n = report.changes_after_sealing.length;
  const isBroken = report.signatures.some(({ steps }) =>
    steps.some(({ name, status }) => name === 'changes-after-sealing' && status === 'failed'),
  );
  if (report.signatures.length === 0) return;
  const words = n === 0 ? TEXTS.none : isBroken ? TEXTS.changesNot : TEXTS.changesAllowed;
  sheets.row(say(TEXTS.changes), say(words, { n }));
}

function setSignature(sheets: Sheets, lang: Lang, signature: SignatureReport, n: number): void {
  const say = sayIn(lang);
  const mark = MARK_OF[signature.indication];
  sheets.keep(50);
  sheets.text(say(TEXTS.item, { title: titleOf(say, signature, n), verdict: say(TEXTS[mark]) }), {
    size: 13,
    weight: 'bold',
    ink: mark,
  });
  sheets.row(say(TEXTS.unit), unitWords(say, signature));
  if (signature.container !== 'time_stamp') sheets.row(say(TEXTS.sealName), sealWords(say, signature));
  if (signature.container !== 'seal') sheets.row(say(TEXTS.time), timeOf({ lang }, signature));
  sheets.space(1);
  for (const name of FACT_ORDER) setFact(sheets, say, signature, name);
  for (const step of signature.steps.filter(({ status }) => status === 'failed')) setStep(sheets, say, step);
}

function setFact(sheets: Sheets, say: Say, signature: SignatureReport, name: FactName): void {
  if (name === 'seal_status' && !signature.seal) return;
  const { status } = signature[name];
  const isClaimed = name === 'time' && status === 'passed' && signature.time_source === 'claimed';
  const words = isClaimed ? CLAIMED_TIME : FACT_WORDS[name][status];
  const separator = say({ zh: '：', en: ': ' });
  sheets.mark(status === 'indeterminate' ? 'unknown' : status, 4.4);
  sheets.text(`${say(FACT_NAMES[name])}${separator}${say(words)}`, { x: A4.margin + 7 });
}

function setStep(sheets: Sheets, say: Say, step: ReportStep): void {
  const fault = stepFault(step);
  const words = [say(stepName(step.name)), fault === null ? '' : say(fault), step.clause].filter((part) => part !== '');
  sheets.text(`— ${words.join(say({ zh: '；', en: '; ' }))}`, { size: 9, ink: 'soft', x: A4.margin + 7 });
}

/** Names only from a certificate that leads to a trusted authority: others may say anything. */
function unitWords(say: Say, signature: SignatureReport): string {
  if (signature.certificate_trust.status !== 'passed' || !signature.signer) return say(TEXTS.withheld);
  const { name, code } = unitOf(signature);
  return [name || signature.signer.common_name, code].filter((part) => part !== '').join('  ');
}

function sealWords(say: Say, { seal, seal_status: status }: SignatureReport): string {
  if (!seal) return say(TEXTS.noSeal);
  if (status.status !== 'passed') return say(TEXTS.sealWithheld);
  return say(TEXTS.sealed, { name: seal.name, code: seal.esID });
}

/** Who issued it and when, where the seal lies over it as on paper. */
function setIssuer(sheets: Sheets, say: Say, at: string): ReportDocument['place'] {
  const sealX = A4.width - A4.margin - SEAL_SIDE - 2;
  const x = sealX - 28;
  sheets.keep(SEAL_SIDE + 18);
  sheets.space(4);
  sheets.text(say(TEXTS.foot), { size: 9, ink: 'soft' });
  sheets.space(SEAL_SIDE / 2 - 2);
  const yMm = sheets.left + A4.margin - SEAL_SIDE / 2 - 4;
  sheets.text(say(TEXTS.issuer), { x, weight: 'bold' });
  sheets.text(at, { x });
  return { page: sheets.count, xMm: sealX, yMm: Math.max(8, yMm) };
}
