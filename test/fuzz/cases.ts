// Cases of the fuzzing: bytes of honest files changed at random, and structures whose every number is drawn from those that
// break readers. Everything comes from one seed.
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';

/** Numbers and words that readers stumble over. */
const TOKENS = [
  ...[
    '0',
    '-1',
    '1',
    '65535',
    '4294967296',
    '9007199254740993',
    '99999999999999',
    '1e9',
    '0.5',
    '5 0 R',
    '1 0 R',
    '8 0 R',
  ],
  ...['<<', '>>', '[', ']', '(', ')', '<', '>', '%', '/', 'null', 'stream\n', 'endstream', 'endobj', 'xref', 'trailer'],
  ...['/Prev ', '/XRefStm ', '/Length ', '/W [1 2 1]', '/Index [0 9]', '/Size ', '/Kids ', '/Parent ', '/Type /ObjStm'],
  ...['/Filter /FlateDecode', '/Encrypt 5 0 R', '/Root 1 0 R', '/ByteRange [0 1 2 3]', 'startxref\n', '%%EOF\n'],
];

const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('byte' as const), at: position, byte: fc.nat(255) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('token' as const), at: position, token: fc.constantFrom(...TOKENS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('number' as const),
      at: position,
      token: fc.constantFrom(...TOKENS.slice(0, 9)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: position, length: fc.nat(200) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('copy' as const), at: position, from: position, length: fc.nat(400) }),
  },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** One of the seeds with one to eight changes, half of them near its end, where the structure of a PDF is. */
export function changed(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(seeds.length - 1), fc.boolean(), fc.array(change, { minLength: 1, maxLength: 8 }))
    .map(([which, isNearEnd, changes]) => {
      let bytes: Buffer = Buffer.from(seeds[which]!);
      for (const one of changes) bytes = apply(bytes, one, isNearEnd);
      return new Uint8Array(bytes);
    });
}

function apply(bytes: Buffer, one: Change, isNearEnd: boolean): Buffer {
  const place = (share: number): number => Math.floor((isNearEnd ? 1 - share * 0.15 : share) * bytes.length);
  const at = place(one.at);
  const put = (middle: Uint8Array, behind: number): Buffer =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(behind)]);
  switch (one.kind) {
    case 'byte':
      return put(Uint8Array.of(one.byte), at + 1);
    case 'token':
      return put(Buffer.from(one.token, 'latin1'), at);
    case 'cut':
      return put(new Uint8Array(), at + one.length);
    case 'copy':
      return put(bytes.subarray(place(one.from), place(one.from) + one.length), at);
    case 'number': {
      const text = bytes.toString('latin1', at, at + 400);
      const found = /\d+/.exec(text);
      if (!found) return bytes;
      const start = at + found.index;
      return Buffer.concat([bytes.subarray(0, start), Buffer.from(one.token), bytes.subarray(start + found[0].length)]);
    }
  }
}

const count = fc.oneof(fc.nat(6), fc.constantFrom(0, 1, 2, 7, 8, 255, 65_535, 65_537, 1_000_000, 2 ** 31, 2 ** 53));
const bomb = fc.constantFrom(0, 0, 0, 0, 100_000, 20_000_000, 40_000_000);

/** A document whose cross-reference stream and object stream say what they like, deflated or not, with predictors. */
export const structured: fc.Arbitrary<Uint8Array> = fc
  .record({
    widths: fc.array(count, { minLength: 1, maxLength: 4 }),
    index: fc.option(fc.array(count, { maxLength: 6 })),
    size: count,
    rows: fc.uint8Array({ maxLength: 400 }),
    honestRows: fc.boolean(),
    predictor: fc.option(
      fc.record({ predictor: fc.constantFrom(1, 2, 9, 10, 12, 15, 16), columns: count, colors: count, bits: count }),
    ),
    isDeflated: fc.boolean(),
    previous: fc.option(count),
    streamCount: count,
    first: count,
    stream: fc.uint8Array({ maxLength: 200 }),
    padding: bomb,
    depth: fc.constantFrom(0, 0, 90, 2000),
  })
  .map((parts) => buildStructured({ ...parts, padding: parts.isDeflated ? parts.padding : 0 }));

type Structured = {
  readonly widths: readonly number[];
  readonly index: readonly number[] | null;
  readonly size: number;
  readonly rows: Uint8Array;
  readonly honestRows: boolean;
  readonly predictor: { predictor: number; columns: number; colors: number; bits: number } | null;
  readonly isDeflated: boolean;
  readonly previous: number | null;
  readonly streamCount: number;
  readonly first: number;
  readonly stream: Uint8Array;
  readonly padding: number;
  readonly depth: number;
};

function buildStructured(parts: Structured): Uint8Array {
  const chunks: Buffer[] = [];
  let length = 0;
  const at: number[] = [];
  const push = (part: string | Uint8Array): void => {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part);
    chunks.push(bytes);
    length += bytes.length;
  };
  const stream = (num: number, entries: string, raw: Uint8Array): void => {
    const body = parts.isDeflated ? deflateSync(raw) : raw;
    at[num] = length;
    const filter = parts.isDeflated ? ' /Filter /FlateDecode' : '';
    push(`${num} 0 obj\n<< ${entries}${filter} /Length ${body.length} >>\nstream\n`);
    push(body);
    push('\nendstream\nendobj\n');
  };
  push('%PDF-1.7\n');
  at[1] = length;
  push(
    `1 0 obj\n<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Deep ${'['.repeat(parts.depth)}${']'.repeat(parts.depth)} >>\nendobj\n`,
  );
  at[2] = length;
  push('2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>\nendobj\n');
  const inside = Buffer.concat([Buffer.from('3 0 5 60 '), parts.stream, Buffer.alloc(parts.padding, 32)]);
  stream(7, `/Type /ObjStm /N ${parts.streamCount} /First ${parts.first}`, inside);
  const startxref = length;
  const p = parts.predictor;
  const entries = [
    `/Type /XRef /Root 1 0 R /Size ${parts.honestRows ? 9 : parts.size}`,
    `/W [${(parts.honestRows ? [1, 4, 1] : parts.widths).join(' ')}]`,
    parts.index && !parts.honestRows ? `/Index [${parts.index.join(' ')}]` : '',
    p
      ? `/DecodeParms << /Predictor ${p.predictor} /Columns ${p.columns} /Colors ${p.colors} /BitsPerComponent ${p.bits} >>`
      : '',
    parts.previous === null ? '' : `/Prev ${parts.previous}`,
  ];
  stream(
    8,
    entries.join(' '),
    parts.honestRows ? honestRows(at, startxref) : Buffer.concat([parts.rows, Buffer.alloc(parts.padding)]),
  );
  push(`startxref\n${startxref}\n%%EOF\n`);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Objects 3, 4 and 5 lie in the object stream 7. */
function honestRows(at: readonly number[], startxref: number): Uint8Array {
  const rows = Buffer.alloc(9 * 6);
  for (let num = 1; num < 9; num++) {
    const isInside = num >= 3 && num <= 5;
    rows[num * 6] = isInside ? 2 : 1;
    rows.writeUInt32BE(isInside ? 7 : num === 8 ? startxref : (at[num] ?? 0), num * 6 + 1);
    rows[num * 6 + 5] = isInside ? num - 3 : 0;
  }
  return rows;
}
