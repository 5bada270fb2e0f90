// An entry of the catalogue: a published license type and the SM2 signature of who published it. The signature covers the
// document in canonical form (RFC 8785) together with who published it and when, so that no column can be changed alone.
// An entry is made once and read back for as long as licenses of that version exist. Not here: storage (store/catalog.ts).
import { equalBytes, toHex, utf8 } from '../../common/bytes.ts';
import { canonicalJson } from '../../common/canonical-json.ts';
import { verifySm2 } from '../../common/crypto/sm2.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { type LicenseType, parseLicenseType } from './license-type.ts';

/** A row of `license.catalog_entries`, not yet believed. */
export type StoredEntry = {
  readonly code: string;
  readonly version: number;
  readonly document: unknown;
  /** 32 bytes, of the document in canonical form. */
  readonly documentSm3: Uint8Array;
  /** DER, under the default user id of GB/T 35276. */
  readonly signature: Uint8Array;
  /** SM3 of the certificate (DER) whose key signed. */
  readonly certificateSm3: Uint8Array;
  readonly publishedBy: string;
  readonly publishedAt: Date;
};

/** An entry whose signature was verified; `type` is its document as this release reads it, defaults filled in. */
export type CatalogEntry = StoredEntry & { readonly type: LicenseType };

/** Who signs entries: the key lies with whoever publishes, never with the room. */
export type CatalogSigner = {
  readonly certificate: Certificate;
  readonly sign: (message: Uint8Array) => Uint8Array;
};

export function makeCatalogEntry(
  type: LicenseType,
  signer: CatalogSigner,
  published: { readonly by: string; readonly at: Date },
): StoredEntry {
  const unsigned = { document: type, publishedBy: published.by, publishedAt: published.at };
  return {
    ...unsigned,
    code: type.code,
    version: type.version,
    documentSm3: sm3(utf8(canonicalJson(type))),
    signature: signer.sign(messageOf(unsigned)),
    certificateSm3: sm3(signer.certificate.raw),
  };
}

/** Why an entry is not believed. */
export type EntryFault = { readonly fault: string };

/** The entry, or the first thing that is wrong with it. `certificates` are those whose signatures the room accepts. */
export function verifyCatalogEntry(
  stored: StoredEntry,
  certificates: readonly Certificate[],
): CatalogEntry | EntryFault {
  const certificate = certificates.find(({ raw }) => equalBytes(sm3(raw), stored.certificateSm3));
  if (!certificate)
    return { fault: `signed under a certificate that is not accepted: ${toHex(stored.certificateSm3)}` };
  if (!verifySm2(certificate.publicKey(), messageOf(stored), stored.signature))
    return { fault: 'the signature is wrong' };
  const { document } = stored;
  if (!equalBytes(sm3(utf8(canonicalJson(document))), stored.documentSm3)) return { fault: 'its SM3 is wrong' };
  const type = readType(document);
  if ('fault' in type) return type;
  if (type.code !== stored.code || type.version !== stored.version) return { fault: 'the row bears another code' };
  return { ...stored, type };
}

/** What was signed may still be a document that this release does not read. */
function readType(document: unknown): LicenseType | EntryFault {
  try {
    return parseLicenseType(document);
  } catch (error) {
    if (isTrustError(error)) return { fault: error.message };
    throw error;
  }
}

/** What is signed. */
function messageOf(entry: Pick<StoredEntry, 'document' | 'publishedBy' | 'publishedAt'>): Uint8Array {
  const { document, publishedBy, publishedAt } = entry;
  return utf8(canonicalJson({ document, published_at: publishedAt.toISOString(), published_by: publishedBy }));
}
