// Prepared parties by seal: the picture is decoded and the seal verified once, not at every sealing. A seal that was made
// again has another SM3 and is prepared anew, and after an hour everything is checked again.
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { RegisteredSeal } from '../domain/registered-seal.ts';
import { prepareParty, type SealingParty } from './sealing-party.ts';

export type PartyCache = {
  /** Codes: `key-not-found`, `seal-malformed`, `seal-not-usable`. */
  get(seal: RegisteredSeal, now: Date): Promise<SealingParty>;
};

export type PartyCacheOptions = {
  /** Key reference -> certificate. */
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly chain: readonly Certificate[];
  readonly trust: TrustStores;
  readonly containers?: ContainerSettings;
};

const KEPT_MS = 3_600_000;
const MAX_PARTIES = 200;

export function makePartyCache({ certificates, chain, trust, containers }: PartyCacheOptions): PartyCache {
  const kept = new Map<string, { readonly party: Promise<SealingParty>; readonly until: number }>();
  return {
    get(seal, now) {
      const key = `${seal.esealSm3} ${seal.keyRef}`;
      const known = kept.get(key);
      if (known && known.until > now.getTime()) return known.party;
      const signerCertificate = certificates.get(seal.keyRef);
      if (!signerCertificate) {
        throw new TrustError('key-not-found', `Seal ${seal.esID} is used by the key ${seal.keyRef}, which is not here`);
      }
      const { eseal, keyRef } = seal;
      const order = { seal: eseal, signerCertificate, chain, keyRef, trust, now };
      const party = prepareParty(containers ? { ...order, containers } : order);
      party.catch(() => kept.delete(key));
      if (kept.size >= MAX_PARTIES) kept.delete(kept.keys().next().value as string);
      kept.set(key, { party, until: Math.min(now.getTime() + KEPT_MS, signerCertificate.notAfter.getTime()) });
      return party;
    },
  };
}
