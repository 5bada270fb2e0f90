// The catalogue of the tests: entries are signed with the development key, as the seed does it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { importSm2PrivateKey, signSm2 } from '../../common/crypto/sm2.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import type { CatalogSigner } from '../../license/domain/catalog-entry.ts';
import type { LicenseDeps } from '../../license/flow/deps.ts';
import { type CatalogDeps, type LicenseCatalog, makeLicenseCatalog } from '../../license/flow/license-catalog.ts';
import { type PublishOutcome, publishType } from '../../license/flow/publish-type.ts';

let signer: Promise<CatalogSigner> | undefined;

export function catalogSigner(): Promise<CatalogSigner> {
  signer ??= readSigner();
  return signer;
}

async function readSigner(): Promise<CatalogSigner> {
  await makeMissingKeys();
  const read = (name: string) => readFile(join(KEYS_DEV, 'catalog', name), 'utf8');
  const key = importSm2PrivateKey(await read('license-catalog.key.pem'));
  const [certificate] = readCertificatesPem(await read('license-catalog.crt.pem'));
  return { certificate: certificate!, sign: (message) => signSm2(key, message) };
}

export async function openTestCatalog(deps: Omit<CatalogDeps, 'certificates'>): Promise<LicenseCatalog> {
  return makeLicenseCatalog({ ...deps, certificates: [(await catalogSigner()).certificate] });
}

/** Publishes a type, and the room sees it at once. */
export async function publishHere(
  deps: Pick<LicenseDeps, 'db' | 'clock' | 'catalog'>,
  document: unknown,
): Promise<PublishOutcome> {
  const outcome = await publishType(
    { db: deps.db, clock: deps.clock, signer: await catalogSigner(), publishedBy: '示例证照定义机构' },
    document,
  );
  deps.catalog.forget(outcome.type.code);
  return outcome;
}
