// Everything that this room holds of a person, as one document for himself. That it was handed out is written down first.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { Account } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { findDocument } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { listUnitsOf } from '../store/legal-persons.ts';
import { MOST_ROWS, readOwnRows } from '../store/own-data.ts';
import { listSessionsOf } from '../store/sessions.ts';

export type OwnDataDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

/** Plain values, ready for JSON. */
export type OwnData = Readonly<Record<string, unknown>>;

/** Errors: account-not-found. */
export async function collectOwnData(
  { db, clock, keys }: OwnDataDeps,
  { account, requestId }: { readonly account: Account; readonly requestId: string },
): Promise<OwnData> {
  const { sub } = account;
  const now = clock();
  await insertEvent(db, { at: now, kind: 'account.data-read', sub, requestId });
  const document = await findDocument(db, keys, sub);
  if (document === null) throw new TrustError('account-not-found', 'the account is gone');
  const rows = await readOwnRows(db, account);
  const sections = Object.entries(rows).map(([name, list]) => [name, list.slice(0, MOST_ROWS)] as const);
  const cut = Object.entries(rows).flatMap(([name, list]) => (list.length > MOST_ROWS ? [name] : []));
  const units = await listUnitsOf(db, sub);
  const sessions = await listSessionsOf(db, sub, now);
  return {
    made_at: now.toISOString(),
    person: document,
    units: units.map(({ code, name }) => ({ code, name })),
    sessions: sessions.map(({ startedAt, loggedInAt, expiresAt, acr, clients }) => ({
      started_at: startedAt,
      logged_in_at: loggedInAt,
      expires_at: expiresAt,
      acr,
      clients: clients.map(({ clientId, since }) => ({ client_id: clientId, since })),
    })),
    ...Object.fromEntries(sections),
    // Longer than a download should be: ask the operator for the rest.
    ...(cut.length === 0 ? {} : { first_rows_only: cut }),
  };
}
