// A row of an audit log and its place in a chain. Each row carries the SM3 of the one before it and of its own content,
// so that a row cannot be changed, dropped or moved without all rows behind it. Pure.
import { toHex } from '../bytes.ts';
import { sm3 } from '../crypto/sm3.ts';
import { encodeFields } from './encoding.ts';

/** What happened: the part that a room gives. */
export type AuditEntry = {
  readonly at: Date;
  /** For example `sealing.released`. */
  readonly kind: string;
  /** What it happened to, for example a seal code. */
  readonly subject: string;
  /** Who did it: a client id, a `sub`, or `operator`. */
  readonly actor: string;
  readonly requestId?: string | undefined;
  /** Everything else; kept as the JSON text that is made of it once. */
  readonly detail: Readonly<Record<string, unknown>>;
};

/** The last row of a chain; number 0 is the empty chain. */
export type Head = { readonly chain: number; readonly number: number; readonly hash: string };

/** A row as it lies in `<schema>.audit_entries`. Hashes are hexadecimal. */
export type AuditRow = Head & {
  readonly at: Date;
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly requestId: string | null;
  /** The exact JSON text. */
  readonly detail: string;
  readonly previous: string;
};

/** What the first row of a chain follows: it binds the chain to its room and number. */
export function emptyChain(room: string, chain: number): Head {
  return { chain, number: 0, hash: toHex(sm3(encodeFields('xinji audit chain 1', [room, chain]))) };
}

/** Puts entries behind `head`, in order. */
export function chainEntries(head: Head, entries: readonly AuditEntry[]): readonly AuditRow[] {
  const rows: AuditRow[] = [];
  let last: Head = head;
  for (const { requestId = null, detail, ...entry } of entries) {
    const place = { chain: last.chain, number: last.number + 1, previous: last.hash };
    const content = { ...entry, ...place, requestId, detail: JSON.stringify(detail) };
    const row = { ...content, hash: hashRow(content) };
    rows.push(row);
    last = row;
  }
  return rows;
}

/** SM3 over everything that the row holds but its own hash, hexadecimal. */
export function hashRow(row: Omit<AuditRow, 'hash'>): string {
  return toHex(sm3(encodeRow(row)));
}

/** The bytes that are hashed. No two different rows give the same bytes. */
export function encodeRow(row: Omit<AuditRow, 'hash'>): Uint8Array {
  const { chain, number, at, kind, subject, actor, requestId, detail, previous } = row;
  return encodeFields('xinji audit row 1', [
    previous,
    chain,
    number,
    at.getTime(),
    kind,
    subject,
    actor,
    requestId,
    detail,
  ]);
}
