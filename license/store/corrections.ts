// license.corrections: what holders ask of issuing authorities, and the answers. A row is answered once.
import type { Knex } from 'knex';
import type { CorrectionKind, CorrectionState, StoredCorrection } from '../domain/correction.ts';

const COLUMNS = [
  'correction_id',
  'kind',
  'license_id',
  'identifier',
  'authority_code',
  'holder_key',
  'presentation_id',
  'request_box',
  'state',
  'answer_box',
  'asked_at',
  'answered_at',
  'answered_by',
] as const;

type Row = {
  correction_id: string;
  kind: CorrectionKind;
  license_id: string;
  identifier: string;
  authority_code: string;
  holder_key: Uint8Array;
  presentation_id: string | null;
  request_box: Uint8Array;
  state: CorrectionState;
  answer_box: Uint8Array | null;
  asked_at: Date;
  answered_at: Date | null;
  answered_by: string | null;
};

/** What is open for this license. Its row is locked until the transaction ends, so that of two requests one counts the other. */
export async function countOpenCorrections(trx: Knex.Transaction, licenseId: string): Promise<number> {
  await trx('license.licenses').select('license_id').where({ license_id: licenseId }).forUpdate();
  const rows = await trx('license.corrections').select('correction_id').where({ license_id: licenseId, state: 'open' });
  return rows.length;
}

export async function insertCorrection(db: Knex, correction: StoredCorrection): Promise<void> {
  await db('license.corrections').insert({
    correction_id: correction.correctionId,
    kind: correction.kind,
    license_id: correction.licenseId,
    identifier: correction.identifier,
    authority_code: correction.authorityCode,
    holder_key: correction.holderKey,
    presentation_id: correction.presentationId,
    request_box: correction.requestBox,
    asked_at: correction.askedAt,
  });
}

export async function findCorrection(db: Knex, correctionId: string): Promise<StoredCorrection | null> {
  const rows = await db('license.corrections').select<Row[]>(COLUMNS).where({ correction_id: correctionId });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** What this holder asked about this license, newest first. */
export async function listCorrections(
  db: Knex,
  licenseId: string,
  holderKey: Uint8Array,
  limit = 50,
): Promise<readonly StoredCorrection[]> {
  const rows = await db('license.corrections')
    .select<Row[]>(COLUMNS)
    .where({ license_id: licenseId, holder_key: holderKey })
    .orderBy('asked_at', 'desc')
    .limit(limit);
  return rows.map(fromRow);
}

/** For the clerks of these authorities, oldest first; `state` open, or what was answered. */
export async function listCorrectionsOf(
  db: Knex,
  { authorityCodes, isOpen, offset, limit }: ForClerks,
): Promise<readonly StoredCorrection[]> {
  const query = db('license.corrections')
    .select<Row[]>(COLUMNS)
    .whereIn('authority_code', [...authorityCodes])
    .orderBy('asked_at', isOpen ? 'asc' : 'desc')
    .offset(offset)
    .limit(limit);
  const rows = await (isOpen ? query.where({ state: 'open' }) : query.whereNot({ state: 'open' }));
  return rows.map(fromRow);
}

export type ForClerks = {
  readonly authorityCodes: readonly string[];
  readonly isOpen: boolean;
  readonly offset: number;
  readonly limit: number;
};

/** False when it was answered before. */
export async function answerCorrection(
  trx: Knex,
  correctionId: string,
  answer: { readonly state: 'granted' | 'declined'; readonly box: Uint8Array; readonly at: Date; readonly by: string },
): Promise<boolean> {
  const count = await trx('license.corrections')
    .where({ correction_id: correctionId, state: 'open' })
    .update({ state: answer.state, answer_box: answer.box, answered_at: answer.at, answered_by: answer.by });
  return count === 1;
}

function fromRow(row: Row): StoredCorrection {
  return {
    correctionId: row.correction_id,
    kind: row.kind,
    licenseId: row.license_id,
    identifier: row.identifier,
    authorityCode: row.authority_code,
    holderKey: row.holder_key,
    presentationId: row.presentation_id,
    requestBox: row.request_box,
    state: row.state,
    answerBox: row.answer_box,
    askedAt: row.asked_at,
    answeredAt: row.answered_at,
    answeredBy: row.answered_by,
  };
}
