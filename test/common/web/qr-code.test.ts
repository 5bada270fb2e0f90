// The QR panel: one path that a scanner reads, from the SVG that the page holds.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { toMarkup } from '../../../common/web/html.ts';
import { qrCode, qrPath } from '../../../common/web/qr-code.ts';
import { judge } from '../../_harness/judges.ts';

const TEXT = 'https://license.example.gov.cn/verify?code=lz_5k3m9q2w7x4t8v6z1y0r5k3m9q';

test('a QR code is one path with four modules of quiet zone, and its label is escaped', (t) => {
  const { size, path } = qrPath(TEXT);
  const starts = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map((match) => match.slice(1).map(Number));
  t.true(starts.every(([x = 0, y = 0, run = 0]) => x >= 4 && y >= 4 && x + run <= size - 4 && y < size - 4));
  const markup = toMarkup(qrCode(TEXT, '"<张三>'));
  t.is(markup.match(/<path/g)?.length, 1);
  t.true(markup.includes('aria-label="&quot;&lt;张三&gt;"'));
});

judge(test, 'zbarimg')('zbar reads the QR code from the page at 264 px', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xinji-qr-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const svg = toMarkup(qrCode(TEXT, 'x')).replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
  const file = join(folder, 'qr.png');
  await sharp(Buffer.from(svg), { density: 600 }).resize(264, 264).png().toFile(file);
  t.is(execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' }).trim(), TEXT);
});
