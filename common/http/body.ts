// Bounded readers of request bodies and queries: size before bytes, media type before meaning, contract before use.
// Values are never repeated in an error, only names of fields: a body may hold ID numbers.
import { TextDecoder } from 'node:util';
import type Koa from 'koa';
import type { z } from 'zod';
import { TrustError } from '../errors.ts';
import { parseContract } from './parse-contract.ts';

const JSON_LIMIT_BYTES = 256 * 1024;
const FORM_LIMIT_BYTES = 64 * 1024;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The JSON body, parsed by `schema`. `maxBytes` counts the encoded body (default 256 KiB).
 * Errors: unsupported-media-type, body-too-large, invalid-json, invalid-request.
 */
export async function readJson<S extends z.ZodType>(
  ctx: Koa.Context,
  schema: S,
  { maxBytes = JSON_LIMIT_BYTES }: { maxBytes?: number } = {},
): Promise<z.output<S>> {
  const bytes = await readBytes(ctx, { maxBytes, types: ['application/json'] });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const empty = bytes.length === 0 ? 'The body is empty' : 'The body cannot be read as JSON in UTF-8';
    throw new TrustError('invalid-json', `${empty}; expected one JSON document.`, { cause });
  }
  return parseContract(schema, value, 'The body');
}

/**
 * The body as bytes. `types` are the accepted media types; the size is judged by Content-Length first and again while reading.
 * Errors: unsupported-media-type, body-too-large, invalid-request (the caller hung up).
 */
export async function readBytes(
  ctx: Koa.Context,
  { maxBytes, types }: { maxBytes: number; types: readonly string[] },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of streamBody(ctx, { maxBytes, types })) {
    size += chunk.length;
    chunks.push(chunk);
  }
  return concat(chunks, size);
}

/** The body as it arrives; types, size and errors as `readBytes`. Who stops early leaves the rest unread. */
export async function* streamBody(
  ctx: Koa.Context,
  { maxBytes, types }: { maxBytes: number; types: readonly string[] },
): AsyncGenerator<Uint8Array> {
  checkMediaType(ctx, types);
  const tooLarge = () =>
    new TrustError('body-too-large', `The body is larger than ${maxBytes} bytes, the most that is taken here.`);
  const declared = ctx.request.length;
  if (declared !== undefined && declared > maxBytes) {
    await discard(ctx, maxBytes);
    throw tooLarge();
  }
  let size = 0;
  for await (const chunk of requestChunks(ctx)) {
    size += chunk.length;
    if (size > maxBytes) {
      await discard(ctx, maxBytes);
      throw tooLarge();
    }
    yield chunk;
  }
}

/** An application/x-www-form-urlencoded body; of a repeated name the last value counts. Errors as `readBytes`. */
export async function readForm(
  ctx: Koa.Context,
  { maxBytes = FORM_LIMIT_BYTES }: { maxBytes?: number } = {},
): Promise<Readonly<Record<string, string>>> {
  const bytes = await readBytes(ctx, { maxBytes, types: ['application/x-www-form-urlencoded'] });
  return Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString('utf8')));
}

/** The query, parsed by `schema`; a name given twice is refused. Errors: invalid-request. */
export function parseQuery<S extends z.ZodType>(ctx: Koa.Context, schema: S): z.output<S> {
  const repeated = Object.entries(ctx.query).find(([, value]) => Array.isArray(value));
  if (repeated)
    throw new TrustError('invalid-request', 'A query parameter is given twice.', { pointer: `/${repeated[0]}` });
  return parseContract(schema, { ...ctx.query }, 'The query');
}

/** The path parameters, parsed by `schema`. Errors: invalid-request. */
export function parseParams<S extends z.ZodType>(ctx: Koa.Context, schema: S): z.output<S> {
  return parseContract(schema, { ...(ctx['params'] as Record<string, string>) }, 'The path');
}

/** Throws unsupported-media-type unless the body bears one of `types` and no content encoding. */
export function checkMediaType(ctx: Koa.Context, types: readonly string[]): void {
  const found = ctx.get('Content-Type').split(';')[0]?.trim().toLowerCase() ?? '';
  const expected = types.join(' or ');
  if (!types.includes(found)) {
    const said = found === '' ? 'missing' : ASCII.test(found) ? `"${found.slice(0, 80)}"` : 'unreadable';
    throw new TrustError('unsupported-media-type', `The content type is ${said}; expected ${expected}.`);
  }
  const encoding = ctx.get('Content-Encoding');
  if (encoding !== '' && encoding !== 'identity') {
    throw new TrustError('unsupported-media-type', 'The body is compressed; send it without Content-Encoding.');
  }
}

async function* requestChunks(ctx: Koa.Context): AsyncGenerator<Uint8Array> {
  try {
    // destroyOnReturn: false keeps the socket open for the answer when reading stops early.
    for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (cause) {
    throw new TrustError('invalid-request', 'The body broke off before its end.', { cause });
  }
}

/** Reads on a little without keeping anything, so that a caller who is still sending gets to read the answer. */
export async function discard(ctx: Koa.Context, maxBytes: number): Promise<void> {
  ctx.set('Connection', 'close');
  let rest = Math.max(4 * maxBytes, 8 * 1024 * 1024);
  if ((ctx.request.length ?? 0) > rest) return;
  for await (const chunk of requestChunks(ctx)) {
    rest -= chunk.length;
    if (rest < 0) return;
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
