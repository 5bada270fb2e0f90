// X.501 distinguished names: parts for rules, RFC 4514 text for people.
// Not here: matching rules; issuer and subject are compared byte by byte, as certificates of one authority carry them.
import { type DerNode, TAG } from '../asn1/der.ts';
import { readOid, readSequence, readSet, readText } from '../asn1/der-read.ts';
import { derOid, derPrintable, derSequence, derSet, derUtf8 } from '../asn1/der-write.ts';
import { toHex } from '../bytes.ts';

export type NamePart = {
  /** Short name such as `CN`, or the dotted identifier. */
  readonly type: string;
  readonly value: string;
};

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '0.9.2342.19200300.100.1.25': 'DC',
};

const TEXT_TAGS = [TAG.utf8String, TAG.printableString, TAG.ia5String, TAG.bmpString, TAG.teletexString];

/** The parts of a Name in the order of the encoding (country first, as a rule). */
export function readName(node: DerNode): readonly NamePart[] {
  return readSequence(node).flatMap((set) =>
    readSet(set, 1).map((attribute) => {
      const [type, value] = readSequence(attribute, 2, 2);
      const oid = readOid(type!);
      const isText = TEXT_TAGS.some((tag) => tag === value!.tag);
      return {
        type: SHORT_NAMES[oid] ?? oid,
        value: isText ? readText(value!, ...TEXT_TAGS) : `#${toHex(value!.raw)}`,
      };
    }),
  );
}

const OIDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SHORT_NAMES).map(([oid, name]) => [name, oid]),
);

/** DER of a Name, one part an RDN in the order given: country and serial number PrintableString, the rest UTF8String. */
export function encodeName(parts: readonly NamePart[]): Uint8Array {
  return derSequence(
    ...parts.map(({ type, value }) => {
      const text = type === 'C' || type === 'serialNumber' ? derPrintable(value) : derUtf8(value);
      return derSet(derSequence(derOid(OIDS[type] ?? type), text));
    }),
  );
}

/** RFC 4514 text, the most specific part first: `CN=…, O=…, C=CN`. */
export function nameText(parts: readonly NamePart[]): string {
  return parts
    .toReversed()
    .map(({ type, value }) => `${type}=${value.replace(/[,+"\\<>;]/g, '\\$&')}`)
    .join(', ');
}

/** The last value of a type, the empty text when there is none. */
export function namePart(parts: readonly NamePart[], type: string): string {
  return parts.findLast((part) => part.type === type)?.value ?? '';
}
