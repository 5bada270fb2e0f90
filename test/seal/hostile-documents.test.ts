// Documents made to cost: each is refused with a code instead of keeping the room busy or filling its memory.
import { deflateSync } from 'node:zlib';
import test from 'ava';
import { handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, verifyBytes } from './world.ts';

/** A document whose cross-reference table has these subsections in front of its real one. */
function withSubsections(lines: string): Uint8Array {
  const text = Buffer.from(handMade({ objects: plainObjects() })).toString('latin1');
  return ascii(text.replace('xref\n', `xref\n${lines}`));
}

test('A table of more subsections than any writer makes is refused', (t) => {
  t.notThrows(() => verifyBytes(withSubsections('90 0\n'.repeat(1000))));
  t.throws(() => verifyBytes(withSubsections('90 0\n'.repeat(60_000))), {
    code: 'pdf-broken',
    message: /too many parts/,
  });
});

test('A cross-reference section that gives two places for one object is refused: readers differ in which they take', (t) => {
  t.throws(() => verifyBytes(withSubsections('4 1\n0000000017 00000 n \n')), {
    code: 'pdf-broken',
    message: /has object 4 twice/,
  });
});

test('An object of millions of values is refused before it fills the memory', (t) => {
  const objects = plainObjects({
    1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>',
    5: `<< /Fields [${'0 '.repeat(1_000_000)}] >>`,
  });
  t.throws(() => verifyBytes(handMade({ objects })), { code: 'pdf-broken', message: /more than 500000 values/ });
});

test('Object streams that come to a thousand times the file are refused', (t) => {
  const streams = 24;
  const rounds = 1;
  const perStream = Array.from({ length: streams }, (_, s) =>
    Array.from({ length: rounds }, (_, r) => 100 + r * streams + s),
  );
  const bodies = perStream.map((numbers) => {
    const index = `${numbers.map((num) => `${num} 0`).join(' ')}\n`;
    const body = deflateSync(Buffer.concat([Buffer.from(`${index}<< /T (x) >>`), Buffer.alloc(1024 * 1024, 32)]));
    const head = `/Type /ObjStm /N ${rounds} /First ${index.length} /Filter /FlateDecode /Length ${body.length}`;
    return `<< ${head} >>\nstream\n${body.toString('latin1')}\nendstream`;
  });
  const fields = Array.from({ length: streams * rounds }, (_, i) => `${100 + i} 0 R`).join(' ');
  let text = '%PDF-1.7\n';
  const rows: number[][] = [];
  const add = (num: number, body: string): void => {
    rows.push([num, 1, text.length, 0]);
    text += `${num} 0 obj\n${body}\nendobj\n`;
  };
  add(1, `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [${fields}] >> >>`);
  add(2, '<< /Type /Pages /Kids [] /Count 0 >>');
  bodies.forEach((body, s) => {
    add(10 + s, body);
  });
  perStream.forEach((numbers, s) => {
    numbers.forEach((num, i) => {
      rows.push([num, 2, 10 + s, i]);
    });
  });
  const at = text.length;
  const sorted = rows.toSorted((a, b) => a[0]! - b[0]!);
  const table = Buffer.alloc(sorted.length * 7);
  sorted.forEach(([, type, second, third], i) => {
    table[i * 7] = type!;
    table.writeUInt32BE(second!, i * 7 + 1);
    table.writeUInt16BE(third!, i * 7 + 5);
  });
  const index = sorted.map(([num]) => `${num} 1`).join(' ');
  text += `500 0 obj\n<< /Type /XRef /W [1 4 2] /Size 501 /Root 1 0 R /Index [${index}] /Length ${table.length} >>\n`;
  text += `stream\n${table.toString('latin1')}\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`;
  t.throws(() => verifyBytes(ascii(text)), { code: 'pdf-broken', message: /too large in all/ });
});
