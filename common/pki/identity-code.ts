// The number of a person's identity document in a certificate: the extension identifyCode of GB/T 20518, a SET whose member
// [0] is the citizen identity number. Authorities write it as that SET, with either kind of tag, or as a bare string.
// Not here: whether the number is a right one (common/codes), and the other members (officer's card, passport).
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import { readExplicit, readSet, readText } from '../asn1/der-read.ts';
import { derExplicit, derPrintable, derSet } from '../asn1/der-write.ts';
import { isTrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

const TEXTS = [TAG.printableString, TAG.utf8String, TAG.ia5String];
const EXPLICIT_0 = 0xa0;
const IMPLICIT_0 = 0x80;

/** The citizen number as it stands there, X in upper case; null when there is none or it cannot be read. */
export function findIdentityCode({ extensions }: Certificate): string | null {
  const extension = extensions.find(({ oid }) => oid === OID.identityCode);
  if (!extension) return null;
  try {
    const root = parseDer(extension.value, { maxNodes: 8 });
    const member = root.tag === TAG.set ? readSet(root, 1, 3).find(({ tag }) => isFirst(tag)) : root;
    return member ? readMember(member).toUpperCase() : null;
  } catch (error) {
    if (isTrustError(error, 'der-malformed')) return null;
    throw error;
  }
}

/** The value of the extension for a citizen number. */
export function encodeIdentityCode(citizenNumber: string): Uint8Array {
  return derSet(derExplicit(0, derPrintable(citizenNumber)));
}

function readMember(node: DerNode): string {
  if (node.tag === IMPLICIT_0) return Buffer.from(node.content).toString('latin1');
  return readText(node.tag === EXPLICIT_0 ? readExplicit(node, 0) : node, ...TEXTS);
}

const isFirst = (tag: number): boolean => tag === EXPLICIT_0 || tag === IMPLICIT_0;
