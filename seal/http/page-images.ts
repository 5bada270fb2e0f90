// GET /verify/{id}/pages/{n}.png: a page of a checked document as a picture, drawn in a bounded thread when it is first asked
// for, at most once. Only documents that are kept are drawn, and only pages that the report shows.
import type Koa from 'koa';
import sharp from 'sharp';
import { TrustError } from '../../common/errors.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { CheckedFile, CheckedFiles } from '../flow/checked-files.ts';
import { idOf } from './verify-pages.ts';

/** Draws a page as red, green, blue, alpha. Codes: those of a document that cannot be read, `document-too-costly`, `busy`. */
export type DrawPage = (question: {
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
  readonly page: number;
  readonly dpi: number;
  readonly maxPixels: number;
}) => Promise<{ readonly width: number; readonly height: number; readonly rgba: Uint8Array }>;

export type PageImageDeps = { readonly checked: CheckedFiles; readonly drawPage: DrawPage };

const DPI = 108;
/** A4 at 108 dpi has 1.1 million. */
const MAX_PIXELS = 2_500_000;

export function makePageImageHandler({ checked, drawPage }: PageImageDeps): Handler {
  return async (ctx) => {
    const page = Number(/^([1-9]\d{0,5})\.png$/.exec((ctx['params'] as Record<string, string>)['page'] ?? '')?.[1]);
    const isShown = checked.get(idOf(ctx))?.report?.shown?.sheets.some((sheet) => sheet.page === page) ?? false;
    const png = isShown ? await checked.derive(idOf(ctx), `page ${page}`, (file) => draw(drawPage, file, page)) : null;
    if (!png) throw new TrustError('not-found', 'There is no such page here, or its minutes are over.');
    sendPng(ctx, png);
  };
}

async function draw(drawPage: DrawPage, file: CheckedFile, page: number): Promise<Uint8Array> {
  const { bytes, password } = file;
  const { width, height, rgba } = await drawPage({ bytes, password, page, dpi: DPI, maxPixels: MAX_PIXELS });
  const raw = { width, height, channels: 4 } as const;
  return new Uint8Array(await sharp(rgba, { raw }).removeAlpha().png({ compressionLevel: 6 }).toBuffer());
}

function sendPng(ctx: Koa.Context, png: Uint8Array): void {
  ctx.set('Cache-Control', 'private, max-age=600');
  ctx.type = 'image/png';
  ctx.body = Buffer.from(png.buffer, png.byteOffset, png.length);
}
