// The audit log of a room's process: its own connection, the writer, and the checkpoints with their clock.

import { equalBytes } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import { signSm2 } from '../crypto/sm2.ts';
import { connect } from '../db/connect.ts';
import { TrustError } from '../errors.ts';
import { type KeyFileOptions, readSm2KeyFile } from '../keys/key-file.ts';
import type { Log } from '../log.ts';
import type { Certificate } from '../pki/certificate.ts';
import { type AuditLog, makeAuditLog } from './audit-log.ts';
import { makeCheckpointCopy } from './checkpoint-copy.ts';
import { type Checkpointer, type CheckpointSigner, makeCheckpointer, type TimeStamper } from './checkpointer.ts';

export type OpenAuditOptions = {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly room: string;
  readonly signer: CheckpointSigner;
  /** Folder of the copy of the checkpoints. */
  readonly copyFolder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly stamp?: TimeStamper;
};

export type OpenAudit = {
  readonly audit: AuditLog;
  readonly checkpoints: Checkpointer;
  /** Makes checkpoints every second and asks for time stamps every minute, until `close`. */
  readonly start: () => void;
  /** Commits what waits, makes a last checkpoint, ends the connection. */
  readonly close: () => Promise<void>;
};

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Opens nothing yet: the first row does. */
export function openAudit(options: OpenAuditOptions): OpenAudit {
  const { databaseUrl, schema, room, log } = options;
  const db = connect(databaseUrl, { applicationName: `xinji ${room} audit`, poolMin: 1, poolMax: 1, byKey: true });
  const audit = makeAuditLog({ db, schema, room });
  const checkpoints = makeCheckpointer({ ...options, db, copy: makeCheckpointCopy(options.copyFolder) });
  const timers: NodeJS.Timeout[] = [];
  const atWork = new Set<Promise<unknown>>();
  const every = (period: number, act: () => Promise<unknown>): void => {
    let turn: Promise<unknown> | null = null;
    const end = (): void => {
      atWork.delete(turn!);
      turn = null;
    };
    const begin = (): void => {
      if (turn) return;
      turn = act().catch((error: unknown) => log.warn({ err: error }, 'a checkpoint has to wait'));
      atWork.add(turn);
      turn.then(end);
    };
    const timer = setInterval(begin, period);
    timer.unref();
    timers.push(timer);
  };
  return {
    audit,
    checkpoints,
    start: () => {
      every(SECOND_MS, checkpoints.run);
      if (options.stamp) every(MINUTE_MS, checkpoints.stampNewest);
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await audit.close();
      await Promise.all(atWork);
      await checkpoints.run().catch((error: unknown) => log.warn({ err: error }, 'the last checkpoint was not made'));
      await db.destroy();
    },
  };
}

/** The key of a file with its certificate; `key-mismatch` when they do not belong together, and those of the file. */
export async function openCheckpointSigner(
  keyPath: string,
  certificate: Certificate,
  options: KeyFileOptions,
): Promise<CheckpointSigner> {
  const key = await readSm2KeyFile(keyPath, options);
  if (!equalBytes(key.publicKey.spki, certificate.publicKey().spki)) {
    throw new TrustError('key-mismatch', `${keyPath} is not the key of ${certificate.subject}`);
  }
  return { certificate, sign: async (message) => signSm2(key, message) };
}
