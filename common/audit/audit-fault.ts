// What can be wrong with an audit log, by name.

export type AuditFaultKind =
  /** A row's content does not give its hash. */
  | 'row-changed'
  /** A row does not carry the hash of the row before it: moved, put in between, or a row dropped and the rest renumbered. */
  | 'row-out-of-order'
  /** Numbers are missing within a chain. */
  | 'row-missing'
  /** A row that a checkpoint names is not there: the chain was cut off. */
  | 'row-lost'
  /** A row that a checkpoint names has another hash: the chain was computed anew. */
  | 'row-rewritten'
  /** A checkpoint's content does not give its hash, or its signature does not fit. */
  | 'checkpoint-changed'
  /** A checkpoint is signed by none of the given certificates, or outside of its certificate's time. */
  | 'checkpoint-untrusted'
  /** A checkpoint does not carry the hash of the one before it, or numbers are missing. */
  | 'checkpoint-missing'
  /** The copy has a checkpoint that the database lacks. */
  | 'checkpoint-lost'
  /** Copy and database have different checkpoints under one number. */
  | 'checkpoint-replaced'
  /** The time stamp of a checkpoint is over something else, or by nobody who may give one. */
  | 'time-stamp-wrong'
  /** A line of the copy is no checkpoint of this room. */
  | 'copy-unreadable'
  /** An event that the log stands for is not what the log says: its content, or its leaf. */
  | 'event-changed'
  /** The log has an event that its table lacks. */
  | 'event-missing'
  /** The table has an event that the log lacks and that does not wait for it. */
  | 'event-unchained'
  /** The log has an event twice. */
  | 'event-doubled';

export type AuditFault = {
  readonly kind: AuditFaultKind;
  readonly chain?: number;
  readonly row?: number;
  readonly checkpoint?: number;
  /** Line of the copy. */
  readonly line?: number;
  readonly event?: string;
  readonly detail: string;
};

const LISTED = 100;

/** Collects the first hundred; whoever computes a chain anew makes as many as there are rows. */
export function makeFaultList(): {
  readonly add: (fault: AuditFault) => void;
  readonly list: () => { readonly faults: readonly AuditFault[]; readonly hasMore: boolean };
} {
  const faults: AuditFault[] = [];
  let hasMore = false;
  return {
    add: (fault) => {
      if (faults.length < LISTED) faults.push(fault);
      else hasMore = true;
    },
    list: () => ({ faults, hasMore }),
  };
}
