// Prepared parties by seal: the picture is decoded and the seal verified once, not at every sealing. A seal that was made
// again has another SM3 and is prepared anew, and after an hour everything is checked again. Every party is kept in the
// database before it seals, so that a repetition finds it as it was.
import type { Knex } from 'knex';
import { derOctetString, derSequence } from '../../common/asn1/der-write.ts';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import type { Revocation } from '../../common/pki/chain-revocation.ts';
import { type TrustStores, withRevocation } from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { RegisteredSeal } from '../domain/registered-seal.ts';
import { findParty, insertParty } from '../store/sealing-parties.ts';
import type { SealForUse } from '../store/sealing-permits.ts';
import { findSeal } from '../store/seals.ts';
import { prepareParty, type SealingParty } from './sealing-party.ts';

export type KnownParty = { readonly party: SealingParty; readonly partySm3: string };

export type PartyCache = {
  /** Codes: `key-not-found`, `seal-malformed`, `seal-not-usable`, `seal-not-found`. */
  get(seal: SealForUse, now: Date): Promise<KnownParty>;
  /** A party as it was when it sealed at `at` under these settings; null when this room never knew it. */
  recall(partySm3: string, containers: ContainerSettings, at: Date): Promise<SealingParty | null>;
};

export type PartyOptions = {
  /** Of the key that uses a seal; null when that key is not here. */
  readonly certificateOf: (keyRef: string) => Promise<Certificate | null>;
  readonly chain: readonly Certificate[];
  readonly trust: TrustStores;
  /** What tells revoked certificates: with those nothing is sealed. What is not known blocks nothing here. */
  readonly revocation?: (() => Promise<Omit<Revocation, 'now'>>) | undefined;
  readonly containers?: ContainerSettings;
};

export type PartyCacheOptions = PartyOptions & { readonly db: Knex };

/** The party of a seal as it is now. Codes: `key-not-found`, `seal-malformed`, `seal-not-usable`. */
export async function prepareSeal(
  { certificateOf, chain, trust, revocation, containers }: PartyOptions,
  { esID, eseal, keyRef }: Pick<RegisteredSeal, 'esID' | 'eseal' | 'keyRef'>,
  now: Date,
): Promise<SealingParty> {
  const signerCertificate = await certificateOf(keyRef);
  if (!signerCertificate)
    throw new TrustError('key-not-found', `Seal ${esID} is used by the key ${keyRef}, which is not here`);
  const known = revocation && { ...(await revocation()), isRequired: false, now };
  const stores = known ? withRevocation(trust, known) : trust;
  const order = { seal: eseal, signerCertificate, chain, keyRef, trust: stores, now };
  return prepareParty(containers ? { ...order, containers } : order);
}

const KEPT_MS = 3_600_000;
const MAX_PARTIES = 200;

type Kept<T> = { readonly party: Promise<T>; until: number };

export function makePartyCache({ db, ...options }: PartyCacheOptions): PartyCache {
  const current = new Map<string, Kept<KnownParty>>();
  const recalled = new Map<string, Kept<SealingParty | null>>();

  const prepare = async ({ esID }: SealForUse, now: Date): Promise<KnownParty> => {
    const seal = await findSeal(db, esID);
    if (!seal) throw new TrustError('seal-not-found', `There is no seal ${esID}`);
    const party = await prepareSeal(options, seal, now);
    const carried = [party.signerCertificate, ...party.authorities].map(({ raw }) => raw);
    const partySm3 = toHex(sm3(derSequence(...[party.seal.raw, ...carried].map((raw) => derOctetString(raw)))));
    await insertParty(db, { partySm3, eseal: party.seal.raw, certificates: carried }, now);
    return { party, partySm3 };
  };

  const remake = async (partySm3: string, containers: ContainerSettings, at: Date): Promise<SealingParty | null> => {
    const kept = await findParty(db, partySm3);
    if (!kept) return null;
    const [signerCertificate, ...authorities] = kept.certificates.map((raw) => parseCertificate(new Uint8Array(raw)));
    const seal = new Uint8Array(kept.eseal);
    const order = { seal, signerCertificate: signerCertificate!, chain: authorities, keyRef: '', now: at };
    return prepareParty({ ...order, containers });
  };

  return {
    get(seal, now) {
      const until = now.getTime() + KEPT_MS;
      const endOf = ({ party }: KnownParty): number => party.signerCertificate.notAfter.getTime();
      return keep(current, `${seal.esealSm3} ${seal.keyRef}`, { now, until, endOf }, () => prepare(seal, now));
    },
    recall: (partySm3, containers, at) =>
      keep(recalled, `${partySm3} ${JSON.stringify(containers)}`, { now: at, until: Number.POSITIVE_INFINITY }, () =>
        remake(partySm3, containers, at),
      ),
  };
}

function keep<T>(
  kept: Map<string, Kept<T>>,
  key: string,
  { now, until, endOf }: { readonly now: Date; readonly until: number; readonly endOf?: (party: T) => number },
  make: () => Promise<T>,
): Promise<T> {
  const known = kept.get(key);
  if (known && known.until > now.getTime()) return known.party;
  const party = make();
  const entry = { party, until };
  party.then(
    (made) => {
      if (endOf) entry.until = Math.min(until, endOf(made));
    },
    () => kept.delete(key),
  );
  if (kept.size >= MAX_PARTIES) kept.delete(kept.keys().next().value as string);
  kept.set(key, entry);
  return party;
}
