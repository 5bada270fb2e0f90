// The verification report in the words of the page. The report itself speaks English to programs; what a citizen reads is
// chosen here by name and status, and the report's own sentence stands under 技术信息.
import type { ReportFact, ReportStep, SignatureReport, SubIndication, VerificationReport } from '../contract/report.ts';
import type { Text } from './texts.ts';

/** Why a check did not pass, by sub-indication of EN 319 102-1. */
export const SUB_INDICATION_WORDS: Readonly<Record<SubIndication, Text>> = {
  HASH_FAILURE: { zh: '盖章后内容被改动', en: 'The content was changed after sealing' },
  SIG_CRYPTO_FAILURE: { zh: '签章数据对不上盖章人的证书', en: "The signature does not fit the sealer's certificate" },
  FORMAT_FAILURE: { zh: '签章数据残缺', en: 'The seal data are incomplete or malformed' },
  REVOKED: { zh: '盖章时证书已被吊销', en: 'The certificate was revoked when it was used' },
  EXPIRED: { zh: '盖章时证书已过期', en: 'The certificate had expired when it was used' },
  NOT_YET_VALID: { zh: '盖章时证书尚未生效', en: 'The certificate was not yet valid when it was used' },
  NO_CERTIFICATE_CHAIN_FOUND: {
    zh: '证书签发机构不在信任名单内',
    en: "The issuer of the sealer's certificate is not on the trust list",
  },
  CHAIN_CONSTRAINTS_FAILURE: { zh: '证书的用途不允许盖章', en: 'The certificate may not be used for sealing' },
  REVOKED_NO_POE: {
    zh: '证书已被吊销，无法证明此前已经签章',
    en: 'The certificate was revoked, and nothing proves that it was used before',
  },
  TRY_LATER: { zh: '没有取到吊销信息', en: 'Revocation status could not be fetched' },
  OUT_OF_BOUNDS_NO_POE: {
    zh: '证书已过期，又没有时间戳证明盖章时间',
    en: 'The certificate has expired and no time stamp proves the time of sealing',
  },
  TIMESTAMP_ORDER_FAILURE: { zh: '时间戳先后矛盾', en: 'The time stamps contradict each other' },
  SIG_CONSTRAINTS_FAILURE: {
    zh: '盖章人不在印章授权名单内，或印章当时已停用',
    en: 'The sealer is not listed in the seal, or the seal was not in use then',
  },
  CRYPTO_CONSTRAINTS_FAILURE: { zh: '签名所用算法强度不足', en: 'The signature uses an algorithm that is too weak' },
  GENERIC: { zh: '签名所用形式或算法本系统不能判断', en: 'A form or algorithm that is not judged here' },
  NO_SIGNATURE_FOUND: { zh: '文件里没有电子签章', en: 'No electronic seal in this file' },
};

export type FactName = 'integrity' | 'cryptography' | 'certificate_trust' | 'seal_status' | 'time';

/** The five facts of a seal, in the order of the page. */
export const FACT_NAMES: Readonly<Record<FactName, Text>> = {
  integrity: { zh: '文件完整', en: 'File unchanged' },
  cryptography: { zh: '签章数据', en: 'Signature' },
  certificate_trust: { zh: '盖章人证书', en: "Sealer's certificate" },
  seal_status: { zh: '电子印章', en: 'Electronic seal' },
  time: { zh: '盖章时间', en: 'Time of sealing' },
};

type FactWords = Readonly<Record<ReportFact['status'], Text>>;

export const FACT_WORDS: Readonly<Record<FactName, FactWords>> = {
  integrity: {
    passed: { zh: '盖章之后，文件内容没有被改动。', en: 'The file was not changed after sealing.' },
    failed: { zh: '盖章之后，文件内容被改动过。', en: 'The file was changed after sealing.' },
    indeterminate: { zh: '无法判断文件有没有被改动。', en: 'It cannot be told whether the file was changed.' },
  },
  cryptography: {
    passed: { zh: '签章数据与盖章人的证书相符。', en: "The signature fits the sealer's certificate." },
    failed: { zh: '签章数据对不上盖章人的证书。', en: "The signature does not fit the sealer's certificate." },
    indeterminate: { zh: '签章数据未能检查。', en: 'The signature could not be checked.' },
  },
  certificate_trust: {
    passed: {
      zh: '证书由信任名单内的机构签发，盖章时有效。',
      en: 'Issued by an authority on the trust list and valid when used.',
    },
    failed: { zh: '证书不可用于此次盖章。', en: 'The certificate may not be relied on for this seal.' },
    indeterminate: {
      zh: '证书签发机构不在信任名单内，无法确认盖章人。',
      en: 'The issuer is not on the trust list, so the sealer cannot be confirmed.',
    },
  },
  seal_status: {
    passed: { zh: '印章由制章机构制作，盖章人在授权名单内。', en: 'Made by a seal maker; the sealer is listed in it.' },
    failed: {
      zh: '印章不符合要求，或盖章人不在授权名单内。',
      en: 'The seal is not acceptable, or the sealer is not listed in it.',
    },
    indeterminate: { zh: '无法确认印章的状态。', en: 'The status of the seal cannot be confirmed.' },
  },
  time: {
    passed: { zh: '盖章时间有时间戳证明。', en: 'A time stamp proves the time of sealing.' },
    failed: {
      zh: '盖章时间与证书或印章的有效期矛盾。',
      en: 'The time of sealing contradicts the validity of certificate or seal.',
    },
    indeterminate: {
      zh: '盖章时间由盖章方自报，没有时间戳证明。',
      en: 'The time is claimed by the sealer; no time stamp proves it.',
    },
  },
};

