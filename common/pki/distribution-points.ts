// Where a certificate says that its state can be asked (RFC 5280): cRLDistributionPoints. Verification opens none of these
// addresses; they are compared with the part that a list says it is.
import { parseDer } from '../asn1/der.ts';
import { readSequence } from '../asn1/der-read.ts';
import { isTrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

/** The addresses (URI) among them, http and ldap alike, as text for people. */
export function findAddresses(certificate: Certificate): readonly string[] {
  return findDistributionPoints(certificate).flatMap((name) =>
    name[0] === 0x86
      ? [
          Buffer.from(parseDer(name).content)
            .toString('latin1')
            .replace(/[^\x21-\x7e]/g, '?'),
        ]
      : [],
  );
}

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
