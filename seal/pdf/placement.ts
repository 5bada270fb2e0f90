// Where a seal of a true size in millimetres lies on a page as a person sees it: rotated, cropped, with its user unit.
import { TrustError } from '../../common/errors.ts';
import type { Box, Page, Rotation } from './page.ts';

const POINTS_PER_MM = 72 / 25.4;
const MARGIN_MM = 20;

export type Placement = {
  /** Millimetres from the left and the lower edge of the page as displayed to those of the seal; left out: lower right. */
  readonly xMm?: number | undefined;
  readonly yMm?: number | undefined;
};

export type PlacedSeal = {
  /** /Rect of the annotation in default user space. */
  readonly rect: Box;
  /** Size of the picture in default user space units, upright. */
  readonly width: number;
  readonly height: number;
  /** Turn of the picture that makes it upright as displayed. */
  readonly matrix: readonly [number, number, number, number, number, number];
};

/** Size of the page as displayed, in millimetres. */
export function displayedSize(page: Page): { readonly widthMm: number; readonly heightMm: number } {
  const [left, bottom, right, top] = page.box;
  const [widthMm, heightMm] = [right - left, top - bottom].map((units) => (units * page.userUnit) / POINTS_PER_MM) as [
    number,
    number,
  ];
  return page.rotate % 180 === 0 ? { widthMm, heightMm } : { widthMm: heightMm, heightMm: widthMm };
}

/** Places a seal; `placement-invalid` unless the whole seal lies on the page. */
export function placeSeal(page: Page, size: { widthMm: number; heightMm: number }, at: Placement): PlacedSeal {
  const shown = displayedSize(page);
  const room = { x: shown.widthMm - size.widthMm, y: shown.heightMm - size.heightMm };
  const xMm = at.xMm ?? Math.max(0, room.x - MARGIN_MM);
  const yMm = at.yMm ?? Math.min(Math.max(0, room.y), MARGIN_MM);
  const slack = 0.01; // a hundredth of a millimetre of rounding
  if (!(xMm >= 0 && yMm >= 0 && xMm <= room.x + slack && yMm <= room.y + slack)) {
    throw new TrustError(
      'placement-invalid',
      `The page shows ${round(shown.widthMm)} × ${round(shown.heightMm)} mm; a seal of ${size.widthMm} × ${size.heightMm} mm ` +
        `with its lower left corner at ${round(xMm)}, ${round(yMm)} mm does not lie on it`,
      { pointer: room.x < 0 || xMm > room.x + slack ? '/x_mm' : '/y_mm' },
    );
  }
  const scale = POINTS_PER_MM / page.userUnit;
  const corners = [
    toUserSpace(page, xMm * scale, yMm * scale),
    toUserSpace(page, (xMm + size.widthMm) * scale, (yMm + size.heightMm) * scale),
  ] as const;
  const rect: Box = [
    Math.min(corners[0].x, corners[1].x),
    Math.min(corners[0].y, corners[1].y),
    Math.max(corners[0].x, corners[1].x),
    Math.max(corners[0].y, corners[1].y),
  ];
  return { rect, width: size.widthMm * scale, height: size.heightMm * scale, matrix: TURNS[page.rotate] };
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

const round = (mm: number): number => Math.round(mm * 10) / 10;
