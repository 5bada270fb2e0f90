// Files out of a browser's form: multipart/form-data, read whole under a limit and parsed by the platform's own parser.
import type Koa from 'koa';
import { TrustError } from '../errors.ts';
import { readBytes } from './body.ts';

export type Upload = { readonly fileName: string; readonly bytes: Uint8Array };

/** What a form brought. Fields that a browser sends empty are left out; of a repeated name the first counts. */
export type UploadForm = {
  readonly files: Readonly<Record<string, Upload>>;
  readonly texts: Readonly<Record<string, string>>;
};

const FRAME_BYTES = 64 * 1024;
const MAX_PARTS = 10;
/** Bytes of a boundary, a name and a short value. */
const FRAME_BYTES_A_PART = 1024;
const MAX_NAME = 200;

/**
 * The whole form; `maxBytes` for all files together, `maxParts` fields and files. Errors: unsupported-media-type,
 * body-too-large, invalid-request.
 */
export async function readUploadForm(ctx: Koa.Context, maxBytes: number, maxParts = MAX_PARTS): Promise<UploadForm> {
  const frame = Math.max(FRAME_BYTES, maxParts * FRAME_BYTES_A_PART);
  const body = await readBytes(ctx, { maxBytes: maxBytes + frame, types: ['multipart/form-data'] });
  checkParts(ctx, body, maxParts);
  const files: Record<string, Upload> = {};
  const texts: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of await parseForm(ctx, body)) {
    if (typeof value === 'string') {
      if (value !== '') texts[name] ??= value;
      continue;
    }
    size += value.size;
    if (size > maxBytes) throw new TrustError('body-too-large', `The file is larger than ${maxBytes} bytes.`);
    if (value.size > 0)
      files[name] ??= { fileName: value.name.slice(0, MAX_NAME), bytes: new Uint8Array(await value.arrayBuffer()) };
  }
  return { files, texts };
}

/** As `readUploadForm`; a raw PDF body is taken for a form with nothing but that file, in the field `name`. */
export async function readPdfForm(ctx: Koa.Context, name: string, maxBytes: number): Promise<UploadForm> {
  if (ctx.get('Content-Type').split(';')[0]?.trim().toLowerCase() !== 'application/pdf')
    return readUploadForm(ctx, maxBytes);
  const bytes = await readBytes(ctx, { maxBytes, types: ['application/pdf'] });
  return { files: { [name]: { fileName: 'document.pdf', bytes } }, texts: {} };
}

async function parseForm(ctx: Koa.Context, body: Uint8Array): Promise<FormData> {
  const headers = { 'content-type': ctx.get('Content-Type') };
  try {
    return await new Response(body as Uint8Array<ArrayBuffer>, { headers }).formData();
  } catch (cause) {
    throw new TrustError('invalid-request', 'The form cannot be read as multipart/form-data.', { cause });
  }
}

/** Forms of ours have few parts; thousands of tiny ones are not worth parsing. */
function checkParts(ctx: Koa.Context, body: Uint8Array, maxParts: number): void {
  const boundary = /boundary="?([^";]{1,70})"?/i.exec(ctx.get('Content-Type'))?.[1];
  if (boundary === undefined) throw new TrustError('invalid-request', 'The form names no boundary.');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = `--${boundary}`;
  let parts = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    parts += 1;
    if (parts > maxParts) throw new TrustError('invalid-request', `The form has more than ${maxParts} parts.`);
  }
}

const MAGIC: readonly (readonly [string, string])[] = [
  ['ffd8ff', 'JPEG'],
  ['89504e47', 'PNG'],
  ['504b0304', 'ZIP, DOCX, OFD'],
  ['d0cf11e0', 'DOC, XLS'],
  ['47494638', 'GIF'],
  ['3c21444f', 'HTML'],
  ['3c68746d', 'HTML'],
];

/** What kind of file the first bytes look like, for a sentence; undefined when nothing is recognised. */
export function recogniseFile(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  return MAGIC.find(([magic]) => start.startsWith(magic))?.[1];
}
