// Sealing a PDF in process, verified again before release: bytes in, and out the bytes that belong behind them (the input
// is never copied; the room sends both one after the other).
// Floor: the two SM2 signatures and two verifications that a sealing makes, over messages of the same length, one SM3
// pass over what is signed (the document and the update behind it without /Contents) and one over what is appended. Naive: pdf-lib rewrites the file with a placeholder, sm-crypto hashes and signs.
import { createHash, createSign, createVerify, randomBytes } from 'node:crypto';
import { PDFDocument } from '@cantoo/pdf-lib';
import smCrypto from 'sm-crypto';
import { concatBytes, toHex } from '../common/bytes.ts';
import { signSm2 } from '../common/crypto/sm2.ts';
import { makeSignerPool } from '../common/keys/signer-pool.ts';
import { sealDocument } from '../seal/flow/seal-document.ts';
import type { SealingParty } from '../seal/flow/sealing-party.ts';
import { memorySource } from '../seal/pdf/byte-source.ts';
import { type Benchmark, measure, type Result } from './measure.ts';
import { addSignature } from './naive-license.ts';
import { makePdfOfSize, makeSealKit, type SealKit } from './seal-kit.ts';

const SIZES = [
  ['1 KB', 1000, 10],
  ['100 KB', 100_000, 10],
  ['1 MB', 1_000_000, 10],
  ['100 MB', 100_000_000, 1],
] as const;

export const sealing: Benchmark = {
  name: 'sealing',
  run: async () => {
    const now = new Date();
    const kit = await makeSealKit(now);
    const results: Result[] = [];
    for (const [label, size, times] of SIZES)
      results.push(await sealOf({ label, times, time: now }, await makePdfOfSize(size), kit));
    return results;
  },
};

type Case = { readonly label: string; readonly times: number; readonly time: Date };

async function sealOf({ label, times, time }: Case, pdf: Uint8Array, kit: SealKit): Promise<Result> {
  const pool = makeSignerPool(new Map([['signer-1', kit.key]]), 2);
  const direct = { sign: async (_: string, message: Uint8Array) => signSm2(kit.key, message) };
  const house = async (signer: { sign(ref: string, message: Uint8Array): Promise<Uint8Array> }): Promise<void> => {
    const source = memorySource(pdf);
    await sealDocument({ signer }, { source, party: kit.party, page: 1, placement: {}, time });
  };
  const naiveKey = smCrypto.sm2.generateKeyPairHex();
  const variants = {
    floor: makeFloor(await signedBytes(pdf, kit, time), kit, pdf.length),
    house: () => house(direct),
    'house, worker threads': () => house(pool),
    // sm-crypto would hash 100 MB for a quarter of an hour.
    ...(times > 1 ? { 'pdf-lib + sm-crypto': () => sealNaively(pdf, kit.party, kit.picturePng, naiveKey) } : {}),
  };
  try {
    return await measure(`Sealing of ${label}`, 'one sealing, dual container, verified before release', variants, {
      rounds: times > 1 ? 7 : 3,
      times,
      // V8 compiles on for some 1,500 sealings, in threads of this process, whose time is counted: a few seconds of a room.
      warmUp: times > 1 ? 150 : 1,
      slow: ['pdf-lib + sm-crypto'],
    });
  } finally {
    await pool.close();
  }
}

/** The bytes that the ByteRange of a sealing covers. */
export async function signedBytes(pdf: Uint8Array, { party, key }: SealKit, time: Date): Promise<Uint8Array> {
  const signer = { sign: async (_: string, message: Uint8Array) => signSm2(key, message) };
  const { appended, byteRange } = await sealDocument(
    { signer },
    { source: memorySource(pdf), party, page: 1, placement: {}, time },
  );
  const whole = concatBytes(pdf, appended);
  return concatBytes(whole.subarray(0, byteRange[1]), whole.subarray(byteRange[2]));
}

/** What any sealing over `signed` into a dual container must compute. */
export function makeFloor(signed: Uint8Array, { party, key }: SealKit, inputBytes: number): () => void {
  const appended = randomBytes(signed.length - inputBytes + 2 * party.contentsBytes.dual);
  const z = randomBytes(32); // stands for Z, which is constant for a key
  const tbs = randomBytes(party.seal.raw.length + 120); // TBS_Sign carries the whole seal
  const attributes = randomBytes(250);
  const verifier = party.signerCertificate.publicKey().keyObject;
  return () => {
    createHash('sm3').update(signed).digest();
    createHash('sm3').update(appended).digest();
    for (const message of [tbs, attributes]) {
      const signature = createSign('sm3').update(z).update(message).sign(key.keyObject);
      if (!createVerify('sm3').update(z).update(message).verify(verifier, signature)) throw new Error('floor');
    }
  };
}

/** What one would write without this room: no incremental update, so an earlier seal would be destroyed. */
export async function sealNaively(
  pdf: Uint8Array,
  party: SealingParty,
  png: Uint8Array,
  key: { privateKey: string; publicKey: string },
): Promise<void> {
  const document = await PDFDocument.load(pdf);
  const page = document.getPage(0);
  await addSignature(document, page, { party, picturePng: png });
  const bytes = await document.save({ useObjectStreams: false });
  const options = { hash: true, der: true, publicKey: key.publicKey } as const;
  const digest = smCrypto.sm3(bytes as unknown as number[]);
  const tbs = toHex(party.seal.raw) + digest;
  const messages = [tbs, digest.repeat(8)].map((hex) => [...Buffer.from(hex, 'hex')]);
  for (const message of messages) smCrypto.sm2.doSignature(message as never, key.privateKey, options);
}
