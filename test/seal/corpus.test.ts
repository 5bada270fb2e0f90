// Documents of other producers, as packages on this machine ship them, and our own, each also rewritten by qpdf. Sealed
// twice; what is refused must be refused for a reason that is listed here. The counts are in the log of the test.
import { execFile } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { equalBytes } from '../../common/bytes.ts';
import { isTrustError } from '../../common/errors.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { findChangesAfter } from '../../seal/pdf/changes-after-sealing.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';
import { makeSealingUpdate } from '../../seal/pdf/sealing-update.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { differOutside, drawFirstPage, isNoWorse, judgeSealing } from './corpus/judge-sealing.ts';
import { handMade, hybrid, plainObjects, withXrefStream } from './pdf/hand-made.ts';
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
  ['own, wide cross-reference', withXrefStream([1, 8, 2])],
];

/** The same text as other programs write it. */
const made = async (): Promise<readonly (readonly [string, Uint8Array])[]> => {
  const pdf = await makePdf({ pages: 2, withForm: true });
  return withFile(pdf, async (path, folder) => {
    const to = (name: string) => join(folder, name);
    await run('pdftocairo', ['-pdf', path, to('cairo.pdf')]);
    await run('pdfunite', [path, to('cairo.pdf'), to('poppler.pdf')]);
    return ['cairo', 'poppler'].map((name) => [name, new Uint8Array(readFileSync(to(`${name}.pdf`)))] as const);
  });
};

const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  linearized: ['--linearize'],
  'object streams': ['--object-streams=generate'],
  'no object streams': ['--object-streams=disable'],
  qdf: ['--qdf'],
  encrypted: ['--encrypt', '', 'owner', '256', '--'],
};

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
  for (const [name, pdf] of [...shipped(), ...(await own())]) {
    const sealed = await sealBytes(pdf, { at: { xMm: 5, yMm: 5 } });
    const [before, after] = await Promise.all([drawFirstPage(pdf), drawFirstPage(sealed)]);
    t.is(differOutside(before!, after!), 0, name);
  }
});

judge(
  test,
  'qpdf',
  'pdfsig',
  'pdftoppm',
  'pdftocairo',
)(
  'Documents of other writers here: cairo, poppler; sealed by others before; refused for reasons that others see',
  async (t) => {
    for (const [name, pdf] of await made()) {
      const outcome = await judgeSealing(pdf);
      t.deepEqual(outcome.faults, [], name);
      t.true(outcome.accepted, name);
    }
    const sealed = await sealBytes(await makePdf(), { mode: 'cms' });
    t.like(await judgeSealing(sealed), { accepted: true, faults: [], earlierSignatures: 1 });
    const locked = await qpdf(await makePdf(), '--encrypt', 'secret', 'owner', '256', '--');
    t.deepEqual(await judgeSealing(locked), { accepted: false, code: 'pdf-encrypted', faults: [] });
    t.deepEqual(await judgeSealing((await makePdf()).subarray(0, 400)), {
      accepted: false,
      code: 'pdf-truncated',
      faults: [],
    });
  },
);

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
  t.notThrows(() =>
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
    ),
  );
});
