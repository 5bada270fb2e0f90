// Verifying what others sign with: RSA (PKCS#1 v1.5 and PSS, RFC 8017) and ECDSA on P-256, P-384 and P-521 (FIPS 186),
// with SHA-2; SHA-1 and short RSA keys are judged and called weak. What is not in the tables is named, not judged.
// Not here: making such signatures, which this house does only for OpenID Connect.
import { constants, createHash, createPublicKey, createVerify, type KeyObject } from 'node:crypto';
import { type DerNode, parseDer } from '../asn1/der.ts';
import { readExplicit, readInteger, readOid, readSequence } from '../asn1/der-read.ts';
import { isTrustError } from '../errors.ts';

export type ForeignVerdict =
  | { readonly isKnown: false; readonly name: string }
  | { readonly isKnown: true; readonly name: string; readonly isWeak: boolean; readonly isValid: boolean };

export type ForeignQuestion = {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** DER AlgorithmIdentifier of the signature. */
  readonly algorithmRaw: Uint8Array;
  /** Digest algorithm beside it, for identifiers that name only the key. */
  readonly digestAlgorithm?: string;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512';
type Scheme = { readonly kind: 'rsa' | 'pss' | 'ec'; readonly hash: Hash; readonly saltLength?: number };

const HASHES: Readonly<Record<string, Hash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const SCHEMES: Readonly<Record<string, Scheme>> = {
  '1.2.840.113549.1.1.5': { kind: 'rsa', hash: 'sha1' },
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.1': { kind: 'ec', hash: 'sha1' },
  '1.2.840.10045.4.3.2': { kind: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ec', hash: 'sha512' },
};
/** Identifiers that leave the hash to the digest algorithm beside them. */
const BY_KEY: Readonly<Record<string, 'rsa' | 'ec'>> = { '1.2.840.113549.1.1.1': 'rsa', '1.2.840.10045.2.1': 'ec' };
const PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];
const KINDS = { rsa: 'RSA PKCS#1 v1.5', pss: 'RSA PSS', ec: 'ECDSA' } as const;
const SHORTEST_RSA_BITS = 2048;
const LONGEST_RSA_BITS = 8192;

/** A running hash by its identifier; null for one that is not known here. */
export function makeForeignHash(oid: string) {
  const name = HASHES[oid];
  return name === undefined ? null : createHash(name);
}

/** True for SHA-1. */
export const isWeakHash = (oid: string): boolean => HASHES[oid] === 'sha1';

/** `SHA-256`; the identifier itself when it is not known here. */
export const hashName = (oid: string): string => HASHES[oid]?.replace('sha', 'SHA-') ?? oid;

/** Judges a signature; never throws for what it is given. */
export function verifyForeignSignature(question: ForeignQuestion): ForeignVerdict {
  const scheme = readScheme(question);
  if (typeof scheme === 'string') return { isKnown: false, name: scheme };
  const key = readKey(question.spki);
  const details = key?.asymmetricKeyDetails;
  const isRsa = key?.asymmetricKeyType === 'rsa' && scheme.kind !== 'ec';
  const isPssKey = key?.asymmetricKeyType === 'rsa-pss' && scheme.kind === 'pss';
  const isEc = key?.asymmetricKeyType === 'ec' && scheme.kind === 'ec' && CURVES.includes(details?.namedCurve);
  const bits = details?.modulusLength ?? 0;
  const label = `${KINDS[scheme.kind]} with ${scheme.hash.replace('sha', 'SHA-')}`;
  if (!key || !(isRsa || isPssKey || isEc) || bits > LONGEST_RSA_BITS)
    return { isKnown: false, name: `${label} by a key of type ${keyName(key)}` };
  const isShort = !isEc && bits < SHORTEST_RSA_BITS;
  const name = `${label}${isEc ? ` on ${details?.namedCurve}` : `, ${bits} bits`}`;
  return { isKnown: true, name, isWeak: isShort || scheme.hash === 'sha1', isValid: isValid(scheme, key, question) };
}

function isValid(scheme: Scheme, key: KeyObject, { message, signature }: ForeignQuestion): boolean {
  const padding = scheme.kind === 'pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const options =
    scheme.kind === 'ec' ? { key } : { key, padding, ...(scheme.kind === 'pss' && { saltLength: scheme.saltLength! }) };
  try {
    return createVerify(scheme.hash).update(message).verify(options, signature);
  } catch {
    return false;
  }
}

/** The scheme, or the name of what is not known. */
function readScheme({ algorithmRaw, digestAlgorithm = '' }: ForeignQuestion): Scheme | string {
  try {
    const [oidNode, parameters] = readSequence(parseDer(algorithmRaw), 1, 2);
    const oid = readOid(oidNode!);
    if (oid === PSS) return readPss(parameters);
    const kind = BY_KEY[oid];
    if (kind === undefined) return SCHEMES[oid] ?? oid;
    const hash = HASHES[digestAlgorithm];
    return hash ? { kind, hash } : `${oid} with digest ${digestAlgorithm}`;
  } catch (error) {
    if (isTrustError(error)) return `an algorithm identifier that cannot be read (${error.message})`;
    throw error;
  }
}

/** RSASSA-PSS-params (RFC 8017): hash, mask generation over the same hash, length of the salt, trailer 1. */
function readPss(parameters: DerNode | undefined): Scheme | string {
  const fields = parameters ? readSequence(parameters, 0, 4) : [];
  const find = (number: number) => {
    const node = fields.find(({ tag }) => tag === (0xa0 | number));
    return node ? readExplicit(node, number) : null;
  };
  const [hashNode, mask, salt, trailer] = [find(0), find(1), find(2), find(3)];
  const hashOid = hashNode ? readOid(readSequence(hashNode, 1, 2)[0]!) : '1.3.14.3.2.26';
  const [maskOid, maskHash] = mask ? readSequence(mask, 2, 2) : [];
  const maskHashOid = maskHash ? readOid(readSequence(maskHash, 1, 2)[0]!) : '1.3.14.3.2.26';
  const hash = HASHES[hashOid];
  if (!hash) return `RSA PSS with digest ${hashOid}`;
  if ((maskOid && readOid(maskOid) !== MGF1) || maskHashOid !== hashOid || (trailer && readInteger(trailer) !== 1))
    return `RSA PSS with ${hashName(hashOid)} and another mask or trailer`;
  return { kind: 'pss', hash, saltLength: salt ? readInteger(salt) : 20 };
}

function readKey(spki: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function keyName(key: KeyObject | null): string {
  if (!key) return 'unknown';
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  return `${key.asymmetricKeyType ?? 'SM2'}${namedCurve ? ` on ${namedCurve}` : ''}${modulusLength ? ` of ${modulusLength} bits` : ''}`;
}
