// Twenty seals on one document of 100 MB in one call against one, and what a further seal costs against the sealing of a
// document of 1 KB. The document is hashed once for all.
import { signSm2 } from '../common/crypto/sm2.ts';
import { sealInTurn } from '../seal/flow/seal-document.ts';
import { memorySource } from '../seal/pdf/byte-source.ts';
import { type Benchmark, measure, type Result } from './measure.ts';
import { makePdfOfSize, makeSealKit, type SealKit } from './seal-kit.ts';

const MANY = 20;

export const manySeals: Benchmark = {
  name: 'many-seals',
  run: async () => {
    const now = new Date();
    const kit = await makeSealKit(now);
    const [large, small] = [await makePdfOfSize(100_000_000), await makePdfOfSize(1000)];
    const sealed = await measure(
      'Several seals on 100 MB',
      'one call, dual container, verified before release',
      { floor: () => seal(kit, large, 1, now), 'twenty seals': () => seal(kit, large, MANY, now) },
      { rounds: 3, warmUp: 1 },
    );
    const further = await measure(
      'A further seal',
      'per seal',
      { floor: () => many(kit, small, now), 'further seals of a call': () => seal(kit, small, MANY, now) },
      { rounds: 9, warmUp: 20 },
    );
    return [sealed, perSeal(further)];
  },
};

/** Both variants make as many seals. */
const perSeal = (result: Result): Result => ({
  ...result,
  rows: result.rows.map((row) => ({ ...row, wall_ms: row.wall_ms / MANY, cpu_ms: row.cpu_ms / MANY })),
});

async function many(kit: SealKit, pdf: Uint8Array, time: Date): Promise<void> {
  for (let i = 0; i < MANY; i++) await seal(kit, pdf, 1, time);
}

async function seal({ party, key }: SealKit, pdf: Uint8Array, count: number, time: Date): Promise<void> {
  const signer = { sign: async (_: string, message: Uint8Array) => signSm2(key, message) };
  const orders = Array.from({ length: count }, (_, i) => ({
    party,
    placement: { xMm: 5 + 5 * i, yMm: 20 },
    time,
    tools: { signer },
  }));
  await sealInTurn({ source: memorySource(pdf) }, orders);
}
