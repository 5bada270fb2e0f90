// What has to be done for seals without anybody asking: keepers are told 60 days before a seal and its certificate end,
// revocations that are on record are asked for, destroyed keys are forgotten by this process. Each part can run on several
// nodes at once: notices are written once, revoking again changes nothing.
import { insertNotice, listUntoldEnds } from '../store/seal-notices.ts';
import type { LifeDeps } from './life-deps.ts';
import { settleRevocations } from './seal-certificate.ts';

export const NOTICE_DAYS = 60;
const DAY_MS = 86_400_000;
const BATCH = 500;

export type SealTender = {
  /** One round; nothing that fails is thrown, it is logged and tried again. */
  run(): Promise<void>;
  start(): void;
  /** Waits for a round that is under way. */
  stop(): Promise<void>;
};

type TenderDeps = Pick<LifeDeps, 'db' | 'clock' | 'log' | 'authority' | 'keyring'>;

export function makeSealTender(deps: TenderDeps, everyMs = 60_000): SealTender {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const round = async (): Promise<void> => {
    for (const part of [() => tellEnds(deps), () => settleRevocations(deps), () => deps.keyring.sweep()]) {
      await part().catch((error: unknown) => deps.log.error({ err: error }, 'seals could not be tended'));
    }
  };
  const run = (): Promise<void> => {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    run,
    start: () => {
      timer = setInterval(() => void run(), everyMs);
      timer.unref();
      void run();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function tellEnds({ db, clock }: TenderDeps): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() + NOTICE_DAYS * DAY_MS);
  for (const { applicationId, esID, name, ownerCode, validTo } of await listUntoldEnds(db, {
    now,
    before,
    limit: BATCH,
  })) {
    const end = validTo.toISOString();
    const about = { esID, applicationId, organisation: ownerCode, duty: 'keeper', at: now } as const;
    await insertNotice(db, { ...about, kind: 'certificate-ends', occasion: end, detail: { name, valid_to: end } });
  }
}
