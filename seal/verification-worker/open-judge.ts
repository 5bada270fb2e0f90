// The judge of uploads: a few threads under deadline and memory bounds (common/threads/bounded-pool.ts).
import type { VerificationReport } from '../../common/contract/report.ts';
import type { Revocation } from '../../common/pki/chain-revocation.ts';
import { trustBytes } from '../../common/pki/trust-bytes.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { type BoundedPoolOptions, makeBoundedPool } from '../../common/threads/bounded-pool.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { Judge, VerificationQuestion } from '../flow/verify-upload.ts';

export type JudgeOptions = {
  readonly trust: TrustStores;
  /** The default ones unless given. */
  readonly containers?: ContainerSettings;
  /** Fetches what tells revoked certificates before each judgement; left out: nothing does. */
  readonly revocation?: () => Promise<Omit<Revocation, 'now'>>;
  readonly threads: number;
  readonly deadlineSeconds: number;
} & Partial<Pick<BoundedPoolOptions, 'entry' | 'timer' | 'queue'>>;

export type OpenJudge = { readonly judge: Judge; readonly close: () => Promise<void> };

const HEAP_MEGABYTES = 256;
/** Each waits in memory with its file. */
const QUEUE = 32;

/** Codes of the judge: those of a document that cannot be read, `document-too-costly`, `busy`. */
export function openJudge({
  trust,
  containers,
  revocation,
  threads,
  deadlineSeconds,
  ...options
}: JudgeOptions): OpenJudge {
  const pool = makeBoundedPool<VerificationQuestion, VerificationReport>({
    entry: new URL('./entry.ts', import.meta.url),
    workerData: { trust: trustBytes(trust), containers },
    threads,
    queue: QUEUE,
    deadlineMs: deadlineSeconds * 1000,
    heapMegabytes: HEAP_MEGABYTES,
    ...options,
  });
  const judge: Judge = async (question) => {
    if (!revocation) return pool.run(question);
    return pool.run({ ...question, revocation: await revocation() });
  };
  return { judge, close: pool.close };
}
