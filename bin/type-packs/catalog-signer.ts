// Who signs entries of the catalogue: a key file, and the certificate of that key among those that the room accepts.
import { isSm2Pair, signSm2 } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import { type KeyFileOptions, readSm2KeyFile } from '../../common/keys/key-file.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import type { CatalogSigner } from '../../license/domain/catalog-entry.ts';

/** Throws what reading the key throws, and `config-invalid` when none of the certificates belongs to it. */
export async function openCatalogSigner(
  keyFile: string,
  certificates: readonly Certificate[],
  options: KeyFileOptions,
): Promise<CatalogSigner> {
  const key = await readSm2KeyFile(keyFile, options);
  const certificate = certificates.find((one) => isSm2Pair(key, one.publicKey()));
  if (certificate) return { certificate, sign: (message) => signSm2(key, message) };
  throw new TrustError('config-invalid', 'XINJI_LICENSE_CATALOG_KEY is the key of none of the certificates', {
    hint: 'Add its certificate to XINJI_LICENSE_CATALOG_CERTIFICATES, at every instance of the license room too.',
  });
}
