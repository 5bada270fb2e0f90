// The sheet keeps its promises: contrast of the tokens, size, and nothing that the content policy would block.
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { ICON, STYLE, STYLE_PATH } from '../../../common/web/style.ts';

const tokens = Object.fromEntries(
  [...STYLE.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].reverse().map(([, name, value]) => [name, value]),
) as Record<string, string>;

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(tokens[a] ?? ''), luminance(tokens[b] ?? '')].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const PAIRS: readonly [text: string, grounds: readonly string[], least: number][] = [
  ['ink', ['paper', 'page', 'blue-t', 'seal-t', 'pass-t', 'warn-t', 'unk-t'], 7],
  ['ink2', ['paper', 'page', 'unk-t'], 4.5],
  ['blue', ['paper', 'page', 'blue-t'], 4.5],
  ['seal-d', ['paper', 'page', 'seal-t'], 4.5],
  ['pass', ['paper', 'pass-t'], 4.5],
  ['warn', ['paper', 'warn-t'], 4.5],
  ['unk', ['paper', 'unk-t'], 4.5],
  ['ctl', ['paper', 'page'], 3],
  ['foc-b', ['paper', 'page'], 3],
  ['foc-a', ['blue', 'seal', 'foc-b'], 3],
];

for (const [text, grounds, least] of PAIRS) {
  test(`WCAG 2.2, 1.4.3 and 1.4.11: ${text} has ${least} : 1 on ${grounds.join(', ')}`, (t) => {
    for (const ground of grounds)
      t.true(contrast(text, ground) >= least, `${ground}: ${contrast(text, ground).toFixed(2)}`);
  });
}

test('the sheet is at most 20 KB, 6 KB compressed, and needs no other address', (t) => {
  t.true(STYLE.length <= 20_000, String(STYLE.length));
  t.true(gzipSync(STYLE).length <= 6_000);
  t.notRegex(STYLE, /url\(|@import|expression|system-ui/);
  t.regex(STYLE_PATH, /^\/assets\/style\.[0-9a-f]{12}\.css$/);
});

test('no seal red in the icon, no script and no address in it', (t) => {
  t.notRegex(ICON, /B3202A|<script|href|data:/i);
});
