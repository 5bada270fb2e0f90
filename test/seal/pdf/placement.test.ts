import test from 'ava';
import fc from 'fast-check';
import type { Page, Rotation } from '../../../seal/pdf/page.ts';
import { displayedSize, placeSeal } from '../../../seal/pdf/placement.ts';

const SIZE = { widthMm: 42, heightMm: 30 };
const MM = 72 / 25.4;
const page = (rotate: Rotation = 0, box: Page['box'] = [0, 0, 595, 842], userUnit = 1): Page => ({
  ref: { kind: 'ref', num: 3, gen: 0 },
  dict: { kind: 'dict', map: new Map() },
  box,
  rotate,
  userUnit,
});
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 100) / 100);

test('ISO 32000: a seal has its true size in millimetres, whatever the user unit', (t) => {
  for (const unit of [1, 2, 10]) {
    const placed = placeSeal(page(0, [0, 0, 2000, 2000], unit), SIZE, { xMm: 10, yMm: 20 });
    t.deepEqual(rounded([placed.width * unit, placed.height * unit]), rounded([42 * MM, 30 * MM]));
    t.deepEqual(rounded([placed.rect[0] * unit, placed.rect[1] * unit]), rounded([10 * MM, 20 * MM]));
  }
});

test('ISO 32000: on a rotated page the corner counts as displayed, and width and height change places', (t) => {
  const lower = (rotate: Rotation) => rounded(placeSeal(page(rotate), SIZE, { xMm: 0, yMm: 0 }).rect);
  t.deepEqual(lower(0), rounded([0, 0, 42 * MM, 30 * MM]));
  t.deepEqual(lower(90), rounded([595 - 30 * MM, 0, 595, 42 * MM]));
  t.deepEqual(lower(180), rounded([595 - 42 * MM, 842 - 30 * MM, 595, 842]));
  t.deepEqual(lower(270), rounded([0, 842 - 42 * MM, 30 * MM, 842]));
});

test('ISO 32000: the crop box is the page that counts', (t) => {
  const cropped = page(0, [100, 200, 500, 700]);
  t.deepEqual(rounded(placeSeal(cropped, SIZE, { xMm: 0, yMm: 0 }).rect.slice(0, 2)), [100, 200]);
  t.throws(() => placeSeal(cropped, SIZE, { xMm: 120, yMm: 0 }), { code: 'placement-invalid' });
});

test('Left out, the place is at the lower right with a margin', (t) => {
  const { rect } = placeSeal(page(), SIZE, {});
  t.deepEqual(rounded([595 - rect[2], rect[1]]), rounded([20 * MM, 20 * MM]));
});

test('A seal that leaves the page is placement-invalid, and the pointer names the coordinate', (t) => {
  t.like(
    t.throws(() => placeSeal(page(), SIZE, { xMm: 200, yMm: 0 })),
    { code: 'placement-invalid', pointer: '/x_mm' },
  );
  t.like(
    t.throws(() => placeSeal(page(), SIZE, { xMm: 0, yMm: 290 })),
    { code: 'placement-invalid', pointer: '/y_mm' },
  );
  t.throws(() => placeSeal(page(0, [0, 0, 50, 50]), SIZE, {}), { code: 'placement-invalid' });
});

test('Property: whatever is accepted lies on the page, and is as large as the seal', (t) => {
  const arbitrary = fc.record({
    rotate: fc.constantFrom<Rotation>(0, 90, 180, 270),
    left: fc.integer({ min: -500, max: 500 }),
    bottom: fc.integer({ min: -500, max: 500 }),
    width: fc.integer({ min: 150, max: 2000 }),
    height: fc.integer({ min: 150, max: 2000 }),
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  t.notThrows(() =>
    fc.assert(
      fc.property(arbitrary, ({ rotate, left, bottom, width, height, x, y }) => {
        const subject = page(rotate, [left, bottom, left + width, bottom + height]);
        const shown = displayedSize(subject);
        const at = { xMm: x * (shown.widthMm - 42), yMm: y * (shown.heightMm - 30) };
        const { rect } = placeSeal(subject, SIZE, at);
        const [w, h] = rotate % 180 === 0 ? [42, 30] : [30, 42];
        const near = (a: number, b: number) => Math.abs(a - b) < 0.05;
        return (
          rect[0] > left - 0.05 &&
          rect[1] > bottom - 0.05 &&
          rect[2] < left + width + 0.05 &&
          rect[3] < bottom + height + 0.05 &&
          near(rect[2] - rect[0], w * MM) &&
          near(rect[3] - rect[1], h * MM)
        );
      }),
    ),
  );
});