/** What nobody looked at, because the signature data cannot be read. */
export const UNREAD: Text = {
  zh: '签章数据无法读取，没有核对。',
  en: 'The signature data cannot be read, so this was not checked.',
};

/** The chain checks run for the sealer, for the seal maker, and for the authority of each time stamp. */
const PARTIES: readonly (readonly [prefix: string, party: Text])[] = [
  ['time-stamp-', { zh: '时间戳：', en: 'Time stamp: ' }],
  ['document-time-stamp-', { zh: '文件时间戳：', en: 'Document time stamp: ' }],
  ['ses-time-stamp-', { zh: '电子签章的时间戳：', en: 'Time stamp of the seal signature: ' }],
  ['seal-time-stamp-', { zh: '印章的时间戳：', en: 'Time stamp of the seal: ' }],
  ['signer-', { zh: '盖章人', en: 'Sealer: ' }],
  ['maker-', { zh: '制章者', en: 'Seal maker: ' }],
];

const STEP_NAMES: Readonly<Record<string, Text>> = {
  'byte-range': { zh: '签章覆盖的范围', en: 'Range that the seal covers' },
  'changes-after-sealing': { zh: '盖章后的改动', en: 'Changes after sealing' },
  container: { zh: '签章数据的格式', en: 'Form of the seal data' },
  'cms-message-digest': { zh: '文件摘要（数字签名）', en: 'Digest of the file (signature)' },
  'cms-algorithms': { zh: '签名算法', en: 'Algorithms' },
  'cms-content-type': { zh: '签名内容类型', en: 'Content type' },
  'cms-signing-certificate': { zh: '签名证书与签名绑定', en: 'Certificate bound to the signature' },
  'cms-signature-value': { zh: '数字签名值', en: 'Signature value' },
  'seal-binding': { zh: '签章与印章绑定', en: 'Seal bound to the signature' },
  'signature-format': { zh: '电子签章的格式', en: 'Form of the electronic seal signature' },
  'signature-value': { zh: '电子签章的签名值', en: 'Value of the electronic seal signature' },
  'signer-in-seal': { zh: '盖章人在印章授权名单内', en: 'Sealer is listed in the seal' },
  'seal-format': { zh: '电子印章的格式', en: 'Form of the seal' },
  'seal-signature': { zh: '制章者对印章的签名', en: "Seal maker's signature on the seal" },
  'seal-period': { zh: '印章有效期', en: 'Validity period of the seal' },
  'seal-state-online': { zh: '印章在签章机构的现状', en: 'State of the seal at the seal room' },
  'signing-time': { zh: '盖章时间', en: 'Time of sealing' },
  'document-digest': { zh: '文件摘要（电子签章）', en: 'Digest of the file (electronic seal)' },
  'time-stamp': { zh: '时间戳', en: 'Time stamp' },
  'time-stamp-document': { zh: '覆盖签章的文件时间戳', en: 'Document time stamp over the signature' },
  'document-time-stamp': { zh: '文件时间戳', en: 'Document time stamp' },
  format: { zh: '格式', en: 'form' },
  imprint: { zh: '为这个签名而签发', en: 'made for this signature' },
  signature: { zh: '时间戳机构的签名', en: 'signature of its authority' },
  order: { zh: '时间先后', en: 'order of times' },
  'certificate-signatures': { zh: '证书链逐级签名', en: 'Signatures of the certificate chain' },
  'certificate-chain': { zh: '证书链到信任根', en: 'Certificate chain to a trusted root' },
  'certificate-period': { zh: '证书有效期', en: 'Validity period of the certificates' },
  'certificate-constraints': { zh: '证书链约束', en: 'Constraints of the certificate chain' },
  'certificate-usage': { zh: '证书用途', en: 'Key usage of the certificate' },
  'certificate-revocation': { zh: '证书吊销状态', en: 'Revocation status of the certificate' },
};

/** A step's name as people read it; one that is not listed shows its own name. */
export function stepName(name: string): Text {
  const own = STEP_NAMES[name];
  if (own) return own;
  for (const [prefix, party] of PARTIES) {
    const bare = name.startsWith(prefix) ? STEP_NAMES[name.slice(prefix.length)] : undefined;
    if (bare) return { zh: `${party.zh}${bare.zh}`, en: `${party.en}${bare.en}` };
  }
  return { zh: name, en: name };
}

