// The own time-stamp authority made ready at start: key, certificate and chain are checked, so that a stamp that nobody can
// believe is found before the first one is given. The key has a signer of its own: no seal can name it.
import { equalBytes } from '../../common/bytes.ts';
import { isSm2Pair, signSm2 } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import { type KeyFileOptions, readSm2KeyFile } from '../../common/keys/key-file.ts';
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

const SETTING = 'XINJI_SEAL_TSA_KEYS';

/**
 * Null when time stamps do not come from this room. `config-invalid` unless the folder holds one pair whose certificate is for time stamps alone and leads to a trusted authority at
 * `now`; errors of `readSm2KeyFile`.
 */
export async function openAuthority(config: AuthorityConfig, now: Date): Promise<TimeStampAuthority | null> {
  if (config.tsa.kind !== 'own') return null;
  const { tsaKeysFolder: folder, mode, tsaPolicy: policy } = config;
  if (!folder) throw invalid('is not set; XINJI_SEAL_TSA is own, which needs a key');
  const { keyFiles, certificates } = readKeyFolder(folder, mode, SETTING);
  const [entry, ...others] = [...certificates];
  if (!entry || others.length > 0) throw invalid(`${folder} holds ${certificates.size} keys; expected one`);
  const [keyRef, certificate] = entry;
  const chain = checkCertificate(certificate, config, now);
  const key = await readSm2KeyFile(keyFiles[keyRef]!, config);
  if (!isSm2Pair(key, certificate.publicKey())) throw invalid(`the key ${keyRef} does not belong to its certificate`);
  // A signature takes as long as handing it to a thread and back.
  const sign = async (message: Uint8Array): Promise<Uint8Array> => signSm2(key, message);
  return { certificate, chain, policy, sign };
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
