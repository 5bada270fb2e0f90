// The issuing authority reads what it issued, by a system or a clerk. It needs no ground, but each answer that tells of a
// holder is a reading like any other: an event, on disk before the answer goes out, which the holder sees under 谁看过. What
// an act itself answers (a license that was issued just now) is none: the act is an event already.
import { isTrustError } from '../../common/errors.ts';
import { AUTHORITY_READS, type AuthorityRead } from '../domain/authority-reading.ts';
import { openLicenseKey } from '../domain/data-keys.ts';
import type { License, LicenseVersion } from '../domain/license-record.ts';
import { insertEvent, insertEvents } from '../store/events.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import { listLicenseVersions } from '../store/versions.ts';
import type { LicenseDeps } from './deps.ts';
import type { AuthorityActor } from './issuer.ts';
import { makeBareEvent, makeEvent } from './make-event.ts';
import { getIssuedHead, readLicenseFile } from './read-license.ts';

/** The name as the holder is told it. */
export type AuthorityReader = Pick<AuthorityActor, 'actor' | 'organisation'> & { readonly organisationName: string };

type Deps = Pick<LicenseDeps, 'db' | 'clock'>;

/** To be called when the answer is ready, before it goes out. One event for each license. */
export async function recordReadings(
  { db, clock }: Deps,
  reader: AuthorityReader,
  what: AuthorityRead,
  licenses: readonly Pick<License, 'dataKey' | 'content'>[],
): Promise<void> {
  const at = clock();
  const { happening, detail } = readingOf(reader, what, at);
  const events = licenses.map(({ dataKey, content: { identifier } }) =>
    makeEvent(dataKey, { ...happening, identifier }, detail),
  );
  const [first] = events;
  if (events.length > 1 || !first) return insertEvents(db, events);
  await insertEvent(db, first);
}

/** The file as it was sealed. Throws `file-corrupt`, `file-store-unavailable`; then nothing was read. */
export async function readFileAsAuthority(
  deps: Deps & Pick<LicenseDeps, 'files'>,
  reader: AuthorityReader,
  license: License,
): Promise<Uint8Array> {
  const pdf = await readLicenseFile(deps, license);
  await recordReadings(deps, reader, 'file', [license]);
  return pdf;
}

/** All versions, the newest first. Throws identifier-malformed, identifier-check, license-not-found. */
export async function listVersionsAsAuthority(
  deps: Deps & Pick<LicenseDeps, 'keys'>,
  reader: AuthorityReader & AuthorityActor,
  identifier: string,
): Promise<readonly LicenseVersion[]> {
  const head = await getIssuedHead(deps, reader, identifier);
  const versions = await listLicenseVersions(deps.db, head.licenseId);
  const { happening, detail } = readingOf(reader, 'versions', deps.clock());
  try {
    const dataKey = openLicenseKey(deps.keys, head.licenseId, head, await findHolderKeys(deps.db, head.holderKeys));
    await insertEvent(deps.db, makeEvent(dataKey, { ...happening, identifier }, detail));
  } catch (error) {
    if (!isTrustError(error, 'license-shredded')) throw error;
    // Nobody is left who could be told in words; that it was read stays on record.
    await insertEvent(deps.db, makeBareEvent({ ...happening, identifier, licenseId: head.licenseId }));
  }
  return versions;
}

function readingOf({ actor, organisation, organisationName }: AuthorityReader, what: AuthorityRead, at: Date) {
  const { kind, fields } = AUTHORITY_READS[what];
  return {
    happening: { at, kind, actor, organisation, basis: 'authority' },
    detail: { organisation_name: organisationName, fields },
  };
}
