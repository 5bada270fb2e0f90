// A QR code as one SVG path with the runs of a row merged and four modules of quiet zone: what scanners read best, and what
// a strict content policy allows. Level M, black on white, no picture inside.
import { create } from 'qrcode';
import { type Html, html, trustedHtml } from './html.ts';

const QUIET = 4;

/** `size`: modules of one side with the quiet zone, the viewBox; `path`: the `d` of the one path. */
export type QrPath = { readonly size: number; readonly path: string };

/** Draws `text` (at most about 2,000 ASCII characters at level M). */
export function qrPath(text: string): QrPath {
  const { data, size } = create(text, { errorCorrectionLevel: 'M' }).modules;
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!data[y * size + x]) continue;
      const start = x;
      while (x + 1 < size && data[y * size + x + 1]) x++;
      path += `M${start + QUIET} ${y + QUIET}h${x - start + 1}v1h-${x - start + 1}z`;
    }
  }
  return { size: size + 2 * QUIET, path };
}

/** The code as inline SVG; `label` says what it is to those who do not see it. */
export function qrCode(text: string, label: string): Html {
  const { size, path } = qrPath(text);
  return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${trustedHtml(path)}" fill="#000"/></svg>`;
}
