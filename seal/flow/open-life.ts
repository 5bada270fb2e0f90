// What the life of seals needs, made ready at start: the maker's key, judged as a verifier would judge it, the authority
// for certificates, the rule for codes.
import type { Knex } from 'knex';
import type { CertificateAuthority } from '../../common/ca/certificate-authority.ts';
import { openDevelopmentAuthority } from '../../common/ca/development-authority.ts';
import { makeFileAuthority } from '../../common/ca/file-authority.ts';
import type { Clock } from '../../common/clock.ts';
import { isSm2Pair } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import { type KeyFileOptions, readSm2KeyFile } from '../../common/keys/key-file.ts';
import { makeSignerPool } from '../../common/keys/signer-pool.ts';
import type { Log } from '../../common/log.ts';
import { DEVELOPMENT_UNIT } from '../../common/pki/certificate.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { type Trust, verifyChain } from '../../common/pki/verify-chain.ts';
import type { SealCodeRule } from '../domain/seal-code.ts';
import { readKeyFolder } from '../store/key-folder.ts';
import type { LifeDeps, SealMaker } from './life-deps.ts';
import { readSealFont } from './seal-font.ts';
import type { SealKeyring } from './seal-keyring.ts';

export type LifeConfig = KeyFileOptions & {
  readonly makerKeysFolder: string | null;
  readonly ca: { readonly kind: 'none' } | { readonly kind: 'files' | 'development'; readonly folder: string };
  readonly codeRule: SealCodeRule;
  readonly sealVersion: number;
};

export type LifeGround = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: SealKeyring;
  readonly rootSecret: Uint8Array;
  readonly trust: TrustStores;
};

export type OpenLife = { readonly life: LifeDeps; readonly close: () => Promise<void> };

const SETTING = 'XINJI_SEAL_MAKER_KEYS';

/** `config-invalid` for a maker's key that no verifier would accept; errors of `readSm2KeyFile`. */
export async function openLife(config: LifeConfig, { trust, ...ground }: LifeGround): Promise<OpenLife> {
  const { maker, close } = await openMaker(config, trust.makers, ground.clock());
  const life: LifeDeps = {
    ...ground,
    codeRule: config.codeRule,
    authority: await openCa(config),
    subjectUnit: config.mode === 'development' ? DEVELOPMENT_UNIT : null,
    maker,
    signers: trust.signers,
    sealVersion: config.sealVersion === 5 ? 5 : 4,
    font: readSealFont,
  };
  return { life, close };
}

async function openCa({ ca, mode }: LifeConfig): Promise<CertificateAuthority | null> {
  if (ca.kind === 'none') return null;
  return ca.kind === 'files' ? makeFileAuthority(ca.folder) : openDevelopmentAuthority(ca.folder, mode);
}

async function openMaker(
  config: LifeConfig,
  makers: Trust,
  now: Date,
): Promise<{ readonly maker: SealMaker | null; readonly close: () => Promise<void> }> {
  const { makerKeysFolder: folder, mode } = config;
  if (folder === null) return { maker: null, close: async () => undefined };
  const { keyFiles, certificates } = readKeyFolder(folder, mode, SETTING);
  const [entry, ...others] = [...certificates];
  if (!entry || others.length > 0) throw invalid(`${folder} holds ${certificates.size} keys; expected one`);
  const [keyRef, certificate] = entry;
  const { steps } = verifyChain({ ...makers, leaf: certificate, at: now, usage: 'seal-making' });
  const fault = steps.find(({ status }) => status === 'failed');
  if (fault) throw invalid(fault.finding);
  const key = await readSm2KeyFile(keyFiles[keyRef]!, config);
  if (!isSm2Pair(key, certificate.publicKey())) throw invalid(`the key ${keyRef} does not belong to its certificate`);
  const signer = makeSignerPool(new Map([[keyRef, key]]), 1);
  return { maker: { certificate, sign: (message) => signer.sign(keyRef, message) }, close: signer.close };
}

function invalid(found: string): TrustError {
  return new TrustError('config-invalid', `${SETTING}: ${found}`);
}
