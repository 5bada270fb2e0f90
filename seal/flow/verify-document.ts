// Verification of a sealed document: a report (EN 319 102-1 vocabulary), never a boolean and never an exception.
// Only what cannot be read at all is an error, with the code that says why. Works without network and database.
import { toHex } from '../../common/bytes.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { TrustError } from '../../common/errors.ts';
import {
  NO_TRUST,
  type TrustStores,
  withEvidence,
  withIntermediates,
  withRevocation,
} from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../domain/container.ts';
import { type ByteRangeFinding, checkByteRange } from '../pdf/byte-range.ts';
import { type ByteSource, firstBytes } from '../pdf/byte-source.ts';
import { openDocument, type PdfDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import { isName, type PdfValue } from '../pdf/value.ts';
import { digestRevisions } from './digest-revisions.ts';
import type { CoveringStamp } from './judge-coverage.ts';
import { attempt } from './open-container.ts';
import { type DocumentEvidence, NO_DOCUMENT_EVIDENCE, readEvidence } from './read-evidence.ts';
import { type FieldQuestion, type FieldVerdict, verifyField } from './verify-field.ts';
import { verifyTimeStampField } from './verify-time-stamp-field.ts';

export type DocumentQuestion = {
  /** Null: no roots are given, so that nothing can be more than INDETERMINATE. */
  readonly trust: TrustStores | null;
  readonly now: Date;
  /** Of an encrypted document; the empty one is tried when left out. */
  readonly password?: string | undefined;
  /** Names and attributes that are understood beside the default ones. */
  readonly containers?: ContainerSettings | undefined;
};

const MAX_SIGNATURES = 100;

/** Judges every signature and the whole. Codes: those of `openDocument` for input that cannot be read, `pdf-too-large`. */
export function verifyDocument(
  source: ByteSource,
  { trust, now, password, containers }: DocumentQuestion,
): VerificationReport {
  const document = openDocument(source, password);
  const signed = listSignatureFields(document);
  if (signed.length > MAX_SIGNATURES) {
    throw new TrustError(
      'pdf-too-large',
      `The document has ${signed.length} signatures; at most ${MAX_SIGNATURES} are judged`,
    );
  }
  const fields = refuseShared(
    signed.map(({ name, field, dict }) => ({
      name,
      num: field?.num ?? null,
      subFilter: nameOf(document.resolve(dict.map.get('SubFilter'))),
      finding: checkByteRange(document, dict),
    })),
  );
  const signedFields = new Map(
    fields.flatMap(({ num, finding }) => (num !== null && 'signed' in finding ? [[num, finding.signed.end]] : [])),
  );
  const ranges = fields.flatMap(({ finding }) => ('signed' in finding ? [finding.signed.byteRange] : []));
  const { digests, whole } = digestRevisions(source, ranges);
  const evidence = readEvidence(document);
  const known = trustWith(trust ?? NO_TRUST, evidence, now);
  let next = 0;
  const verdicts = judgeFields(
    fields.map(({ name, finding, subFilter }) => ({
      document,
      field: name,
      subFilter,
      finding,
      signedFields,
      digest: 'signed' in finding ? digests[next++]! : new Uint8Array(),
      trust: known,
      evidence,
      now,
      containers,
    })),
  );
  const changes = new Set(verdicts.flatMap((verdict) => [...verdict.changes.other, ...verdict.changes.allowed]));
  return concludeReport({
    verified_at: now.toISOString(),
    file: { size: source.size, sm3: toHex(whole) },
    changes_after_sealing: [...changes],
    signatures: verdicts.map((verdict) => verdict.report),
  });
}

/** The document's own certificates and evidence beside those at hand. They only help: each is judged by who signed it. */
function trustWith(trust: TrustStores, evidence: DocumentEvidence, now: Date): TrustStores {
  const stores = withIntermediates(trust, evidence.certificates);
  if (trust.signers.revocation) return withEvidence(stores, evidence);
  if (evidence.crls.length + evidence.ocspResponses.length === 0) return stores;
  return withRevocation(stores, { evidence, isRequired: false, now });
}

/** Document time stamps first: they prove times for what they cover. The latest one covers the others. */
function judgeFields(questions: readonly FieldQuestion[]): readonly FieldVerdict[] {
  const reaches = ({ finding }: FieldQuestion): number => ('signed' in finding ? finding.signed.end : 0);
  const proved: (CoveringStamp & { readonly end: number })[] = [];
  const covering = (question: FieldQuestion): readonly CoveringStamp[] =>
    proved.filter(({ end }) => end > reaches(question)).toSorted((a, b) => a.time.getTime() - b.time.getTime());
  const judged = new Map<FieldQuestion, FieldVerdict>();
  const isStamp = ({ subFilter }: FieldQuestion): boolean => subFilter === 'ETSI.RFC3161';
  for (const question of questions.filter(isStamp).toSorted((a, b) => reaches(b) - reaches(a))) {
    const verdict = verifyTimeStampField({ ...question, covering: covering(question) });
    judged.set(question, verdict);
    if (!verdict.time) continue;
    const end = reaches(question);
    proved.push({
      field: question.field,
      time: verdict.time,
      end,
      evidence: () => evidenceAt(question.document!, end),
    });
  }
  return questions.map(
    (question) => judged.get(question) ?? verifyField({ ...question, covering: covering(question) }),
  );
}

/** What the revision held that ends there. */
function evidenceAt({ source, password }: PdfDocument, end: number): DocumentEvidence {
  const revision = attempt(() => openDocument(firstBytes(source, end), password));
  return typeof revision === 'string' ? NO_DOCUMENT_EVIDENCE : readEvidence(revision);
}

const nameOf = (value: PdfValue | undefined): string | null => (isName(value) ? value.value : null);

type Field = {
  readonly name: string;
  readonly num: number | null;
  readonly subFilter: string | null;
  readonly finding: ByteRangeFinding;
};

/** One signature shown in several fields is a second picture that nobody sealed: only its first field is judged well. */
function refuseShared(fields: readonly Field[]): readonly Field[] {
  const gaps = new Set<number>();
  return fields.map((field) => {
    if (!('signed' in field.finding)) return field;
    const { byteRange } = field.finding.signed;
    if (!gaps.has(byteRange[1])) {
      gaps.add(byteRange[1]);
      return field;
    }
    return { ...field, finding: { fault: 'another field shows the same signature', byteRange } };
  });
}

/** Adds the verdict over all signatures: the worst one counts. */
export function concludeReport(
  parts: Omit<VerificationReport, 'indication' | 'sub_indication' | 'summary'>,
): VerificationReport {
  const worst =
    parts.signatures.find(({ indication }) => indication === 'TOTAL-FAILED') ??
    parts.signatures.find(({ indication }) => indication === 'INDETERMINATE');
  const none = parts.signatures.length === 0;
  return {
    indication: none ? 'INDETERMINATE' : (worst?.indication ?? 'TOTAL-PASSED'),
    sub_indication: none ? 'NO_SIGNATURE_FOUND' : (worst?.sub_indication ?? null),
    summary: none ? 'The document carries no signature and no seal.' : summarise(parts.signatures, worst),
    ...parts,
  };
}

function summarise(signatures: readonly SignatureReport[], worst: SignatureReport | undefined): string {
  if (!worst && signatures[0]?.container === 'seal') return 'The seal passed: it is as its maker signed it.';
  if (!worst) return summarisePassed(signatures);
  if (worst.container === 'seal') {
    const first = worst.steps.find((step) => step.status === 'failed' && step.sub_indication === worst.sub_indication);
    const said = worst.indication === 'TOTAL-FAILED' ? 'did not pass' : 'cannot be judged fully';
    return `The seal ${said}: ${first?.finding ?? 'nothing could be judged.'}`;
  }
  const failed = worst.steps.find((step) => step.status === 'failed' && step.sub_indication === worst.sub_indication);
  const verdict = worst.indication === 'TOTAL-FAILED' ? 'did not pass' : 'cannot be judged fully';
  return `Signature ${worst.field} ${verdict}: ${failed?.finding ?? 'nothing could be judged.'}`;
}

function summarisePassed(signatures: readonly SignatureReport[]): string {
  const seals = signatures.filter(({ seal }) => seal !== null).length;
  const stamps = signatures.filter(({ container }) => container === 'time_stamp').length;
  const plain = signatures.length - seals - stamps;
  if (seals + plain === 0) return 'The time stamp passed: the document is as it was then. There is no e-seal in it.';
  const count = (n: number, what: string): string => (n === 1 ? `the ${what}` : `${n} ${what}s`);
  if (plain === 0)
    return `${seals === 1 ? 'The seal' : `All ${seals} seals`} passed: the document is as it was sealed.`;
  if (seals === 0)
    return `${plain === 1 ? 'The signature' : `All ${plain} signatures`} passed: the document is as it was signed. There is no e-seal in it.`;
  return `Passed: ${count(seals, 'seal')} and ${count(plain, 'signature')} without an e-seal; the document is as it was signed.`;
}