/** Faults that one sub-indication of the standard covers together with others; by step, or by step and sub-indication. */
const STEP_FAULTS: Readonly<Record<string, Text>> = {
  'changes-after-sealing': {
    zh: '盖章之后，文件又被添加或修改了内容',
    en: 'Something was added to the file or changed in it after sealing',
  },
  'seal-binding': { zh: '签章和印章被拆开或调换过', en: 'Signature and seal were parted or exchanged' },
  'seal-state-online/SIG_CONSTRAINTS_FAILURE': {
    zh: '印章编码在本机构登记过，这枚印章却不是登记的那一枚，可能是伪造的',
    en: 'The seal bears a registered code and is not the seal registered under it; it may be forged',
  },
  'seal-state-online/OUT_OF_BOUNDS_NO_POE': {
    zh: '印章已经换发，又没有时间戳证明是换发前盖的章',
    en: 'The seal has been replaced, and no time stamp shows that it was used before',
  },
  'seal-state-online/REVOKED': {
    zh: '盖章时印章不在使用中，或者没有时间戳证明是停用前盖的章',
    en: 'The seal was not in use when it was used, or no time stamp shows that it was used before',
  },
  'signing-time': { zh: '盖章时间晚于现在', en: 'The time of sealing lies in the future' },
  'signer-in-seal': { zh: '盖章人不在印章授权名单内', en: 'The sealer is not listed in the seal' },
  'time-stamp-imprint': { zh: '时间戳不是为这枚签章签发的', en: 'The time stamp was made for another signature' },
  'time-stamp-signature': { zh: '时间戳数据对不上时间戳机构的证书', en: 'The time stamp does not fit its authority' },
  'time-stamp-certificate-chain': {
    zh: '时间戳机构不在信任名单内',
    en: 'The time-stamp authority is not on the trust list',
  },
  'time-stamp-certificate-period': {
    zh: '签发时间戳时，时间戳机构的证书不在有效期内',
    en: 'The certificate of the time-stamp authority was not valid then',
  },
  'time-stamp-certificate-usage': {
    zh: '这份证书不能用来签发时间戳',
    en: 'The certificate may not be used for time stamps',
  },
  'byte-range': { zh: '签章没有覆盖整个文件，或签章数据外有多余内容', en: 'The seal does not cover the whole file' },
};

/** Why a step failed or could not be done, or null when its status says it all. */
export function stepFault(step: Pick<ReportStep, 'name' | 'status' | 'sub_indication'>): Text | null {
  if (step.status === 'passed') return null;
  const name = step.name.replace(/^(ses|seal|document)-(?=time-stamp-)/, '');
  const faults = [STEP_FAULTS[`${name}/${step.sub_indication}`], STEP_FAULTS[name]];
  const own = step.status === 'failed' ? faults.find((fault) => fault !== undefined) : undefined;
  const general = step.sub_indication === undefined ? null : SUB_INDICATION_WORDS[step.sub_indication];
  return own ?? general ?? (step.status === 'failed' ? null : STEP_WORDS[step.status]);
}

/** The sentence for a whole report: its first failed step, else its sub-indication. */
export function reportFault(report: VerificationReport): Text | null {
  const failed = report.signatures.flatMap((seal) => seal.steps).find((step) => step.status === 'failed');
  const own = failed === undefined ? null : stepFault(failed);
  return own ?? (report.sub_indication === null ? null : SUB_INDICATION_WORDS[report.sub_indication]);
}

/** A time that only the sealer claims is never called proved. */
export const CLAIMED_TIME: Text = {
  zh: '由盖章方自报，与证书和印章的有效期不矛盾；没有时间戳证明。',
  en: 'Claimed by the sealer and within the validity of certificate and seal; no time stamp proves it.',
};

/** A step with nothing more to say than its status. */
const STEP_WORDS: Readonly<Record<'not_checked' | 'skipped', Text>> = {
  not_checked: { zh: '缺少所需的资料，未能检查。', en: 'What is needed for this check was not at hand.' },
  skipped: {
    zh: '前面的检查没有通过，或与此文件无关。',
    en: 'An earlier check failed, or it does not apply to this file.',
  },
};

/** The organisation of a signer's certificate is 统一社会信用代码 and unit name in one text. */
export function unitOf(seal: SignatureReport): { readonly code: string; readonly name: string } {
  const text = seal.signer?.organization ?? '';
  const match = /^([0-9A-HJ-NPQRTUWXY]{18})(.*)$/u.exec(text);
  return match ? { code: match[1] ?? '', name: match[2] ?? '' } : { code: '', name: text };
}

/** The CN of a subject as the report writes it, or the whole text. */
export function commonNameOf(subject: string): string {
  return /(?:^|, ?)CN=([^,]+)/.exec(subject)?.[1] ?? subject;
}
