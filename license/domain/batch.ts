// A list that is issued in bulk (批量签发): its stages, its rows and what became of them.

export type BatchState = 'checked' | 'running' | 'done' | 'stopped';
export type BatchRowState = 'bad' | 'good' | 'waiting' | 'issued' | 'refused' | 'stopped';

export type Batch = {
  readonly batchId: string;
  readonly organisation: string;
  readonly clientId: string;
  readonly actor: string;
  readonly licenseType: string;
  readonly authorityCode: string;
  readonly title: string;
  /** 32 bytes, of the uploaded file. */
  readonly fileSm3: Uint8Array;
  readonly idempotencyKey: string;
  /** The titles of the columns, as uploaded. */
  readonly header: readonly string[];
  readonly state: BatchState;
  readonly createdAt: Date;
  readonly confirmedAt: Date | null;
  readonly finishedAt: Date | null;
};
export type BatchRow = {
  readonly line: number;
  readonly caseId: string;
  readonly state: BatchRowState;
  /** The cells by title; null once the batch is long over. */
  readonly cellsBox: Uint8Array | null;
  readonly identifier: string | null;
  readonly problem: string | null;
  readonly fault: string | null;
  readonly pointer: string | null;
};
export type BatchCounts = Readonly<Record<BatchRowState, number>>;
export type CountedBatch = { readonly batch: Batch; readonly counts: BatchCounts };
export type RowOutcome =
  | { readonly state: 'issued'; readonly identifier: string }
  | { readonly state: 'refused'; readonly problem: string; readonly fault: string; readonly pointer: string | null };
