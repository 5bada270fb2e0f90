// The picture of a specification: drawn here, or, where paths of somebody else are in it, in a child process that is ended
// at its deadline: a few kilobytes of path data can keep a renderer busy for minutes, and it cannot be interrupted.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SealPictureSpec } from '../../common/contract/seal-picture.ts';
import { TrustError } from '../../common/errors.ts';
import { type VectorOrder, vectorOf } from '../domain/picture-spec.ts';
import { redrawPng } from '../domain/png-upload.ts';
import type { SealPicture } from '../domain/seal-picture.ts';
import { renderSealPng } from '../domain/seal-png.ts';

const CHILD = fileURLToPath(new URL('draw-child.ts', import.meta.url));
const DEADLINE_MS = 10_000;

/**
 * PNG of at most 16 colours at 600 dpi, and the SVG master unless a PNG was brought. `invalid-request` names the field
 * that does not fit; `picture-refused` files that cannot be taken; `glyph-missing` a character that `font` does not have.
 */
export async function drawPicture(
  spec: SealPictureSpec,
  font: Uint8Array,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<SealPicture> {
  const order = vectorOf(spec, font);
  if (order === null && spec.source === 'brought') {
    const size = { widthMm: spec.width_mm, heightMm: spec.height_mm };
    return { type: 'png', png: await redrawPng(Buffer.from(spec.content, 'base64'), size), svg: null, ...size };
  }
  const { svg, widthMm, heightMm, isForeign } = order!;
  const png = isForeign
    ? await oneAfterAnother(() => drawInChild(order!, deadlineMs))
    : await renderSealPng(svg, order!);
  return { type: 'png', png, svg, widthMm, heightMm };
}

let last: Promise<unknown> = Promise.resolve();

/** Drawings of foreign paths take one core at most. */
function oneAfterAnother<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work, work);
  last = next.catch(() => undefined);
  return next;
}

/** The child has no environment, no arguments from outside, and its input is an SVG without references. */
async function drawInChild(order: VectorOrder, deadlineMs: number): Promise<Uint8Array> {
  const child = spawn(process.execPath, [CHILD], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined); // it ended before it read everything; its code says why
  child.stdin.end(JSON.stringify(order));
  const out: Uint8Array[] = [];
  child.stdout.on('data', (chunk: Uint8Array) => out.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code === 0) return new Uint8Array(Buffer.concat(out));
  const why = code === null ? `takes longer than ${deadlineMs} ms to draw` : 'cannot be drawn, or has too much detail';
  throw new TrustError('picture-refused', `The SVG ${why}`);
}
