// identity.scans: codes shown for 扫码登录. Every step of a code is a compare-and-set: of two phones, two clicks or two tabs
// one wins. Codes are kept as SM3 digests.
import type { Knex } from 'knex';
import type { Level } from '../domain/assurance.ts';
import type { Scan, ScanState } from '../domain/scan.ts';

type Row = {
  interaction_uid: string;
  turn: number;
  client_id: string;
  number: number;
  device: string;
  address: string;
  state: ScanState;
  account_id: string | number | null;
  session_uid: string | null;
  level: Level | null;
  shown_at: Date;
  expires_at: Date;
};

const COLUMNS = `interaction_uid, turn, client_id, number, device, address, state, account_id, session_uid, level, shown_at,
  expires_at`;
/** Only the newest code of an interaction counts. */
const IS_LAST = `not exists (select 1 from identity.scans later
  where later.interaction_uid = scans.interaction_uid and later.turn > scans.turn)`;

export type NewScan = Pick<
  Scan,
  'interactionUid' | 'turn' | 'clientId' | 'number' | 'device' | 'address' | 'shownAt' | 'expiresAt'
> & { readonly codeDigest: Uint8Array };

/** False when another request has taken this turn. */
export async function insertScan(db: Knex, scan: NewScan): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into identity.scans
       (code_digest, interaction_uid, turn, client_id, number, device, address, shown_at, expires_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    [
      Buffer.from(scan.codeDigest),
      scan.interactionUid,
      scan.turn,
      scan.clientId,
      scan.number,
      scan.device,
      scan.address,
      scan.shownAt,
      scan.expiresAt,
    ],
  );
  return rowCount === 1;
}

/** The newest code of an interaction. */
export async function findLastScan(db: Knex, interactionUid: string): Promise<Scan | null> {
  const query = db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.scans where interaction_uid = ? order by turn desc limit 1`,
    [interactionUid],
  );
  const { rows } = await query.options({ name: 'scan-last' });
  return rows[0] ? toScan(rows[0]) : null;
}

/** The code as it is, whatever became of it; null also for one that a newer one has replaced. */
export async function findScan(db: Knex, codeDigest: Uint8Array): Promise<Scan | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.scans where code_digest = ? and ${IS_LAST}`,
    [Buffer.from(codeDigest)],
  );
  return rows[0] ? toScan(rows[0]) : null;
}

/** waiting -> scanned, for the account that came first. */
export async function claimScan(
  db: Knex,
  { codeDigest, accountId, now }: { codeDigest: Uint8Array; accountId: number; now: Date },
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.scans set state = 'scanned', account_id = :accountId
     where code_digest = :digest and state = 'waiting' and expires_at > :now and ${IS_LAST}`,
    { digest: Buffer.from(codeDigest), accountId, now },
  );
  return rowCount === 1;
}

export type ScanDecision = {
  readonly codeDigest: Uint8Array;
  readonly accountId: number;
  readonly sessionUid: string;
  readonly level: Level;
  readonly confirmed: boolean;
  readonly now: Date;
  /** Until when the other screen may go on. */
  readonly expiresAt: Date;
};

/** scanned -> confirmed or refused, once, by the account that scanned it. */
export async function decideScan(db: Knex, decision: ScanDecision): Promise<Scan | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `update identity.scans
     set state = :state, session_uid = :sessionUid, level = :level, expires_at = :expiresAt
     where code_digest = :digest and state = 'scanned' and account_id = :accountId and expires_at > :now and ${IS_LAST}
     returning ${COLUMNS}`,
    {
      state: decision.confirmed ? 'confirmed' : 'refused',
      sessionUid: decision.sessionUid,
      level: decision.level,
      expiresAt: decision.expiresAt,
      digest: Buffer.from(decision.codeDigest),
      accountId: decision.accountId,
      now: decision.now,
    },
  );
  return rows[0] ? toScan(rows[0]) : null;
}

/** confirmed -> used, once, in the interaction that showed it. */
export async function useScan(db: Knex, interactionUid: string, now: Date): Promise<Scan | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `update identity.scans set state = 'used'
     where interaction_uid = :interactionUid and state = 'confirmed' and expires_at > :now and ${IS_LAST}
     returning ${COLUMNS}`,
    { interactionUid, now },
  );
  return rows[0] ? toScan(rows[0]) : null;
}

/** At most `limit` rows that ended before `before`; returns how many went. */
export async function deleteOldScans(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.scans where ctid = any(array(
       select ctid from identity.scans where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function toScan(row: Row): Scan {
  return {
    interactionUid: row.interaction_uid,
    turn: row.turn,
    clientId: row.client_id,
    number: row.number,
    device: row.device,
    address: row.address,
    state: row.state,
    accountId: row.account_id === null ? null : Number(row.account_id),
    sessionUid: row.session_uid,
    level: row.level,
    shownAt: row.shown_at,
    expiresAt: row.expires_at,
  };
}
