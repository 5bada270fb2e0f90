// A holder asks the authority that issued his license, and its clerk answers once. Both are events of the license.
import { randomBytes } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';
import { NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import {
  answerPlace,
  type Correction,
  type CorrectionKind,
  MAX_CORRECTION_TEXT,
  MAX_OPEN_CORRECTIONS,
  requestPlace,
  type StoredCorrection,
} from '../domain/correction.ts';
import { closePayload, type DataKey, openLicenseKey, openPayload, type Place } from '../domain/data-keys.ts';
import type { LicenseHead } from '../domain/license-record.ts';
import {
  countOpenCorrections,
  type ForClerks,
  findCorrection,
  insertCorrection,
  listCorrections,
  listCorrectionsOf,
  answerCorrection as markAnswered,
} from '../store/corrections.ts';
import { insertEvent } from '../store/events.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import { findLicenseHeads } from '../store/licenses.ts';
import type { LicenseDeps } from './deps.ts';
import { makeEvent } from './make-event.ts';
import { getOwnPresentation, type Presenter, stopPresentation } from './present-licenses.ts';
import { getOwnLicense } from './read-license.ts';

type Deps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;
type Asked = { readonly kind: CorrectionKind; readonly text: string; readonly presentationId?: string };

/**
 * Asks; returns the correction's id. Throws license-not-found, invalid-request for no or too long a text, corrections-open
 * when too many wait for an answer already.
 */
export async function askCorrection(
  deps: Deps,
  { holderKey, account }: Presenter,
  identifier: string,
  { kind, text, presentationId }: Asked,
): Promise<string> {
  const { head, dataKey } = await getOwnLicense(deps, holderKey, identifier);
  const words = checkText(text);
  const askedAt = deps.clock();
  const correctionId = makeId('cor');
  await deps.db.transaction(async (trx) => {
    if ((await countOpenCorrections(trx, head.licenseId)) >= MAX_OPEN_CORRECTIONS) {
      throw new TrustError('corrections-open', `${MAX_OPEN_CORRECTIONS} requests for this license are open`);
    }
    await insertCorrection(trx, {
      correctionId,
      kind,
      licenseId: head.licenseId,
      identifier,
      authorityCode: head.authorityCode,
      holderKey,
      presentationId: presentationId ?? null,
      requestBox: close(dataKey, requestPlace(correctionId), words),
      state: 'open',
      answerBox: null,
      askedAt,
      answeredAt: null,
      answeredBy: null,
    });
    const detail = { correction_id: correctionId, correction_kind: kind };
    const who = { actor: account, organisation: null, basis: 'holder' };
    await insertEvent(trx, makeEvent(dataKey, { kind: 'correction-asked', at: askedAt, identifier, ...who }, detail));
  });
  return correctionId;
}

/**
 * The holder does not know who read, or stops before anybody does: no code of the presentation works any more, and each
 * issuing authority gets a complaint. Throws code-unknown, and as `askCorrection`.
 */
export async function reportPresentation(
  deps: Deps,
  presenter: Presenter,
  presentationId: string,
  text: string,
): Promise<void> {
  const { items } = await getOwnPresentation(deps, presenter.holderKey, presentationId);
  await stopPresentation(deps, presenter.holderKey, presentationId);
  for (const { identifier } of items)
    await askCorrection(deps, presenter, identifier, { kind: 'complaint', text, presentationId });
}

export type Clerk = { readonly account: string; readonly organisation: string };
export type CorrectionAnswer = { readonly state: 'granted' | 'declined'; readonly text: string };

/** Throws not-found for a correction of another authority, correction-answered when it was answered before, invalid-request. */
export async function answerCorrection(
  deps: Deps,
  clerk: Clerk,
  correctionId: string,
  { state, text }: CorrectionAnswer,
): Promise<void> {
  const found = await findCorrection(deps.db, correctionId);
  if (found?.authorityCode !== clerk.organisation) throw new TrustError('not-found', 'there is no such request');
  const words = checkText(text);
  const [dataKey] = await openKeys(deps, [found]);
  if (!dataKey) throw new TrustError('license-shredded', 'the keys of all holders of this license were destroyed');
  const at = deps.clock();
  const { identifier } = found;
  await deps.db.transaction(async (trx) => {
    const box = close(dataKey, answerPlace(correctionId), words);
    if (!(await markAnswered(trx, correctionId, { state, box, at, by: clerk.account }))) {
      throw new TrustError('correction-answered', 'the request was answered before');
    }
    const detail = { correction_id: correctionId, state };
    const who = { actor: clerk.account, organisation: clerk.organisation, basis: 'authority' };
    await insertEvent(trx, makeEvent(dataKey, { kind: 'correction-answered', at, identifier, ...who }, detail));
  });
}

/** What this holder asked about a license of his, newest first. */
export async function listOwnCorrections(
  deps: Deps,
  holderKey: Uint8Array,
  licenseId: string,
): Promise<readonly Correction[]> {
  return openCorrections(deps, await listCorrections(deps.db, licenseId, holderKey));
}

/** For the clerks of these authorities; what was shredded is left out. */
export async function listCorrectionsForClerks(deps: Deps, which: ForClerks): Promise<readonly Correction[]> {
  return openCorrections(deps, await listCorrectionsOf(deps.db, which));
}

async function openCorrections(deps: Deps, rows: readonly StoredCorrection[]): Promise<readonly Correction[]> {
  const keys = await openKeys(deps, rows);
  return rows.flatMap(({ requestBox, answerBox, holderKey: _, ...row }, index) => {
    const dataKey = keys[index];
    if (!dataKey) return [];
    const request = open(dataKey, requestPlace(row.correctionId), requestBox);
    const answer = answerBox === null ? null : open(dataKey, answerPlace(row.correctionId), answerBox);
    return [{ ...row, request, answer }];
  });
}

/** The data key of each row's license; null where the keys of all its holders were destroyed. */
async function openKeys(
  { db, keys }: Deps,
  rows: readonly Pick<StoredCorrection, 'licenseId'>[],
): Promise<readonly (DataKey | null)[]> {
  const heads = await findLicenseHeads(db, [...new Set(rows.map(({ licenseId }) => licenseId))]);
  const holders =
    heads.length === 0
      ? []
      : await findHolderKeys(
          db,
          heads.flatMap(({ holderKeys }) => holderKeys),
        );
  const opened = new Map<string, DataKey | null>();
  const openOne = (head: LicenseHead): DataKey | null => {
    try {
      return openLicenseKey(keys, head.licenseId, head, holders);
    } catch (error) {
      if (isTrustError(error, 'license-shredded')) return null;
      throw error;
    }
  };
  for (const head of heads) opened.set(head.licenseId, openOne(head));
  return rows.map(({ licenseId }) => opened.get(licenseId) ?? null);
}

function checkText(text: string): string {
  const words = text.normalize('NFC').trim();
  if (words === '' || words.length > MAX_CORRECTION_TEXT) {
    const detail = `1 to ${MAX_CORRECTION_TEXT} characters are expected`;
    throw new TrustError('invalid-request', detail, { pointer: '/text' });
  }
  return words;
}

function close(dataKey: DataKey, place: Place, text: string): Uint8Array {
  return closePayload(dataKey, place, utf8(text), randomBytes(NONCE_BYTES));
}

function open(dataKey: DataKey, place: Place, box: Uint8Array): string {
  return new TextDecoder().decode(openPayload(dataKey, place, box));
}
