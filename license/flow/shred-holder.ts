// Destroys what the house keeps of a holder, on order of an administrator of licenses, asked twice:
//   1 whose key, and what would become unreadable   2 without confirmation: say so, do nothing
//   3 one transaction: the key, the traces that name the holder, the record of the order, one event for each license
// What is not of him alone stays readable through the others. The hash chain holds ciphertext and stays whole.
import type { Knex } from 'knex';
import { equalBytes, toHex } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { type HolderKeyRow, openHolderKey, openLicenseKey } from '../domain/data-keys.ts';
import { holderKey as holderKeyOf } from '../domain/holder-key.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import {
  type ConcernedLicense,
  isConfirmation,
  makeConfirmation,
  planShredding,
  type ShreddingOrder,
  type ShreddingPlan,
} from '../domain/shredding.ts';
import { deleteConsentsOfHolder } from '../store/consents.ts';
import { insertEvents } from '../store/events.ts';
import { deleteHolderKey, findHolderKeys } from '../store/holder-keys.ts';
import {
  hasUnfinishedIssue,
  insertShredding,
  listConcernedLicenses,
  removeDeskTraces,
  removeTracesOfHolder,
  type Shredding,
} from '../store/shreddings.ts';
import type { LicenseDeps } from './deps.ts';
import { makeBareEvent, makeEvent } from './make-event.ts';
import { emptyRowsOfHolder, removeDraftsOfHolder } from './shred-desk.ts';

export type ShreddingRequest = {
  readonly holder: { readonly codeType: string; readonly code: string };
  readonly reason: string;
  /** What the first asking answered. */
  readonly confirmation?: string | undefined;
};

export type ShreddingAsked = { readonly confirmation: string; readonly destroyed: number; readonly kept: number };
export type ShreddingOutcome = { readonly asked: ShreddingAsked } | { readonly done: Shredding };

type ShredDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;

/**
 * Without `confirmation` nothing is changed. Throws holder-not-found, license-pending while a license is being issued to
 * him, shredding-not-confirmed when the order or what it would destroy is not what was confirmed.
 */
export async function shredHolder(
  deps: ShredDeps,
  orderedBy: string,
  { holder, reason, confirmation }: ShreddingRequest,
): Promise<ShreddingOutcome> {
  const order = { holderKey: holderKeyOf(deps.keys.pepper, holder.codeType, holder.code), reason, orderedBy };
  if (confirmation !== undefined)
    return {
      done: await deps.db.transaction(async (trx) => {
        const done = await shred(deps, trx, order, confirmation);
        await emptyRowsOfHolder(trx, deps.keys, holder.code, done.shreddedAt);
        await removeDraftsOfHolder(trx, deps.keys, holder.code);
        return done;
      }),
    };
  // 1 and 2
  const { plan } = await readPlan(deps, deps.db, order);
  const asked = makeConfirmation(deps.keys.fingerprint, order, plan, deps.clock());
  return { asked: { confirmation: asked, destroyed: plan.destroyed.length, kept: plan.kept.length } };
}

/** `others`: what is left of the holders who hold with him. */
type Read = { readonly plan: ShreddingPlan; readonly others: readonly HolderKeyRow[] };

async function readPlan({ keys }: ShredDeps, db: Knex, { holderKey }: ShreddingOrder): Promise<Read> {
  const licenses = await listConcernedLicenses(db, holderKey);
  const all = [holderKey, ...licenses.flatMap(({ holderKeys }) => holderKeys)];
  const rows = await findHolderKeys(db, [...new Map(all.map((key) => [toHex(key), key])).values()]);
  const others = rows.filter((row) => !equalBytes(row.holderKey, holderKey));
  if (others.length === rows.length) throw holderNotFound();
  return {
    plan: planShredding(
      licenses,
      others.map((row) => openHolderKey(keys, row)),
    ),
    others,
  };
}

/** 3 */
async function shred(
  deps: ShredDeps,
  trx: Knex.Transaction,
  order: ShreddingOrder,
  confirmation: string,
): Promise<Shredding> {
  const { plan, others } = await readPlan(deps, trx, order);
  const now = deps.clock();
  if (!isConfirmation(deps.keys.fingerprint, order, plan, confirmation, now))
    throw new TrustError('shredding-not-confirmed', 'this is not the confirmation of this order as it stands now');
  if (!(await deleteHolderKey(trx, order.holderKey))) throw holderNotFound();
  if (await hasUnfinishedIssue(trx, order.holderKey))
    throw new TrustError('license-pending', 'a license is being issued to this holder', {
      hint: 'Wait until it is issued, or finish it by `xinji resume`; then ask again.',
    });
  await deleteConsentsOfHolder(trx, order.holderKey);
  await removeTracesOfHolder(trx, order.holderKey);
  await removeDeskTraces(
    trx,
    [...plan.destroyed, ...plan.kept].map(({ licenseId }) => licenseId),
  );
  const { destroyed, kept } = plan;
  const counts = { destroyed: destroyed.length, kept: kept.length };
  const done = { ...order, ...counts, shreddingId: makeId('shr'), shreddedAt: now };
  await insertShredding(trx, done);
  await insertEvents(trx, makeEvents(deps, done, plan, others));
  return done;
}

/** What stays readable is told why; of the others nobody could read it. */
function makeEvents(
  deps: ShredDeps,
  done: Shredding,
  { destroyed, kept }: ShreddingPlan,
  others: readonly HolderKeyRow[],
): readonly LicenseEvent[] {
  const eventOf = (license: ConcernedLicense | null, isKept: boolean): LicenseEvent => {
    const { shreddedAt: at, orderedBy: actor, reason } = done;
    const identifier = license?.identifier ?? null;
    const basis = `shredding:${done.shreddingId}`;
    const happening = { at, kind: 'shredded', identifier, actor, organisation: null, basis } as const;
    if (license === null || !isKept) return makeBareEvent({ ...happening, licenseId: license?.licenseId ?? null });
    return makeEvent(openLicenseKey(deps.keys, license.licenseId, license, others), happening, { reason });
  };
  const concerned = [...destroyed.map((one) => eventOf(one, false)), ...kept.map((one) => eventOf(one, true))];
  return concerned.length > 0 ? concerned : [eventOf(null, false)];
}

function holderNotFound(): TrustError {
  return new TrustError('holder-not-found', 'nothing is kept for this holder');
}
