// multipart/form-data (RFC 7578) as a stream: parts one after the other, each read while it arrives, nothing kept.
// Strict where others guess: parts have the names and the order that the contract gives, transfer encodings and nested
// multiparts are refused, headers are bounded. Not here: what the parts mean.
import type Koa from 'koa';
import { TrustError } from '../errors.ts';

export type Part = {
  readonly name: string;
  /** Lower case, without parameters; empty when the part has none. */
  readonly type: string;
  /** To be read to its end before the next part is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
};

const MAX_HEADER_BYTES = 4096;
const CRLF2 = Buffer.from('\r\n\r\n');

/** The boundary of a multipart/form-data request. `unsupported-media-type` when it has none that RFC 2046 allows. */
export function readBoundary(ctx: Koa.Context): string {
  const parameters = ctx.get('Content-Type').split(';').slice(1);
  for (const parameter of parameters) {
    const [, quoted, plain] = /^\s*boundary=(?:"([^"]*)"|([^\s"]+))\s*$/i.exec(parameter) ?? [];
    const boundary = quoted ?? plain;
    if (boundary !== undefined && /^[\x20-\x7e]{0,69}[\x21-\x7e]$/.test(boundary)) return boundary;
  }
  throw new TrustError('unsupported-media-type', 'The content type multipart/form-data has no usable boundary.');
}

/** The parts of a body. `invalid-request` for what is not multipart. */
export async function* readParts(chunks: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const window = new Window(chunks);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  window.prepend(Buffer.from('\r\n')); // so that the first boundary looks like the others
  if ((await window.take(delimiter.length)).compare(delimiter) !== 0)
    throw malformed('it does not begin with the boundary');
  for (;;) {
    const mark = (await window.take(2)).toString('latin1');
    if (mark === '--') return;
    if (mark !== '\r\n') throw malformed('behind a boundary there is neither a line break nor the end');
    const { name, type } = parseHeaders((await window.until(CRLF2, MAX_HEADER_BYTES)).toString('utf8'));
    let isDone = false;
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of window.pieces(delimiter)) yield piece;
      isDone = true;
    };
    yield { name, type, body: body() };
    if (!isDone) throw new Error(`the part ${name} was not read to its end`);
  }
}

/** What has arrived and is not used yet. */
class Window {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  prepend(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) await this.#more();
    return this.#cut(length);
  }

  /** The bytes in front of `mark`, which is used up too. */
  async until(mark: Buffer, most: number): Promise<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at > most || (at < 0 && this.#held.length > most)) throw malformed('the headers of a part are too long');
      if (at >= 0) {
        const bytes = this.#cut(at);
        this.#cut(mark.length);
        return bytes;
      }
      await this.#more();
    }
  }

  /** The bytes in front of `mark` as they arrive; `mark` is used up. */
  async *pieces(mark: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        if (at > 0) yield this.#cut(at);
        this.#cut(mark.length);
        return;
      }
      const safe = this.#held.length - mark.length + 1;
      if (safe > 0) yield this.#cut(safe);
      await this.#more();
    }
  }

  #cut(length: number): Buffer {
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return bytes;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) throw malformed('it breaks off before its last boundary');
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
  }
}

function parseHeaders(text: string): { readonly name: string; readonly type: string } {
  const headers = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const [, key, value] = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line) ?? [];
      if (key === undefined) throw malformed('a part has a header that cannot be read');
      return [key.toLowerCase(), value!];
    }),
  );
  if (headers.has('content-transfer-encoding'))
    throw malformed('a part has a Content-Transfer-Encoding, which RFC 7578 has done away with');
  const [, name] = /^form-data;(?:.*;)?\s*name="([^"]*)"/i.exec(headers.get('content-disposition') ?? '') ?? [];
  if (name === undefined) throw malformed('a part has no name');
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  return { name, type };
}

function malformed(detail: string): TrustError {
  return new TrustError('invalid-request', `The body is not multipart/form-data: ${detail}.`);
}
