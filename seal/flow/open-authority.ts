// The own time-stamp authority made ready at start: key, certificate and chain are checked, so that a stamp that nobody can
// believe is found before the first one is given. The key has a signer of its own: no seal can name it.
import { equalBytes } from '../../common/bytes.ts';
import { isSm2Pair } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import { type KeyFileOptions, readSm2KeyFile } from '../../common/keys/key-file.ts';
import { makeSignerPool } from '../../common/keys/signer-pool.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { type TrustStores, withIntermediates } from '../../common/pki/trust-stores.ts';
import { verifyTrusted } from '../../common/pki/verify-trusted.ts';
import { readKeyFolder } from '../store/key-folder.ts';
import type { TimeStampAuthority } from './answer-time-stamp.ts';

export type AuthorityConfig = KeyFileOptions & {
  readonly tsa: { readonly kind: 'own' | 'external' | 'none' };
  readonly tsaKeysFolder: string | null;
  readonly tsaPolicy: string;
  readonly trustStores: TrustStores;
  readonly chain: readonly Certificate[];
};

export type OpenAuthority = {
  /** Null when time stamps do not come from this room. */
  readonly authority: TimeStampAuthority | null;
  readonly close: () => Promise<void>;
};

const SETTING = 'XINJI_SEAL_TSA_KEYS';

/**
 * `config-invalid` unless the folder holds one pair whose certificate is for time stamps alone and leads to a trusted authority at
 * `now`; errors of `readSm2KeyFile`.
 */
export async function openAuthority(config: AuthorityConfig, now: Date): Promise<OpenAuthority> {
  if (config.tsa.kind !== 'own') return { authority: null, close: async () => undefined };
  const { tsaKeysFolder: folder, mode, tsaPolicy: policy } = config;
  if (!folder) throw invalid('is not set; XINJI_SEAL_TSA is own, which needs a key');
  const { keyFiles, certificates } = readKeyFolder(folder, mode, SETTING);
  const [entry, ...others] = [...certificates];
  if (!entry || others.length > 0) throw invalid(`${folder} holds ${certificates.size} keys; expected one`);
  const [keyRef, certificate] = entry;
  const chain = checkCertificate(certificate, config, now);
  const key = await readSm2KeyFile(keyFiles[keyRef]!, config);
  if (!isSm2Pair(key, certificate.publicKey())) throw invalid(`the key ${keyRef} does not belong to its certificate`);
  const signer = makeSignerPool(new Map([[keyRef, key]]), 1);
  const sign = (message: Uint8Array): Promise<Uint8Array> => signer.sign(keyRef, message);
  return { authority: { certificate, chain, policy, sign }, close: signer.close };
}

/** The authorities between the certificate and the one that is trusted, this one too unless it is a root. */
function checkCertificate(leaf: Certificate, config: AuthorityConfig, now: Date): readonly Certificate[] {
  const trust = withIntermediates(config.trustStores, config.chain);
  const { steps, chain } = verifyTrusted(trust, 'timeStamping', leaf, now);
  const failed = steps.find(({ status }) => status === 'failed');
  if (failed) throw invalid(failed.finding);
  return chain.slice(1).filter(({ subjectRaw, issuerRaw }) => !equalBytes(subjectRaw, issuerRaw));
}

function invalid(found: string): TrustError {
  return new TrustError('config-invalid', `${SETTING}: ${found}`);
}
