// Fuzzing of the readers in a process of their own: no crash, no hang, no memory over 256 MB. A short round belongs to the
// suite; XINJI_FUZZ_SECONDS asks for a long one. What is found is written to test/vectors/fuzz, stays there, and is fed first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { OID } from '../../common/pki/oids.ts';
import { encodeTimeStampRequest } from '../../common/pki/time-stamp-protocol.ts';
import { checkByteRange } from '../../seal/pdf/byte-range.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';
import { appendUpdate, handMade, hybrid, plainObjects } from '../seal/pdf/hand-made.ts';
import { makePdf, pki, seal, sealBytes, stamperOf } from '../seal/world.ts';
import { changed, structured } from './cases.ts';
import type { FuzzCase } from './child.ts';
import { FedChild } from './fed-child.ts';
import { TARGETS, type Target } from './targets.ts';

const VECTORS = join(import.meta.dirname, '../vectors/fuzz');
const MAX_RSS_MEGABYTES = 256;
const ROUND = 300;
const LONG_SECONDS = Number(process.env['TEST_FUZZ_SECONDS'] ?? 0);
const SEED = Number(process.env['TEST_FUZZ_SEED'] ?? 0) || (LONG_SECONDS > 0 ? Date.now() & 0x7fffffff : 20_260_101);

/** CMS of a sealed document, as it lies in /Contents. */
function contentsOf(pdf: Uint8Array): readonly Uint8Array[] {
  const document = openDocument(memorySource(pdf));
  return listSignatureFields(document).flatMap(({ dict }) => {
    const finding = checkByteRange(document, dict);
    return 'signed' in finding ? [finding.signed.contents] : [];
  });
}

const plain = handMade({ objects: plainObjects() });
const sealed = await sealBytes(await makePdf({ pages: 2, withForm: true }));
const certified = await sealBytes(plain, { certify: 2, lock: 'all' });
const SEEDS: Readonly<Record<Target, readonly Uint8Array[]>> = {
  der: [seal.raw, pki.signer.certificate.raw, ...contentsOf(sealed), ...(await moreDer())],
  pdf: [
    plain,
    appendUpdate(plain, { 3: '<< /Type /Page /Parent 2 0 R >>' }, '/Size 9 /Root 1 0 R /Prev 300'),
    hybrid({ shape: 'beside' }),
    hybrid({ shape: 'behind' }),
    await makePdf({ withForm: true, objectStreams: true }),
    sealed,
    certified,
  ],
};

/** A time-stamp token, a request for one, and a request for a certificate. */
async function moreDer(): Promise<readonly Uint8Array[]> {
  const stamped = await sealBytes(plain, { stamper: stamperOf() });
  const imprint = { algorithm: OID.sm3, digest: sm3(plain) };
  const request = encodeTimeStampRequest({ imprint, policy: null, nonce: Uint8Array.of(1, 2), certReq: true });
  return [...contentsOf(stamped), request];
}

const vectors = (): readonly (readonly [name: string, one: FuzzCase])[] =>
  readdirSync(VECTORS)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => {
      const target = TARGETS.find((one) => name.startsWith(`${one}-`))!;
      return [name, { target, bytes: new Uint8Array(readFileSync(join(VECTORS, name))) }];
    });

function cases(seed: number): readonly FuzzCase[] {
  const of = (target: Target, arbitrary: fc.Arbitrary<Uint8Array>, numRuns: number): FuzzCase[] =>
    fc.sample(arbitrary, { seed, numRuns }).map((bytes) => ({ target, bytes }));
  return [
    ...of('der', changed(SEEDS.der), ROUND / 3),
    ...of('pdf', changed(SEEDS.pdf), ROUND / 3),
    ...of('pdf', structured, ROUND / 3),
  ];
}

async function feedAll(child: FedChild, list: readonly FuzzCase[], seed: number): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const one of list) {
    const { fault } = await child.feed(one);
    if (fault === null) continue;
    const name = `${one.target}-${toHex(sm3(one.bytes)).slice(0, 12)}.bin`;
    writeFileSync(join(VECTORS, name), one.bytes);
    faults.push(`${name}, seed ${seed}: ${fault}`);
  }
  return faults;
}

test('What fuzzing once found stays harmless', async (t) => {
  const child = new FedChild();
  t.teardown(() => child.close());
  for (const [name, one] of vectors()) t.is((await child.feed(one)).fault, null, basename(name));
  t.true(child.maxRssMegabytes < MAX_RSS_MEGABYTES, `${child.maxRssMegabytes} MB`);
});

test('No crash, no hang and no memory over 256 MB, whatever the bytes', async (t) => {
  t.timeout(60_000 + LONG_SECONDS * 2000);
  const child = new FedChild();
  t.teardown(() => child.close());
  const end = Date.now() + LONG_SECONDS * 1000;
  let fed = 0;
  for (let seed = SEED; fed === 0 || Date.now() < end; seed++) {
    const list = cases(seed);
    t.deepEqual(await feedAll(child, list, seed), []);
    fed += list.length;
  }
  t.log(`${fed} cases from seed ${SEED}, at most ${Math.round(child.maxRssMegabytes)} MB`);
  t.true(child.maxRssMegabytes < MAX_RSS_MEGABYTES, `${child.maxRssMegabytes} MB`);
});
