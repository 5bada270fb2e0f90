// The catalogue as the room reads it: every row is verified once, when it enters the cache; a version never changes, so it
// stays there. A row that fails is refused and logged, and licenses of that version are neither issued nor drawn until it
// is put right. A new version is seen by every process within NEWEST_SECONDS, by the one that published it at once.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { type CatalogEntry, verifyCatalogEntry } from '../domain/catalog-entry.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { findCatalogEntry, findNewestVersion, listNewestVersions } from '../store/catalog.ts';

/** How long the number of the newest version of a type is believed. */
const NEWEST_SECONDS = 5;
/** Codes that strangers ask for must not fill the memory. */
const NEWEST_AT_MOST = 10_000;

export type LicenseCatalog = {
  /** The newest version of a type, or null. Throws `license-type-untrusted`. */
  readonly find: (code: string) => Promise<LicenseType | null>;
  /** As `find`; throws `license-type-not-found` for an unknown type. */
  readonly get: (code: string) => Promise<LicenseType>;
  /** One version; throws `license-type-not-found` and `license-type-untrusted`. */
  readonly getVersion: (code: string, version: number) => Promise<LicenseType>;
  /** The entry of a version with its signature, or null. Throws `license-type-untrusted`. */
  readonly findEntry: (code: string, version?: number) => Promise<CatalogEntry | null>;
  /** The newest version of every type that is believed, by code; the others are logged. */
  readonly list: () => Promise<readonly CatalogEntry[]>;
  /** Called after publishing, so that this process sees it at once. */
  readonly forget: (code: string) => void;
};

export type CatalogDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose signatures are accepted: the one that publishes now, and those before it. */
  readonly certificates: readonly Certificate[];
};

export function makeLicenseCatalog(deps: CatalogDeps): LicenseCatalog {
  const entries = new Map<string, CatalogEntry>();
  const newest = new Map<string, { readonly version: number; readonly until: number }>();

  const newestOf = async (code: string): Promise<number | null> => {
    const now = deps.clock().getTime();
    const known = newest.get(code);
    if (known && known.until > now) return known.version;
    const version = await findNewestVersion(deps.db, code);
    if (version === null) return null;
    if (newest.size >= NEWEST_AT_MOST) newest.clear();
    newest.set(code, { version, until: now + NEWEST_SECONDS * 1000 });
    return version;
  };
  const entryOf = async (code: string, version: number): Promise<CatalogEntry | null> => {
    const key = `${code}/${version}`;
    const known = entries.get(key);
    if (known) return known;
    const entry = await readEntry(deps, code, version);
    if (entry) entries.set(key, entry);
    return entry;
  };
  const findEntry = async (code: string, version?: number): Promise<CatalogEntry | null> => {
    const wanted = version ?? (await newestOf(code));
    return wanted === null ? null : entryOf(code, wanted);
  };
  const get = async (code: string, version?: number): Promise<LicenseType> => {
    const entry = await findEntry(code, version);
    if (entry) return entry.type;
    const which = version === undefined ? `no license type ${code}` : `no version ${version} of license type ${code}`;
    throw new TrustError('license-type-not-found', `${which} is published`, { pointer: '/license_type' });
  };
  return {
    find: async (code) => (await findEntry(code))?.type ?? null,
    get: (code) => get(code),
    getVersion: get,
    findEntry,
    list: () => listEntries(deps, entryOf),
    forget: (code) => void newest.delete(code),
  };
}

async function readEntry(deps: CatalogDeps, code: string, version: number): Promise<CatalogEntry | null> {
  const stored = await findCatalogEntry(deps.db, code, version);
  if (!stored) return null;
  const entry = verifyCatalogEntry(stored, deps.certificates);
  if (!('fault' in entry)) return entry;
  deps.log.error({ license_type: code, version, fault: entry.fault }, 'catalogue entry refused');
  throw new TrustError('license-type-untrusted', `version ${version} of license type ${code}: ${entry.fault}`);
}

async function listEntries(
  deps: CatalogDeps,
  entryOf: (code: string, version: number) => Promise<CatalogEntry | null>,
): Promise<readonly CatalogEntry[]> {
  const found: CatalogEntry[] = [];
  for (const { code, version } of await listNewestVersions(deps.db)) {
    const entry = await entryOf(code, version).catch(passUntrusted);
    if (entry) found.push(entry);
  }
  return found;
}

/** It was logged when it was refused; one bad row does not hide the others. */
function passUntrusted(error: unknown): null {
  if (error instanceof TrustError && error.code === 'license-type-untrusted') return null;
  throw error;
}
