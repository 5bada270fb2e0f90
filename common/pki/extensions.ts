// Extensions (RFC 5280) of certificates, revocation lists and OCSP messages: one form for all of them.
import { type DerNode, malformed } from '../asn1/der.ts';
import { readBoolean, readOctetString, readOid, readSequence } from '../asn1/der-read.ts';
import { derBoolean, derOctetString, derOid, derSequence } from '../asn1/der-write.ts';

export type Extension = {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the extnValue OCTET STRING. */
  readonly value: Uint8Array;
};

/** A SEQUENCE OF Extension; `der-malformed` when it is empty or one appears twice. */
export function readExtensionList(list: DerNode): readonly Extension[] {
  const extensions = readSequence(list, 1).map((node) => {
    const [oid, ...others] = readSequence(node, 2, 3);
    // DER omits critical FALSE; authorities that write it are understood, since nothing can hang on it.
    const critical = others.length === 2 ? readBoolean(others[0]!) : false;
    return { oid: readOid(oid!), critical, value: readOctetString(others.at(-1)!) };
  });
  if (new Set(extensions.map(({ oid }) => oid)).size !== extensions.length)
    throw malformed(list.offset, 'an extension appears twice');
  return extensions;
}

/** DER of one Extension around a whole DER value. */
export function encodeExtension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
}
