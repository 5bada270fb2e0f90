// Documents of other producers, as packages on this machine ship them, and our own, each also rewritten by qpdf. Sealed
// twice; what is refused must be refused for a reason that is listed here. The counts are in the log of the test.
import { execFile } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import sharp from 'sharp';
import { equalBytes } from '../../common/bytes.ts';
import { isTrustError } from '../../common/errors.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { findChangesAfter } from '../../seal/pdf/changes-after-sealing.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';
import { makeSealingUpdate } from '../../seal/pdf/sealing-update.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { handMade, hybrid, plainObjects } from './pdf/hand-made.ts';
import { makePdf, party, qpdf, sealBytes, verifyBytes, withFile } from './world.ts';

const run = promisify(execFile);
const MAX_BYTES = 4_000_000;

/** PDF files that packages ship: name and bytes. */
function shipped(): readonly (readonly [string, Uint8Array])[] {
  const paths = [
    ...globSync('/usr/share/doc/**/*.pdf'),
    ...globSync('/usr/share/doc/**/*.pdf.gz'),
    ...globSync('node_modules/*/**/*.pdf'),
  ];
  return paths.sort().flatMap((path) => {
    if (statSync(path).size > MAX_BYTES) return [];
    const bytes = readFileSync(path);
    return [[basename(path), new Uint8Array(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)] as const];
  });
}

const own = async (): Promise<readonly (readonly [string, Uint8Array])[]> => [
  ['own, tables', await makePdf({ pages: 3, withForm: true })],
  ['own, streams', await makePdf({ pages: 3, withForm: true, objectStreams: true })],
  ['own, by hand', handMade({ objects: plainObjects() })],
  ['own, hybrid', hybrid({ shape: 'behind' })],
];

const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  linearized: ['--linearize'],
  'object streams': ['--object-streams=generate'],
  'no object streams': ['--object-streams=disable'],
  qdf: ['--qdf'],
  encrypted: ['--encrypt', '', 'owner', '256', '--'],
};

/** 0 clean, 3 warnings, 2 errors. */
async function checkCode(pdf: Uint8Array): Promise<number> {
  return withFile(pdf, async (path) => {
    const code = await run('qpdf', ['--check', path]).then(
      () => 0,
      (error: { readonly code: number }) => error.code,
    );
    return [0, 3, 2].indexOf(code);
  });
}

/** Nothing is better than a clean file: the original is judged only where the sealed one is not clean. */
async function isNoWorse(sealed: Uint8Array, original: Uint8Array): Promise<boolean> {
  const code = await checkCode(sealed);
  return code === 0 || code <= (await checkCode(original));
}

judge(test, 'qpdf')(
  'A corpus of many producers: accepted files keep every byte and grow no worse, refusals are right',
  async (t) => {
    const counts: Record<string, number> = {};
    const count = (what: string) => {
      counts[what] = (counts[what] ?? 0) + 1;
    };
    // qpdf judges the variants of a file side by side, while they are sealed.
    const checks: Promise<boolean>[] = [];
    for (const [name, original] of [...shipped(), ...(await own())]) {
      await Promise.all(checks);
      const variants = await Promise.all(
        Object.entries(VARIANTS).map(
          async ([variant, options]) => [variant, await qpdf(original, ...options)] as const,
        ),
      );
      for (const [variant, pdf] of [['as it is', original] as const, ...variants]) {
        const once = await sealBytes(pdf, { at: { xMm: 5, yMm: 5 } }).catch((error: unknown) => error);
        if (!(once instanceof Uint8Array)) {
          t.fail(`${name}, ${variant}: ${once}`); // nothing of this corpus has to be refused
          continue;
        }
        const twice = await sealBytes(once, { at: {} });
        t.true(equalBytes(twice.subarray(0, once.length), once) && equalBytes(once.subarray(0, pdf.length), pdf), name);
        const report = verifyBytes(twice);
        t.is(report.indication, 'TOTAL-PASSED', `${name}, ${variant}: ${report.summary}`);
        checks.push(isNoWorse(twice, pdf).then((noWorse) => t.true(noWorse, `${name}, ${variant}`)));
        count('accepted');
      }
    }
    await Promise.all(checks);
    t.log(counts);
    t.true((counts['accepted'] ?? 0) >= 20);
  },
);

judge(test, 'pdftoppm')('Rendered pages of the corpus differ only where the seal is', async (t) => {
  const draw = (pdf: Uint8Array) =>
    withFile(pdf, async (path, folder) => {
      await run('pdftoppm', ['-r', '50.8', '-png', '-singlefile', '-cropbox', path, join(folder, 'page')]); // 2 pixels a mm
      return sharp(join(folder, 'page.png')).raw().toBuffer({ resolveWithObject: true });
    });
  for (const [name, pdf] of [...shipped(), ...(await own())]) {
    const [before, after] = [await draw(pdf), await draw(await sealBytes(pdf, { at: { xMm: 5, yMm: 5 } }))];
    const { width, height, channels } = before.info;
    let outside = 0;
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [i % width, height - 1 - Math.floor(i / width)];
      if (x >= 9 && x <= 95 && y >= 9 && y <= 95) continue;
      for (let c = 0; c < channels; c++) if (before.data[i * channels + c] !== after.data[i * channels + c]) outside++;
    }
    t.is(outside, 0, name);
  }
});

test('Property: changed bytes make readers, sealing and comparison throw nothing but a problem code', async (t) => {
  const seeds = [
    hybrid({ shape: 'beside' }),
    await makePdf({ withForm: true, objectStreams: true }),
    await sealBytes(await makePdf({ pages: 2, withForm: true })),
    await sealBytes(handMade({ objects: plainObjects() }), { certify: 2, lock: 'all' }),
  ];
  const layout = {
    ...party,
    placement: { pages: 'all', withDate: true },
    contentsBytes: 100,
    time: AT,
    signerName: 'x',
  };
  const changed = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.nat(seeds.length - 1), changed, (which, bytes) => {
      const pdf = Uint8Array.from(seeds[which]!);
      // Half of the changes near the end, where the structure of a file is.
      for (const [at, byte] of bytes) pdf[Math.floor((byte % 2 ? at : 1 - at * 0.1) * (pdf.length - 1))] = byte;
      try {
        const document = openDocument(memorySource(pdf));
        listSignatureFields(document);
        findChangesAfter(document, Math.floor(pdf.length / 2), new Map());
        makeSealingUpdate(document, layout);
        return true;
      } catch (error) {
        return isTrustError(error);
      }
    }),
    { numRuns: 400 },
  );
  t.pass();
});
