// Where a seal of a true size in millimetres lies on a page as a person sees it: rotated, cropped, with its user unit.
import { TrustError } from '../../common/errors.ts';
import type { Box, Page, Rotation } from './page.ts';

const POINTS_PER_MM = 72 / 25.4;
const MARGIN_MM = 20;

export type Placement = {
  /** Millimetres from the left and the lower edge of the page as displayed to those of the seal; left out: lower right. */
  readonly xMm?: number | undefined;
  readonly yMm?: number | undefined;
  /** Several pages, as `parsePageList` reads them, instead of one. */
  readonly pages?: string | undefined;
  /** 骑缝: pages that show a strip of the seal each at their right edge; alone, or beside a seal on a page. */
  readonly straddle?: string | undefined;
  /** Lower edge of the strips; left out: halfway up. */
  readonly straddleYMm?: number | undefined;
  /** Name of an empty signature field that takes the seal. */
  readonly field?: string | undefined;
  /** Middles of the seals, found by keyword, instead of pages and an edge. */
  readonly centres?: readonly SealCentre[] | undefined;
  /** The date of signing stands below the seal. */
  readonly withDate?: boolean | undefined;
};

/** A point in default user space of a page, and how far from there the middle lies on the page as displayed. */
export type SealCentre = {
  readonly page: number;
  readonly x: number;
  readonly y: number;
  readonly dxMm: number;
  readonly dyMm: number;
};

export type PlacedSeal = {
  /** /Rect of the annotation in default user space. */
  readonly rect: Box;
  /** Size of the appearance in default user space units, upright; what is outside is not shown. */
  readonly width: number;
  readonly height: number;
  /** Turn of the appearance that makes it upright as displayed. */
  readonly matrix: readonly [number, number, number, number, number, number];
  /** The whole picture in the appearance. */
  readonly picture: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Units in a millimetre. */
  readonly scale: number;
};

type Size = { readonly widthMm: number; readonly heightMm: number };

/** Room for the date below a seal. */
export const DATE_BAND_MM = 5;

/** Size of the page as displayed, in millimetres. */
export function displayedSize(page: Page): { readonly widthMm: number; readonly heightMm: number } {
  const [left, bottom, right, top] = page.box;
  const [widthMm, heightMm] = [right - left, top - bottom].map((units) => (units * page.userUnit) / POINTS_PER_MM) as [
    number,
    number,
  ];
  return page.rotate % 180 === 0 ? { widthMm, heightMm } : { widthMm: heightMm, heightMm: widthMm };
}

/** Places a seal, and room for its date below it; `placement-invalid` unless all of it lies on the page. */
export function placeSeal(page: Page, size: Size, at: Placement): PlacedSeal {
  const shown = displayedSize(page);
  const band = at.withDate ? DATE_BAND_MM : 0;
  const room = { x: shown.widthMm - size.widthMm, y: shown.heightMm - size.heightMm };
  const xMm = at.xMm ?? Math.max(0, room.x - MARGIN_MM);
  const yMm = at.yMm ?? Math.min(Math.max(band, room.y), MARGIN_MM);
  checkRoom(page, size, { xMm, yMm, band });
  const box = { widthMm: size.widthMm, heightMm: size.heightMm + band };
  return placeBox(page, box, { xMm, yMm: yMm - band }, { ...size, xMm: 0, yMm: band });
}

/** Places the middle of a seal; `placement-invalid` unless all of it lies on the page. */
export function placeAround(page: Page, size: Size, centre: SealCentre, withDate: boolean | undefined): PlacedSeal {
  const scale = POINTS_PER_MM / page.userUnit;
  const { dx, dy } = toDisplayed(page, centre.x, centre.y);
  const xMm = dx / scale + centre.dxMm - size.widthMm / 2;
  const yMm = dy / scale + centre.dyMm - size.heightMm / 2;
  checkRoom(page, size, { xMm, yMm, band: withDate ? DATE_BAND_MM : 0 }, '/keyword');
  return placeSeal(page, size, { xMm, yMm, withDate });
}

/** 骑缝: strip `index` of `count` vertical ones at the right edge of the page. */
export function placeStrip(
  page: Page,
  size: Size,
  strip: { readonly index: number; readonly count: number; readonly yMm?: number | undefined },
): PlacedSeal {
  const shown = displayedSize(page);
  const widthMm = size.widthMm / strip.count;
  const yMm = strip.yMm ?? (shown.heightMm - size.heightMm) / 2;
  const box = { widthMm, heightMm: size.heightMm };
  const xMm = shown.widthMm - widthMm;
  checkRoom(page, box, { xMm, yMm, band: 0 }, '/straddle');
  return placeBox(page, box, { xMm, yMm }, { ...size, xMm: -strip.index * widthMm, yMm: 0 });
}

