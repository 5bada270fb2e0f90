// Verifying a document with one revision against its floor (the SM2 verifications that the verdict needs, over messages of
// their length, and one SM3 pass), and twenty revisions against one: all in one pass.
import { createHash, createVerify, randomBytes } from 'node:crypto';
import { concatBytes } from '../common/bytes.ts';
import { signSm2 } from '../common/crypto/sm2.ts';
import { sealInTurn } from '../seal/flow/seal-document.ts';
import { verifyDocument } from '../seal/flow/verify-document.ts';
import { memorySource } from '../seal/pdf/byte-source.ts';
import { type Benchmark, measure } from './measure.ts';
import { makePdfOfSize, makeSealKit, type SealKit } from './seal-kit.ts';

const MANY = 20;

export const verifying: Benchmark = {
  name: 'verifying',
  run: async () => {
    const now = new Date();
    const kit = await makeSealKit(now);
    const results = [];
    for (const [label, size] of [
      ['1 MB', 1_000_000],
      ['100 MB', 100_000_000],
    ] as const) {
      const pdf = await makePdfOfSize(size);
      const [one, many] = [await seal(kit, pdf, 1, now), await seal(kit, pdf, MANY, now)];
      const judge = (sealed: Uint8Array) => () => {
        const { signatures } = verifyDocument(memorySource(sealed), { trust: kit.trust, now });
        if (signatures.some(({ indication }) => indication !== 'TOTAL-PASSED')) throw new Error('it does not pass');
      };
      const variants = { floor: makeFloor(one, kit), 'one revision': judge(one), 'twenty revisions': judge(many) };
      const isLarge = size > 10_000_000;
      const options = { rounds: isLarge ? 3 : 9, warmUp: isLarge ? 1 : 10, times: isLarge ? 1 : 3 };
      results.push(await measure(`Verifying ${label}`, 'one document', variants, options));
    }
    return results;
  },
};

async function seal({ party, key }: SealKit, pdf: Uint8Array, count: number, time: Date): Promise<Uint8Array> {
  const signer = { sign: async (_: string, message: Uint8Array) => signSm2(key, message) };
  const placement = (i: number) => ({ xMm: 5 + 5 * i, yMm: 20 });
  const orders = Array.from({ length: count }, (_, i) => ({ party, placement: placement(i), time, tools: { signer } }));
  const sealed = await sealInTurn({ source: memorySource(pdf) }, orders);
  return concatBytes(pdf, ...sealed.map(({ appended }) => appended));
}

/** CMS, SES_Signature, the seal itself, and two certificates each on the paths of signer and maker. */
function makeFloor(sealed: Uint8Array, { party, key }: SealKit): () => void {
  const lengths = [250, party.seal.raw.length + 120, party.seal.signedRaw.length, 500, 500, 500, 500];
  const verifier = party.signerCertificate.publicKey().keyObject;
  const z = randomBytes(32);
  const cases = lengths.map((length) => {
    const message = randomBytes(length);
    return { message, signature: signSm2(key, message) };
  });
  return () => {
    createHash('sm3').update(sealed).digest();
    for (const { message, signature } of cases)
      createVerify('sm3').update(z).update(message).verify(verifier, signature);
  };
}
