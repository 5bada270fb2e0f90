// The answer of the first screen, and of the printed report: what it is, why, and what to do. A signature without a seal is
// never called one, and a seal by itself says nothing about any document.
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import type { Mark } from '../../common/web/icons.ts';
import { reportFault, unitOf } from '../../common/web/report-words.ts';
import { formatDateTime, type Say, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { isUpkeep } from './change-words.ts';

const TEXTS = {
  passed: { zh: '签章有效，|文件未被改动', en: 'The seal is valid |and the file unchanged' },
  passedMore: { zh: '签章有效；|盖章后有允许的添加', en: 'The seal is valid; |permitted additions followed' },
  signed: { zh: '数字签名有效，|文件未被改动', en: 'The signature is valid |and the file unchanged' },
  stamped: { zh: '时间戳有效，|文件未被改动', en: 'The time stamp is valid |and the file unchanged' },
  stampedAt: { zh: '文件在{time}之后没有改动。', en: 'The file has not changed since {time}.' },
  seal: { zh: '电子印章有效', en: 'The electronic seal is valid' },
  failed: { zh: '签章无效，|请勿采用此文件', en: 'The seal is not valid. |Do not rely on this file' },
  signatureFailed: { zh: '签名无效，|请勿采用此文件', en: 'The signature is not valid. |Do not rely on this file' },
  sealFailed: { zh: '电子印章无效', en: 'The electronic seal is not valid' },
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
  sealedBy: { zh: '{unit}于{time}盖章。', en: 'Sealed by {unit} on {time}.' },
  signedBy: { zh: '由 {unit} 签名。', en: 'Signed by {unit}.' },
  signedNext: {
    zh: '文件里没有电子印章；看得见的红章只是图片，不能证明真伪。',
    en: 'There is no electronic seal in it; a red seal you see is only a picture and proves nothing.',
  },
  sealWhy: { zh: '“{name}”，印章编码 {code}。', en: '"{name}", seal code {code}.' },
  sealNext: {
    zh: '这里核验的是印章文件本身，不是盖了章的文件。',
    en: 'This was a check of the seal itself, not of a sealed document.',
  },
  moreNext: { zh: '添加了什么，见下面“盖章后的改动”。', en: 'What was added stands under "Changes after sealing".' },
  failedNext: {
    zh: '请向出具文件的单位重新索取原文件。',
    en: 'Ask the unit that gave it to you for the original file.',
  },
  unknownNext: {
    zh: '文件可能是真的，但缺少确认所需的信息；请向盖章单位核实。',
    en: 'The file may be genuine, but something needed to confirm it is missing; ask the sealing unit.',
  },
  unnamed: { zh: '盖章单位', en: 'the unit' },
} satisfies Texts;

/** `|` marks where the title may break. */
export type Conclusion = {
  readonly mark: Mark;
  readonly title: string;
  readonly why: string | null;
  readonly next: string | null;
};

export function conclude(frame: Pick<PageFrame, 'lang'>, report: VerificationReport): Conclusion {
  const say = sayIn(frame.lang);
  const put = (mark: Mark, title: Text, why: string | null, next: Text): Conclusion => ({
    mark,
    title: say(title),
    why,
    next: say(next),
  });
  const { signatures, indication } = report;
  if (signatures.length === 0) return put('unknown', TEXTS.unsigned, say(TEXTS.unsignedWhy), TEXTS.unsignedNext);
  if (indication === 'TOTAL-PASSED') return concludePassed(frame, say, report, put);
  const fault = reportFault(report);
  const reason = fault === null ? null : `${say(fault)}${frame.lang === 'zh' ? '。' : '.'}`;
  if (indication === 'INDETERMINATE') return put('unknown', TEXTS.unknown, reason, TEXTS.unknownNext);
  if (isSealAlone(signatures)) return put('failed', TEXTS.sealFailed, reason, TEXTS.sealNext);
  const hasSeal = signatures.some(({ seal, container }) => seal !== null || container === 'unknown');
  return put('failed', hasSeal ? TEXTS.failed : TEXTS.signatureFailed, reason, TEXTS.failedNext);
}

type Put = (mark: Mark, title: Text, why: string | null, next: Text) => Conclusion;

function concludePassed(
  { lang }: Pick<PageFrame, 'lang'>,
  say: Say,
  { signatures, changes_after_sealing: changes }: VerificationReport,
  put: Put,
): Conclusion {
  const sealed = signatures.find(({ seal }) => seal !== null);
  const signed = signatures.find(({ container }) => container !== 'time_stamp');
  if (!signed) {
    const time = formatDateTime(lang, new Date(signatures[0]?.signing_time ?? 0));
    return put('passed', TEXTS.stamped, say(TEXTS.stampedAt, { time }), TEXTS.signedNext);
  }
  if (!sealed) return put('passed', TEXTS.signed, say(TEXTS.signedBy, { unit: nameOf(say, signed) }), TEXTS.signedNext);
  const { seal, signing_time: time } = sealed;
  if (isSealAlone(signatures)) {
    return put('passed', TEXTS.seal, say(TEXTS.sealWhy, { name: seal!.name, code: seal!.esID }), TEXTS.sealNext);
  }
  const at = time === null ? '' : formatDateTime(lang, new Date(time));
  const why = say(TEXTS.sealedBy, { unit: nameOf(say, sealed), time: at });
  const wasAdded = changes.some((change) => !isUpkeep(change));
  const conclusion = put('passed', wasAdded ? TEXTS.passedMore : TEXTS.passed, why, TEXTS.moreNext);
  return wasAdded ? conclusion : { ...conclusion, next: null };
}

const isSealAlone = (signatures: readonly SignatureReport[]): boolean =>
  signatures.length === 1 && signatures[0]!.container === 'seal';

const nameOf = (say: Say, signature: SignatureReport): string =>
  unitOf(signature).name || signature.signer?.common_name || say(TEXTS.unnamed);
