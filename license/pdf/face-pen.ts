// The pen that sets the sections of a face from top to bottom: the field it writes in, the size it writes in, how far down it is.
import type { FaceFill, FaceLine, FaceText, Measures } from './face-drawing.ts';

export type FlowField = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Upper right corner that a photo takes; 0 by 0 without one. */
  readonly photo: { readonly width: number; readonly height: number };
};

/** Points and millimetres of one size. */
export type Setting = {
  readonly value: number;
  readonly label: number;
  readonly line: number;
  readonly pad: number;
  /** English under the labels. */
  readonly english: boolean;
};
export const MM_PER_POINT = 25.4 / 72;

/** The pen on its way down. */
export type Flow = {
  readonly measures: Measures;
  readonly field: FlowField;
  readonly setting: Setting;
  readonly spread: number;
  /** The same in rows and columns, so that values stand below each other. */
  readonly labelWidth: number;
  readonly texts: FaceText[];
  readonly lines: FaceLine[];
  readonly fills: FaceFill[];
  y: number;
  bands: number;
  /** Something had no room. */
  isFull: boolean;
};

/** Moves the pen down; false when the field has no such room. */
export function takeBand(flow: Flow, height: number): boolean {
  if (flow.y - height < flow.field.bottom) {
    flow.isFull = true;
    return false;
  }
  flow.y -= height;
  flow.bands += 1;
  return true;
}

/** Beside the photo a band is narrower. */
export function rightEdge({ field, y }: Flow): number {
  const { width, height } = field.photo;
  return width > 0 && y > field.top - height ? field.right - width - 5 : field.right;
}

/** Base line of the `index`th line below `top`: ideographs stand in the middle of their line. */
export function baseLine(top: number, index: number, line: number, size: number): number {
  return top - (index + 0.5) * line - size * MM_PER_POINT * 0.37;
}
