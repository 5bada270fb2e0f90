// A file out of a browser's form: multipart/form-data, read whole under a limit and parsed by the platform's own parser.
import type Koa from 'koa';
import { TrustError } from '../../common/errors.ts';
import { readBytes } from '../../common/http/body.ts';
import { mediaTypeOf } from './verifications.ts';

export type Upload = { readonly fileName: string; readonly bytes: Uint8Array };

const FRAME_BYTES = 64 * 1024;
const MAX_PARTS = 10;

/**
 * The file of the form field `name`, or a raw PDF body; null when the form came without one.
 * Errors: unsupported-media-type, body-too-large, invalid-request.
 */
export async function readUpload(ctx: Koa.Context, name: string, maxBytes: number): Promise<Upload | null> {
  if (mediaTypeOf(ctx) === 'application/pdf') {
    return { fileName: 'document.pdf', bytes: await readBytes(ctx, { maxBytes, types: ['application/pdf'] }) };
  }
  const body = await readBytes(ctx, { maxBytes: maxBytes + FRAME_BYTES, types: ['multipart/form-data'] });
  checkParts(ctx, body);
  const entry = (await parseForm(ctx, body)).get(name);
  if (!(entry instanceof Blob) || entry.size === 0) return null;
  if (entry.size > maxBytes) throw new TrustError('body-too-large', `The file is larger than ${maxBytes} bytes.`);
  return { fileName: entry.name.slice(0, 200), bytes: new Uint8Array(await entry.arrayBuffer()) };
}

async function parseForm(ctx: Koa.Context, body: Uint8Array): Promise<FormData> {
  const headers = { 'content-type': ctx.get('Content-Type') };
  try {
    return await new Response(body as Uint8Array<ArrayBuffer>, { headers }).formData();
  } catch (cause) {
    throw new TrustError('invalid-request', 'The form cannot be read as multipart/form-data.', { cause });
  }
}

/** A form of ours has one part; thousands of tiny ones are not worth parsing. */
function checkParts(ctx: Koa.Context, body: Uint8Array): void {
  const boundary = /boundary="?([^";]{1,70})"?/i.exec(ctx.get('Content-Type'))?.[1];
  if (boundary === undefined) throw new TrustError('invalid-request', 'The form names no boundary.');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = `--${boundary}`;
  let parts = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    parts += 1;
    if (parts > MAX_PARTS) throw new TrustError('invalid-request', `The form has more than ${MAX_PARTS} parts.`);
  }
}