/** In the middle of a rectangle that the document has; `placement-invalid` where it is smaller than the seal. */
export function placeInRect(page: Page, size: Size, rect: Box, withDate: boolean | undefined): PlacedSeal {
  const scale = POINTS_PER_MM / page.userUnit;
  const isTurned = page.rotate % 180 !== 0;
  const [across, up] = [rect[2] - rect[0], rect[3] - rect[1]];
  const [width, height] = isTurned ? [up, across] : [across, up];
  const band = withDate ? DATE_BAND_MM : 0;
  const [left, below] = [width / scale - size.widthMm, height / scale - size.heightMm - band];
  if (!(left >= -SLACK && below >= -SLACK)) {
    throw new TrustError(
      'placement-invalid',
      `The field is ${round(width / scale)} × ${round(height / scale)} mm, too small for ` +
        `${size.widthMm} × ${size.heightMm + band} mm at true size`,
      { pointer: '/field' },
    );
  }
  const [x, y] = [(left / 2) * scale, (below / 2 + band) * scale];
  const picture = { x, y, width: size.widthMm * scale, height: size.heightMm * scale };
  return { rect, width, height, matrix: TURNS[page.rotate], picture, scale };
}

const SLACK = 0.01; // a hundredth of a millimetre of rounding

function checkRoom(
  page: Page,
  size: Size,
  at: { readonly xMm: number; readonly yMm: number; readonly band: number },
  pointer?: string,
): void {
  const shown = displayedSize(page);
  const room = { x: shown.widthMm - size.widthMm, y: shown.heightMm - size.heightMm };
  const { xMm, yMm, band } = at;
  if (xMm >= 0 && yMm >= band && xMm <= room.x + SLACK && yMm <= room.y + SLACK) return;
  throw new TrustError(
    'placement-invalid',
    `The page shows ${round(shown.widthMm)} × ${round(shown.heightMm)} mm; a seal of ${round(size.widthMm)} × ${round(size.heightMm)} mm ` +
      `with its lower left corner at ${round(xMm)}, ${round(yMm)} mm does not lie on it${band > 0 ? ` with ${band} mm for its date below` : ''}`,
    { pointer: pointer ?? (room.x < 0 || xMm > room.x + SLACK ? '/x_mm' : '/y_mm') },
  );
}

function placeBox(
  page: Page,
  box: Size,
  at: { readonly xMm: number; readonly yMm: number },
  picture: Size & { readonly xMm: number; readonly yMm: number },
): PlacedSeal {
  const scale = POINTS_PER_MM / page.userUnit;
  const corners = [
    toUserSpace(page, at.xMm * scale, at.yMm * scale),
    toUserSpace(page, (at.xMm + box.widthMm) * scale, (at.yMm + box.heightMm) * scale),
  ] as const;
  const rect: Box = [
    Math.min(corners[0].x, corners[1].x),
    Math.min(corners[0].y, corners[1].y),
    Math.max(corners[0].x, corners[1].x),
    Math.max(corners[0].y, corners[1].y),
  ];
  return {
    rect,
    width: box.widthMm * scale,
    height: box.heightMm * scale,
    matrix: TURNS[page.rotate],
    picture: {
      x: picture.xMm * scale,
      y: picture.yMm * scale,
      width: picture.widthMm * scale,
      height: picture.heightMm * scale,
    },
    scale,
  };
}

/** Counter-clockwise by the clockwise rotation of the page. */
const TURNS: Readonly<Record<Rotation, PlacedSeal['matrix']>> = {
  0: [1, 0, 0, 1, 0, 0],
  90: [0, 1, -1, 0, 0, 0],
  180: [-1, 0, 0, -1, 0, 0],
  270: [0, -1, 1, 0, 0, 0],
};

/** From the lower left corner as displayed to default user space. */
function toUserSpace(page: Page, dx: number, dy: number): { x: number; y: number } {
  const [left, bottom, right, top] = page.box;
  if (page.rotate === 90) return { x: right - dy, y: bottom + dx };
  if (page.rotate === 180) return { x: right - dx, y: top - dy };
  if (page.rotate === 270) return { x: left + dy, y: top - dx };
  return { x: left + dx, y: bottom + dy };
}

/** The inverse of `toUserSpace`. */
function toDisplayed(page: Page, x: number, y: number): { dx: number; dy: number } {
  const [left, bottom, right, top] = page.box;
  if (page.rotate === 90) return { dx: y - bottom, dy: right - x };
  if (page.rotate === 180) return { dx: right - x, dy: top - y };
  if (page.rotate === 270) return { dx: top - y, dy: x - left };
  return { dx: x - left, dy: y - bottom };
}

const round = (mm: number): number => Math.round(mm * 10) / 10;
