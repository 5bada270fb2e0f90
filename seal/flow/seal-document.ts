// The sealing engine, used by the room and by the command line: a document in, the appended bytes out.
// The input is read where needed and hashed once; it is never changed, copied or held whole by this code.
import { concatBytes } from '../../common/bytes.ts';
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import { Sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { type ContainerMode, namesOf } from '../domain/container.ts';
import { isPreserved, type Level } from '../domain/level.ts';
import type { ByteRange } from '../pdf/byte-range.ts';
import { type ByteSource, joinSources, slices } from '../pdf/byte-source.ts';
import { openDocument, openGrown, type PdfDocument } from '../pdf/document.ts';
import type { CertificationLevel, FieldLock } from '../pdf/permissions.ts';
import type { Placement } from '../pdf/placement.ts';
import { makeSealingUpdate } from '../pdf/sealing-update.ts';
import { fillContents, type SealingUpdate } from '../pdf/signature-dictionary.ts';
import { wholeSeconds } from '../ses/make-seal.ts';
import { checkRelease } from './check-release.ts';
import { makeContainerParts, stampRoom } from './make-container.ts';
import { type EvidenceSource, hashUpdate, preserveDocument } from './preserve-document.ts';
import type { SealingParty } from './sealing-party.ts';

export type SealingSigner = {
  /** SM2 signature, DER, over `message` by the key named `keyRef`, with the default user id. */
  sign(keyRef: string, message: Uint8Array): Promise<Uint8Array>;
};

export type SealingTools = {
  readonly signer: SealingSigner;
  /** Given: a time stamp is put over the signature (level T). */
  readonly stamper?: TimeStamper | null;
  /** Given for levels LT and LTA. */
  readonly validation?: ValidationMeans | null;
};

export type ValidationMeans = {
  readonly evidence: EvidenceSource;
  /** Helps to find chains. */
  readonly trust: TrustStores;
};

/** What one seal is to be, and where. */
export type SealOrder = {
  readonly party: SealingParty;
  /** `dual` unless given. */
  readonly mode?: ContainerMode | undefined;
  /** Left out: T with a time stamper, else B. */
  readonly level?: Level | undefined;
  /** Counted from 1; left out: page 1, unless the placement says otherwise. */
  readonly page?: number | undefined;
  readonly placement: Placement;
  readonly reason?: string | undefined;
  /** DocMDP: what later revisions may do; only for the first signature. */
  readonly certify?: CertificationLevel | undefined;
  /** FieldMDP: form fields that stay as they are. */
  readonly lock?: FieldLock | undefined;
  /** Claimed time of signing, cut to seconds. */
  readonly time: Date;
};

export type SealingInput = {
  readonly source: ByteSource;
  /** A running SM3 that has taken in the whole source, where the caller hashed while receiving; it is not changed. */
  readonly inputHash?: Sm3;
  /** The source opened with that password, where the caller has it. */
  readonly opened?: PdfDocument;
  /** Of an encrypted document; the empty one is tried when left out. */
  readonly password?: string | undefined;
};

export type SealDocumentRequest = SealOrder & SealingInput;

export type SealedDocument = {
  /** To be put behind the unchanged input. */
  readonly appended: Uint8Array;
  readonly field: string;
  readonly byteRange: ByteRange;
  /** SM3 of the ByteRange bytes. */
  readonly dataHash: Uint8Array;
};

/**
 * Seals a document. Codes: those of `openDocument` and `makeSealingUpdate`, `seal-not-usable`, `time-stamp-unavailable`, and what the signer throws.
 * What is returned has been parsed again and verified.
 */
export async function sealDocument(tools: SealingTools, request: SealDocumentRequest): Promise<SealedDocument> {
  return (await sealInTurn(request, [{ ...request, tools }]))[0]!;
}

/**
 * Puts several seals on a document, each a revision behind the one before; the input is hashed once for all. Codes as
 * `sealDocument`. Every revision has been parsed again and verified when this returns.
 */
export async function sealInTurn(
  { source, inputHash, password, opened }: SealingInput,
  orders: readonly (SealOrder & { readonly tools: SealingTools })[],
): Promise<readonly SealedDocument[]> {
  const done: SealedDocument[] = [];
  let revision: Revision = {
    document: opened ?? openDocument(source, password),
    prefix: inputHash ?? hashSource(source),
  };
  for (const { tools, ...order } of orders) {
    const { sealed, next } = await sealRevision(tools, order, revision);
    done.push(sealed);
    if (done.length < orders.length) revision = next();
  }
  return done;
}

/** Lays everything out without using a key. Throws what the sealing would. */
export function checkSealings({ source, password, opened }: SealingInput, orders: readonly SealOrder[]): void {
  let document = opened ?? openDocument(source, password);
  for (const [i, order] of orders.entries()) {
    const { appended } = layOut(document, order, 0);
    if (i + 1 < orders.length) document = openGrown(document, joinSources(document.source, appended));
  }
}

/** What a seal is put behind. */
type Revision = {
  readonly document: PdfDocument;
  /** SM3 state over all of it; it is not changed. */
  readonly prefix: Sm3;
};

/** A seal that is on, and what the next one is put behind. */
type Sealed = { readonly sealed: SealedDocument; readonly next: () => Revision };

async function sealRevision(tools: SealingTools, order: SealOrder, revision: Revision): Promise<Sealed> {
  const { level } = order;
  const means = level !== undefined && isPreserved(level) ? checkMeans(tools) : null;
  const signed = await signRevision(tools, order, revision);
  if (!means) return signed;
  const { sealed, next } = signed;
  const { document, prefix } = next();
  // 5. Levels LT and LTA: evidence, and a time stamp over it, as revisions of their own.
  const kept = await preserveDocument({
    ...means.validation,
    source: document.source,
    password: document.password,
    opened: document,
    prefix,
    containers: order.party.containers,
    stamper: level === 'LTA' ? means.stamper : null,
    now: order.time,
    field: sealed.field,
  });
  return {
    sealed: { ...sealed, appended: concatBytes(sealed.appended, kept) },
    next: () => ({
      document: openGrown(document, joinSources(document.source, kept)),
      prefix: prefix.copy().update(kept),
    }),
  };
}

function checkMeans({ stamper, validation }: SealingTools) {
  if (!stamper) throw new TrustError('time-stamp-unavailable', 'Levels LT and LTA need a time-stamp authority');
  if (!validation) throw new TrustError('validation-data-unavailable', 'There is no source of revocation evidence');
  return { stamper, validation };
}

async function signRevision(
  { signer, stamper }: SealingTools,
  order: SealOrder,
  { document, prefix }: Revision,
): Promise<Sealed> {
  const { party, mode = 'dual' } = order;
  const at = wholeSeconds(order.time);
  // 1. Read what the update needs to know, and lay it out, with room for a token before any key is used.
  const room = stamper ? stampRoom(await stamper.measure()) : 0;
  const update = layOut(document, order, room);
  // 2. Hash the update behind the input, which was hashed once.
  const hashed = hashUpdate(prefix, update);
  // 3. Sign, in `dual` twice with the same key: the SES_Signature and the CMS around it. Level T: stamp the signature.
  const sign = (message: Uint8Array): Promise<Uint8Array> => signer.sign(party.keyRef, message);
  const made = { dataHash: hashed.digest, time: at, sign, stamp: stamper?.stamp };
  const der = await makeContainerParts(party, mode, made);
  if (sizeOf(der) > party.contentsBytes[mode] + room)
    throw new TrustError('time-stamp-unavailable', 'The token is larger than the one that was measured; try again');
  fillContents(update, der);
  // 4. Believe the bytes, not the intention: read the result again and verify it before it leaves.
  const question = { before: document, update, hashed, party, mode, stampedAfter: stamper ? at : null };
  const grown = checkRelease(question);
  const { appended, field, byteRange } = update;
  return {
    sealed: { appended, field, byteRange, dataHash: hashed.digest },
    next: () => ({ document: grown, prefix: hashed.whole() }),
  };
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((size, part) => size + part.length, 0);

/** `room`: what a token needs beside the container. */
function layOut(document: PdfDocument, order: SealOrder, room: number): SealingUpdate {
  const { party, mode = 'dual', time, level: _, ...layout } = order;
  return makeSealingUpdate(document, {
    ...layout,
    appearance: party.appearance,
    contentsBytes: party.contentsBytes[mode] + room,
    names: namesOf(party.containers, mode),
    time: wholeSeconds(time),
    signerName: party.seal.content.property.name,
  });
}

/** SM3 state over a whole source. */
export function hashSource(source: ByteSource): Sm3 {
  const hash = new Sm3();
  for (const slice of slices(source, 0, source.size)) hash.update(slice);
  return hash;
}
