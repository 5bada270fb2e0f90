import test from 'ava';
import fc from 'fast-check';
import { readBoundary, readParts } from '../../../common/http/multipart.ts';

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    if (cut <= from || cut >= bytes.length) continue;
    yield bytes.subarray(from, cut);
    from = cut;
  }
  yield bytes.subarray(from);
}

async function parse(bytes: Buffer, boundary: string, cuts: readonly number[] = []) {
  const found: { name: string; type: string; text: string }[] = [];
  for await (const { name, type, body } of readParts(pieces(bytes, cuts), boundary)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
    found.push({ name, type, text: Buffer.concat(chunks).toString('latin1') });
  }
  return found;
}

/** As the platform's own FormData writes it. */
async function encode(parts: Readonly<Record<string, Blob>>): Promise<{ bytes: Buffer; boundary: string }> {
  const form = new FormData();
  for (const [name, blob] of Object.entries(parts)) form.set(name, blob, `${name}.bin`);
  const response = new Response(form);
  const boundary = /boundary=(.*)$/.exec(response.headers.get('Content-Type')!)![1]!;
  return { bytes: Buffer.from(await response.arrayBuffer()), boundary };
}

test('RFC 7578: what FormData writes is read back, however it is cut into pieces', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(900), { maxLength: 12 }),
      async (data, cuts) => {
        const list = new Blob(['[{"seal":"1"}]'], { type: 'application/json; charset=utf-8' });
        const { bytes, boundary } = await encode({
          sealings: list,
          document: new Blob([Buffer.from(data)], { type: 'application/pdf' }),
        });
        const tricky = Buffer.concat([bytes]);
        const found = await parse(tricky, boundary, cuts);
        t.deepEqual(found, [
          { name: 'sealings', type: 'application/json', text: '[{"seal":"1"}]' },
          { name: 'document', type: 'application/pdf', text: Buffer.from(data).toString('latin1') },
        ]);
      },
    ),
    { numRuns: 60 },
  );
});

test('A part that holds what almost is the boundary is not cut there', async (t) => {
  const content = '--XX\r\n--X\r\n\r\n--XY--\r\n-';
  const text = `--XYZ\r\ncontent-disposition: form-data; name="a"\r\n\r\n${content}\r\n--XYZ--\r\n`;
  for (let cut = 1; cut < text.length; cut += 3)
    t.deepEqual(await parse(Buffer.from(text, 'latin1'), 'XYZ', [cut]), [{ name: 'a', type: '', text: content }]);
});

const whole = (head: string, rest = '--B--') => `--B\r\n${head}\r\n\r\nx\r\n${rest}`;
for (const [what, text] of [
  ['nothing', ''],
  ['another boundary', whole('Content-Disposition: form-data; name="a"').replaceAll('--B', '--C')],
  ['no end', whole('Content-Disposition: form-data; name="a"', '--')],
  ['a part without a name', whole('Content-Disposition: form-data')],
  ['a transfer encoding', whole('Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64')],
  ['headers without end', `--B\r\nX: ${'y'.repeat(9000)}`],
  ['a header that is none', whole('Content-Disposition form-data')],
  ['other bytes behind a boundary', '--Bx'],
] as const)
  test(`RFC 7578: a body with ${what} is invalid-request`, async (t) => {
    await t.throwsAsync(parse(Buffer.from(text, 'latin1'), 'B'), { code: 'invalid-request' });
  });

test('RFC 2046: a boundary is 1 to 70 printable characters, quoted or plain', (t) => {
  const of = (type: string) => readBoundary({ get: () => type } as never);
  t.is(of('multipart/form-data; boundary=abc'), 'abc');
  t.is(of('multipart/form-data; charset=utf-8; boundary="a b:c"'), 'a b:c');
  for (const bad of ['', '; boundary=', '; boundary="', `; boundary=${'x'.repeat(71)}`])
    t.throws(() => of(`multipart/form-data${bad}`), { code: 'unsupported-media-type' });
});
