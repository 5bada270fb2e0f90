// Where a certificate says that its state can be asked (RFC 5280): cRLDistributionPoints. Verification opens none of these
// addresses; they are compared with the part that a list says it is.
import { parseDer } from '../asn1/der.ts';
import { readSequence } from '../asn1/der-read.ts';
import { isTrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

/** DER of each GeneralName among the full names; none when the extension is absent or cannot be read. */
export function findDistributionPoints({ extensions }: Certificate): readonly Uint8Array[] {
  const extension = extensions.find(({ oid }) => oid === OID.crlDistributionPoints);
  if (!extension) return [];
  try {
    return readSequence(parseDer(extension.value))
      .flatMap((point) => readSequence(point).filter(({ tag }) => tag === 0xa0))
      .flatMap(({ children: [name] }) => (name?.tag === 0xa0 ? name.children.map(({ raw }) => raw) : []));
  } catch (error) {
    if (isTrustError(error, 'der-malformed')) return [];
    throw error;
  }
}
