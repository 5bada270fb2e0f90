// One signature of a document judged: byte range, container, CMS, time stamp, seal, chain, later changes. Every step is reported,
// whatever the first ones find; the five facts of the report are the steps sorted by what they say something about.
import { parseDer } from '../../common/asn1/der.ts';
import { readOctetString } from '../../common/asn1/der-read.ts';
import { equalBytes } from '../../common/bytes.ts';
import type { ReportStep, SignatureReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import { OID } from '../../common/pki/oids.ts';
import { findAttribute, type ParsedSignedData } from '../../common/pki/read-signed-data.ts';
import { type TrustStores, withIntermediates } from '../../common/pki/trust-stores.ts';
import { isForeignSignedData, verifyForeignSignedData } from '../../common/pki/verify-foreign-signed-data.ts';
import { verifySignedData } from '../../common/pki/verify-signed-data.ts';
import { type TimeStampReport, verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import { verifyTrusted } from '../../common/pki/verify-trusted.ts';
import { type ContainerSettings, DEFAULT_CONTAINERS } from '../domain/container.ts';
import type { SealAttributes } from '../domain/seal-attributes.ts';
import type { ByteRange, ByteRangeFinding } from '../pdf/byte-range.ts';
import { findChangesAfter, type LaterChanges, type SignedFields } from '../pdf/changes-after-sealing.ts';
import type { PdfDocument } from '../pdf/document.ts';
import type { SealSignature } from '../ses/seal.ts';
import { earliest, verifySignature } from '../ses/verify-signature.ts';
import { digestForeign } from './foreign-digest.ts';
import { type CoveringStamp, coverageSteps, coveringSteps, NO_CHANGES } from './judge-coverage.ts';
import { judgeLevel } from './judge-level.ts';
import { attempt, type Container, findSealDigest, NO_CONTAINER, openContainer } from './open-container.ts';
import { type DocumentEvidence, NO_DOCUMENT_EVIDENCE } from './read-evidence.ts';
import { makeReport } from './signature-report.ts';

export type FieldQuestion = {
  /** Null for a detached signature. */
  readonly document: PdfDocument | null;
  /** Digests of a detached file by other algorithms. */
  readonly digestBy?: (oid: string) => Uint8Array | null;
  readonly field: string;
  /** /SubFilter, as far as it is a name. */
  readonly subFilter?: string | null;
  readonly finding: ByteRangeFinding;
  /** Every well-formed signature of the document. */
  readonly signedFields: SignedFields;
  /** SM3 of the ByteRange bytes; empty where the range is faulty. */
  readonly digest: Uint8Array;
  readonly trust: TrustStores;
  readonly now: Date;
  /** Valid document time stamps over later revisions, the earliest first. */
  readonly covering?: readonly CoveringStamp[];
  /** What the document holds beside its signatures. */
  readonly evidence?: DocumentEvidence;
  /** Names and attributes that are understood beside the default ones. */
  readonly containers?: ContainerSettings | undefined;
};

export type FieldVerdict = { readonly report: SignatureReport; readonly changes: LaterChanges };

const ISO = 'ISO 32000';
const BINDING = 'Xinji dual container';

/** Judges one signature; never throws for what the document says. */
export function verifyField(question: FieldQuestion): FieldVerdict {
  const { finding } = question;
  if (!('signed' in finding)) {
    const steps = [failedStep('byte-range', ISO, `${finding.fault}.`, 'FORMAT_FAILURE')];
    const parts = { steps, container: NO_CONTAINER, level: null, provedTime: null, byteRange: finding.byteRange };
    return { report: makeReport({ ...parts, field: question.field, coversWholeFile: false }), changes: NO_CHANGES };
  }
  const { signed } = finding;
  const { document, containers = DEFAULT_CONTAINERS, covering = [], evidence = NO_DOCUMENT_EVIDENCE, now } = question;
  const changes = document ? findChangesAfter(document, signed.end, question.signedFields) : NO_CHANGES;
  const container = openContainer(signed.contents, question.subFilter ?? null, containers);
  const trust = withIntermediates(question.trust, container.cms?.certificates ?? []);
  const stamp = judgeTimeStamp(container, { ...question, trust });
  const judged = judgeSeal(container, { ...question, trust }, earliest(stamp?.time, covering[0]?.time));
  const steps = [
    ...(document ? coverageSteps(document.source.size, signed, changes) : []),
    ...container.steps,
    ...(container.cms ? cmsSteps(container.cms, signed.byteRange, question) : []),
    ...(container.cms ? bindingSteps(container.cms, container.ses, containers.attributes) : []),
    ...(stamp?.steps ?? []),
    ...coveringSteps(covering, container.ses?.time ?? null),
    ...judged.steps,
  ];
  const { provedTime } = judged;
  const level = judgeLevel(container, { trust, now, provedTime, evidence, covering });
  const coversWholeFile = !document || signed.end === document.source.size;
  const parts = { field: question.field, container, steps, level, provedTime, byteRange: document && signed.byteRange };
  return { report: makeReport({ ...parts, coversWholeFile }), changes };
}

/** adbe.pkcs7.sha1: the content inside is the SHA-1 of the document. */
const SHA1 = '1.3.14.3.2.26';

/** SM2 with SM3, or what other signers use. */
function cmsSteps(
  cms: ParsedSignedData,
  range: ByteRange,
  { document, digest, digestBy, subFilter }: FieldQuestion,
): readonly ReportStep[] {
  if (!isForeignSignedData(cms) && subFilter !== 'adbe.pkcs7.sha1') return verifySignedData(cms, digest).steps;
  const take = (oid: string) => (document ? digestForeign(document, range, oid) : (digestBy?.(oid) ?? null));
  return verifyForeignSignedData(cms, {
    digest: cms.digestAlgorithm === OID.sm3 ? digest : take(cms.digestAlgorithm),
    isCades: subFilter === 'ETSI.CAdES.detached',
    ...(subFilter === 'adbe.pkcs7.sha1' ? { enclosed: take(SHA1) } : {}),
  });
}

/** What joins the two signatures: SM3(SESeal) among the signed attributes, and one signer for both. */
function bindingSteps(
  cms: ParsedSignedData,
  ses: SealSignature | null,
  attributes: SealAttributes,
): readonly ReportStep[] {
  const fail = (text: string): ReportStep[] => [failedStep('seal-binding', BINDING, text, 'SIG_CONSTRAINTS_FAILURE')];
  const value = findSealDigest(cms, attributes);
  const digest = value && typeof value !== 'string' ? attempt(() => readOctetString(parseDer(value))) : value;
  if (typeof digest === 'string') return fail(`The signed digest of the seal cannot be read: ${digest}.`);
  if (!digest && !ses) return [];
  if (!ses) return fail('The signer sealed with an e-seal, and the seal has been taken out.');
  if (!digest) return fail('The signed attributes do not name the seal that is carried.');
  if (!equalBytes(digest, sm3(ses.seal.raw)))
    return fail('The seal carried is another one than the signer signed for.');
  if (!cms.signerCertificate || !equalBytes(cms.signerCertificate.raw, ses.signerCertificate.raw)) {
    return fail('Signature and seal signature are by different certificates.');
  }
  return [
    passedStep('seal-binding', BINDING, 'The signed attributes name exactly this seal, and both signers are one.'),
  ];
}

/** RFC 5652 signature-time-stamp: a token over the value of the CMS signature; null when there is none. */
function judgeTimeStamp({ cms, ses }: Container, { trust, now, covering = [] }: FieldQuestion): TimeStampReport | null {
  if (!cms) return null;
  const token = attempt(() => findAttribute(cms.unsignedAttributes, OID.signatureTimeStamp));
  if (token === null) return null;
  // Two tokens in one attribute are as little to be read as none that is DER.
  const der = typeof token === 'string' ? new Uint8Array() : token;
  const provedBy = covering[0]?.time;
  return verifyTimeStamp(der, { message: cms.signature, trust, now, provedBy, claimed: ses?.time ?? null });
}

type Judged = { readonly steps: readonly ReportStep[]; readonly provedTime: Date | null };

/** The seal, or the signer of a plain CMS, at the time that is proved; else at the claimed one, or now. */
function judgeSeal({ cms, ses }: Container, { digest, trust, now }: FieldQuestion, provedTime: Date | null): Judged {
  if (ses) return verifySignature(ses, { dataHash: digest, trust, now, provedTime });
  if (!cms?.signerCertificate) return { steps: [], provedTime };
  const { steps } = verifyTrusted(trust, 'signers', cms.signerCertificate, provedTime ?? now);
  return { steps: steps.map((step) => ({ ...step, name: `signer-${step.name}` })), provedTime };
}
