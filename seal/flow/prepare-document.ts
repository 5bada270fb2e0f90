// Sealing in two steps, for documents that must not leave their house: the update is laid out with an empty /Contents and
// hashed here, somebody signs the digest, and the container is put in and verified. No key, no network.
import { toHex } from '../../common/bytes.ts';
import type { Sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import { type ContainerMode, type ContainerSettings, DEFAULT_CONTAINERS, namesOf } from '../domain/container.ts';
import { decodePicture } from '../domain/picture-pixels.ts';
import { makeAppearance, type SealAppearance } from '../pdf/appearance.ts';
import { type ByteSource, overlaySource } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import { makeSealingUpdate, type SealingLayout } from '../pdf/sealing-update.ts';
import { isArray, isString } from '../pdf/value.ts';
import { wholeSeconds } from '../ses/make-seal.ts';
import { decodeSeal } from '../ses/seal-codec.ts';
import { isSesSignature } from '../ses/verify-seal.ts';
import { hashSource } from './seal-document.ts';
import { vectorOf } from './sealing-party.ts';
import { verifyDocument } from './verify-document.ts';

/** What of a seal a preparation needs; it is public. */
export type SealFace = {
  readonly esID: string;
  readonly name: string;
  readonly appearance: SealAppearance;
  /** Bytes that a container with this seal takes, with certificates and token. */
  readonly contentsBytes: number;
};

/** Certificates, attributes, signatures and a token beside the seal. */
const BESIDE_SEAL = 12_288;

/** The face of a SESeal, whose own signature is checked. Codes: `seal-malformed`, `seal-not-usable`. */
export async function readSealFace(eseal: Uint8Array): Promise<SealFace> {
  const { content, makerCertificate, signedRaw, signature } = decodeSeal(eseal);
  const { esID, picture, property } = content;
  if (!isSesSignature(makerCertificate, signedRaw, signature))
    throw new TrustError('seal-not-usable', `The signature of the seal maker on seal ${esID} does not verify`);
  const pixels = await decodePicture({ type: picture.type, data: picture.bytes });
  const image = makeAppearance(pixels, picture.widthMm, picture.heightMm);
  const appearance = { ...image, vector: vectorOf(picture) };
  return { esID, name: property.name, appearance, contentsBytes: eseal.length + BESIDE_SEAL };
}

export type PreparationOrder = Pick<SealingLayout, 'page' | 'placement' | 'reason' | 'certify' | 'lock' | 'time'> & {
  readonly face: SealFace;
  readonly mode: ContainerMode;
  readonly containers?: ContainerSettings;
  readonly password?: string | undefined;
};

export type PreparedDocument = {
  /** To be put behind the unchanged input; /Contents is zero. */
  readonly appended: Uint8Array;
  readonly field: string;
  /** SM3 over the ByteRange bytes: what is to be signed. */
  readonly digest: Uint8Array;
};

/** Lays out a sealing and hashes it. Codes: those of `openDocument` and `makeSealingUpdate`. */
export function prepareDocument(source: ByteSource, order: PreparationOrder, inputHash?: Sm3): PreparedDocument {
  const { face, mode, containers = DEFAULT_CONTAINERS, password, time, ...layout } = order;
  const update = makeSealingUpdate(openDocument(source, password), {
    ...layout,
    appearance: face.appearance,
    contentsBytes: face.contentsBytes,
    names: namesOf(containers, mode),
    time: wholeSeconds(time),
    signerName: face.name,
  });
  const { appended, field, gap } = update;
  const hash = (inputHash ?? hashSource(source)).copy();
  hash.update(appended.subarray(0, gap.start)).update(appended.subarray(gap.end));
  return { appended, field, digest: hash.digest() };
}

/** Bytes to be written over those of the prepared document, from `at` on. */
export type Completion = { readonly field: string; readonly at: number; readonly hex: Uint8Array };

/**
 * Where a container goes in a prepared document. Codes: those of `openDocument`; `not-prepared` when there is no empty
 * signature that reaches to the end, or it is too small; `signature-not-for-document` unless the document with the
 * container in it verifies: digest and signature values, whoever signed.
 */
export function completeDocument(
  source: ByteSource,
  der: Uint8Array,
  { password, containers }: { readonly password?: string | undefined; readonly containers?: ContainerSettings } = {},
): Completion {
  const { field, at, room } = findEmptySignature(source, password);
  if (der.length > room)
    throw new TrustError('not-prepared', `The signature has ${der.length} bytes, the document room for ${room}`, {
      hint: 'Prepare the document anew with a larger --reserve.',
    });
  const hex = new Uint8Array(Buffer.from(toHex(der), 'latin1'));
  const question = { trust: null, now: new Date(), ...(containers ? { containers } : {}) };
  const report = verifyDocument(overlaySource(source, at, hex), {
    ...question,
    ...(password === undefined ? {} : { password }),
  });
  const found = report.signatures.find((signature) => signature.field === field);
  const failed = found && [found.integrity, found.cryptography].find(({ status }) => status !== 'passed');
  if (!found || failed || !found.covers_whole_file)
    throw new TrustError('signature-not-for-document', failed?.finding ?? `The signature ${field} cannot be read`);
  return { field, at, hex };
}

function findEmptySignature(source: ByteSource, password: string | undefined) {
  const document = openDocument(source, password);
  for (const { name, dict } of listSignatureFields(document)) {
    const contents = dict.map.get('Contents');
    const range = document.resolve(dict.map.get('ByteRange'));
    if (!isString(contents) || !isArray(range) || contents.bytes.some((byte) => byte !== 0)) continue;
    const isLast = contents.raw.length === 2 * contents.bytes.length + 2;
    if (isLast) return { field: name, at: contents.offset + 1, room: contents.bytes.length };
  }
  throw new TrustError('not-prepared', 'The document has no signature field whose /Contents waits for a signature');
}
