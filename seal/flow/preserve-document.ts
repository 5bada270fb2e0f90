// Levels LT and LTA (EN 319 142-1): behind signed revisions a revision with the certificates and the revocation evidence that
// their judgement needs (DSS), and behind that a document time stamp over everything, which proves when that evidence was
// there. Done again before the stamp's authority ends, it renews. Earlier revisions stay as they are.
import { createHash } from 'node:crypto';
import { concatBytes, equalBytes, toHex } from '../../common/bytes.ts';
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import type { Sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import type { RevocationEvidence } from '../../common/pki/revocation.ts';
import { NO_TRUST, type TrustStores, withIntermediates } from '../../common/pki/trust-stores.ts';
import { verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import { type ContainerSettings, DEFAULT_CONTAINERS } from '../domain/container.ts';
import { checkByteRange, type SignedBytes } from '../pdf/byte-range.ts';
import { type ByteSource, joinSources } from '../pdf/byte-source.ts';
import { openDocument, openGrown, type PdfDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import { fillContents, type SealingUpdate } from '../pdf/signature-dictionary.ts';
import { makeTimeStampUpdate } from '../pdf/time-stamp-update.ts';
import { EVIDENCE_KINDS, placeKey, readValidationData, type ValidationData } from '../pdf/validation-data.ts';
import { makeValidationDataUpdate, type SignatureEvidence } from '../pdf/validation-data-update.ts';
import { isName } from '../pdf/value.ts';
import { released } from './check-container.ts';
import { openContainer } from './open-container.ts';
import { readEvidence } from './read-evidence.ts';
import { type Chain, chainsOfContainer, chainsOfToken } from './signature-chains.ts';

/** Where revocation evidence comes from. `validation-data-unavailable` when it cannot be had. */
export type EvidenceSource = { collect(chain: Chain, at: Date): Promise<RevocationEvidence> };

export type Preservation = {
  readonly source: ByteSource;
  readonly password?: string | undefined;
  /** The source opened, where the caller has it. */
  readonly opened?: PdfDocument;
  /** SM3 state over the whole source; it is not changed. */
  readonly prefix: Sm3;
  readonly evidence: EvidenceSource;
  /** Helps to find chains; nothing is judged by it here. */
  readonly trust: TrustStores;
  readonly containers?: ContainerSettings | undefined;
  /** Given: a document time stamp over all (LTA). */
  readonly stamper: TimeStamper | null;
  readonly now: Date;
  /** The one signature that is preserved; left out: all of them. */
  readonly field?: string | undefined;
};

/** The bytes to be put behind the source. Codes: `validation-data-unavailable`, `time-stamp-unavailable`, `pdf-broken`. */
export async function preserveDocument(request: Preservation): Promise<Uint8Array> {
  const { source, password, stamper } = request;
  const document = request.opened ?? openDocument(source, password);
  // 1. What the judgement of each signature hangs on, and what says that none of it was revoked.
  const signatures = await collectEvidence(document, request);
  const data = makeValidationDataUpdate(document, signatures) ?? new Uint8Array();
  const preserved = data.length === 0 ? document : openGrown(document, joinSources(source, data));
  checkEvidence(preserved, signatures);
  if (!stamper) return data;
  // 2. A token over everything so far.
  const prefix = request.prefix.copy().update(data);
  const update = await stampDocument(preserved, prefix, stamper);
  checkStamp(preserved, update, prefix);
  return concatBytes(data, update.appended);
}

async function collectEvidence(
  document: PdfDocument,
  { evidence, trust, containers = DEFAULT_CONTAINERS, now, field }: Preservation,
): Promise<readonly SignatureEvidence[]> {
  const question = { trust: withIntermediates(trust, readEvidence(document).certificates), at: now };
  const found: SignatureEvidence[] = [];
  for (const { name, dict } of listSignatureFields(document)) {
    const finding = field === undefined || field === name ? checkByteRange(document, dict) : null;
    if (!finding || !('signed' in finding)) continue;
    const subFilter = document.resolve(dict.map.get('SubFilter'));
    const form = isName(subFilter) ? subFilter.value : null;
    const chains = chainsOfSignature(finding.signed, form, containers, question);
    found.push({ key: keyOf(finding.signed), evidence: await evidenceFor(chains, evidence, now) });
  }
  return found;
}

function chainsOfSignature(
  { contents }: SignedBytes,
  form: string | null,
  containers: ContainerSettings,
  question: { readonly trust: TrustStores; readonly at: Date },
): readonly Chain[] {
  if (form === 'ETSI.RFC3161') return chainsOfToken(contents, question);
  return chainsOfContainer(openContainer(contents, form, containers), question);
}

/** EN 319 142-1: the name of a VRI entry is the SHA-1 of the signature as /Contents has it. */
const keyOf = ({ padded }: SignedBytes): string => createHash('sha1').update(padded).digest('hex').toUpperCase();

async function evidenceFor(chains: readonly Chain[], source: EvidenceSource, at: Date): Promise<ValidationData> {
  const collected = await Promise.all(chains.map((chain) => source.collect(chain, at)));
  return {
    certificates: distinct(chains.flatMap((chain) => chain.filter(isCarried).map(({ raw }) => raw))),
    crls: distinct(collected.flatMap(({ crls }) => crls)),
    ocspResponses: distinct(collected.flatMap(({ ocspResponses }) => ocspResponses)),
  };
}

/** A root is what the verifier must bring itself. */
const isCarried = ({ subjectRaw, issuerRaw }: Certificate): boolean => !equalBytes(subjectRaw, issuerRaw);

const distinct = (all: readonly Uint8Array[]): readonly Uint8Array[] => [
  ...new Map(all.map((der) => [toHex(der), der])).values(),
];

async function stampDocument(document: PdfDocument, prefix: Sm3, stamper: TimeStamper): Promise<SealingUpdate> {
  const update = makeTimeStampUpdate(document, await stamper.measure());
  const token = await stamper.stampDigest(hashAround(prefix, update));
  if (2 * token.length + 2 > update.gap.end - update.gap.start)
    throw new TrustError('time-stamp-unavailable', 'The token is larger than the one that was measured; try again');
  fillContents(update, token);
  return update;
}

/** SM3 of everything but the gap of /Contents. */
export function hashAround(prefix: Sm3, update: SealingUpdate): Uint8Array {
  return hashUpdate(prefix, update).digest;
}

export type HashedUpdate = {
  /** SM3 of everything but the gap of /Contents. */
  readonly digest: Uint8Array;
  /** The bytes of the update that went into it, as they were then. */
  readonly front: Uint8Array;
  readonly back: Uint8Array;
  /** SM3 state over all of the update, as it is when this is called. */
  readonly whole: () => Sm3;
};

/** `prefix`: SM3 state over what stands before; it is not changed. */
export function hashUpdate(prefix: Sm3, { appended, gap }: SealingUpdate): HashedUpdate {
  const [front, back] = [appended.slice(0, gap.start), appended.slice(gap.end)];
  const before = prefix.copy().update(front);
  const whole = (): Sm3 => before.copy().update(appended.subarray(gap.start, gap.end)).update(back);
  return { digest: before.copy().update(back).end(), front, back, whole };
}

/** What was written is read again: every piece of evidence has to be found where a verifier looks for it. */
function checkEvidence(document: PdfDocument, signatures: readonly SignatureEvidence[]): void {
  const store = readValidationData(document);
  if (signatures.length > 0 && (!store || store.fault !== null)) throw released(store?.fault ?? 'there is no DSS');
  for (const { evidence } of signatures) {
    for (const kind of EVIDENCE_KINDS) {
      if (!evidence[kind].every((der) => store?.places.has(placeKey(kind, der)))) throw released('evidence is missing');
    }
  }
}

/** Clocks and chain are judged by who asked for the stamp; here that the token is over this very file. */
function checkStamp(before: PdfDocument, update: SealingUpdate, prefix: Sm3): void {
  const document = openGrown(before, joinSources(before.source, update.appended));
  const field = listSignatureFields(document).find(({ name }) => name === update.field);
  const finding = field && checkByteRange(document, field.dict);
  if (!finding || !('signed' in finding)) throw released('the document time stamp cannot be found');
  const { byteRange, end, contents } = finding.signed;
  if (end !== document.source.size || byteRange[1] !== update.byteRange[1]) throw released('it is not over the file');
  const message = (algorithm: string) => (algorithm === OID.sm3 ? hashAround(prefix, update) : null);
  const { status, steps } = verifyTimeStamp(contents, { message, trust: NO_TRUST, now: END_OF_TIME, claimed: null });
  if (status === 'failed') throw released(steps.findLast((step) => step.status === 'failed')!.finding);
}

const END_OF_TIME = new Date(8.64e15);
