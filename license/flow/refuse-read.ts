// A read that is refused: the event, with the reason, is on disk before the caller is told, also where no license is concerned.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License } from '../domain/license-record.ts';
import { judgeByLaw, type ReadAsk, type ReadGround, type RefusalReason } from '../domain/read-grounds.ts';
import { readLicenseIdentifier } from '../domain/read-identifier.ts';
import { beyondOpen } from '../domain/shared-elements.ts';
import type { LicenseClient } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';
import { listBasesForReading, listEndedBases } from '../store/legal-bases.ts';
import { getClient } from './clients.ts';
import type { LicenseDeps } from './deps.ts';
import { type ReadPurpose, refusedEvent, strangersEvent } from './reader-events.ts';

type Deps = Pick<LicenseDeps, 'db' | 'clock'>;
/** `identifier` null: a search. */
type Asked = ReadPurpose & { readonly identifier: string | null };

export type Refusal = { readonly reason: RefusalReason; readonly why: string };

/** The caller, who has to be registered. Throws client-not-registered. */
export async function getReader(deps: Deps, clientId: string, identifier: string | null): Promise<LicenseClient> {
  try {
    return await getClient(deps, clientId);
  } catch (error) {
    if (isTrustError(error, 'client-not-registered')) {
      // What is no identifier could be anything, a person's number too.
      const named = identifier === null ? null : readLicenseIdentifier(identifier).canonical;
      const caller = { clientId, organisation: null };
      await insertEvent(deps.db, strangersEvent(caller, named, error.code, deps.clock()));
    }
    throw error;
  }
}

/** Throws `read-refused`, whose detail begins with the reason. */
export async function refuse(
  deps: Deps,
  caller: LicenseClient,
  asked: Asked,
  { license, at, reason, why }: Refusal & { readonly license: License | null; readonly at: Date },
): Promise<never> {
  await noteRefusal(deps, caller, asked, { license, at, reason });
  const named = reason === 'no-ground' && asked.groundId !== null ? ` Only ${asked.groundId} was looked at.` : '';
  throw new TrustError('read-refused', `${reason}: ${why}${named}`);
}

/** The event alone, for a refusal that has a problem code of its own. */
export async function noteRefusal(
  { db }: Pick<Deps, 'db'>,
  caller: LicenseClient,
  asked: Asked,
  refused: { readonly license: License | null; readonly at: Date; readonly reason: string },
): Promise<void> {
  const { license, at, reason } = refused;
  const event =
    license === null
      ? strangersEvent(caller, asked.identifier, reason, at)
      : refusedEvent(license, caller, asked, reason, at);
  await insertEvent(db, event);
}

/** Legal bases of a caller that were ended; the named one only when one is named. They carry nothing, they only say why. */
export async function findEndedBases(
  { db }: Pick<Deps, 'db'>,
  clientId: string,
  { groundId }: Pick<ReadPurpose, 'groundId'>,
  at: Date,
): Promise<readonly ReadGround[]> {
  const ended = await listEndedBases(db, clientId, chinaDate(at));
  return ended.filter(({ id }) => groundId === null || id === groundId);
}

/**
 * Of a license that is not there, or not any more, nobody learns more than that he may not read it, and why, unless the law
 * lets him read its type: then license-not-found.
 */
export async function refuseUnknown(
  deps: Deps,
  caller: LicenseClient,
  asked: Asked & Pick<ReadAsk, 'wanted'> & { readonly identifier: string },
  at: Date,
): Promise<never> {
  const { licenseType } = parseLicenseIdentifier(asked.identifier);
  const { clientId, organisation } = caller;
  const live = await listBasesForReading(deps.db, clientId, chinaDate(at));
  const named = live.filter(({ id }) => asked.groundId === null || id === asked.groundId);
  const wanted = beyondOpen(asked.wanted);
  const ask = { ...asked, wanted, clientId, organisation, licenseType, region: null, at };
  const verdict = judgeByLaw(ask, [...named, ...(await findEndedBases(deps, clientId, asked, at))]);
  if (!verdict.allowed) return refuse(deps, caller, asked, { license: null, at, ...verdict });
  await noteRefusal(deps, caller, asked, { license: null, at, reason: 'license-not-found' });
  throw new TrustError('license-not-found', 'there is no license with this identifier');
}
