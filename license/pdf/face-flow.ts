// The sections of a face set out in their field from top to bottom: rows, pairs of columns, tables, headings. Set in the
// largest of eight sizes in which they all fit, then spread a little; what fits in none is refused with its longest item.
// Pure: blocks and measures in, drawing instructions out.
import { TrustError } from '../../common/errors.ts';
import { widthMm, wrapText } from '../../common/pdf/typeface.ts';
import { at, type FaceDrawing, type FaceFill, type FaceLine, type FaceText, type Measures } from './face-drawing.ts';
import type { FaceBlock, FaceItem } from './face-sections.ts';

export type FlowField = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Upper right corner that a photo takes; 0 by 0 without one. */
  readonly photo: { readonly width: number; readonly height: number };
};

/** Points and millimetres of one size. */
type Setting = {
  readonly value: number;
  readonly label: number;
  readonly line: number;
  readonly pad: number;
  /** English under the labels. */
  readonly english: boolean;
};
const SETTINGS: readonly Setting[] = [
  { value: 13, label: 11.5, line: 6.4, pad: 4.4, english: true },
  { value: 12, label: 10.5, line: 5.8, pad: 3.2, english: true },
  { value: 11, label: 10, line: 5.2, pad: 2.2, english: true },
  { value: 10.5, label: 9.5, line: 4.9, pad: 2.4, english: false },
  { value: 9.5, label: 9, line: 4.4, pad: 1.7, english: false },
  { value: 8.5, label: 8, line: 3.9, pad: 1.1, english: false },
  { value: 7.5, label: 7.5, line: 3.4, pad: 0.7, english: false },
  { value: 7, label: 7, line: 3.1, pad: 0.5, english: false },
];
const MOST_SPREAD = 4;
const GUTTER = 7;
const LEAST_COLUMN = 70;
const CELL_PAD = 1.6;
const MM_PER_POINT = 25.4 / 72;

/** Throws `license-fields-invalid` with the pointer of the longest item when they do not fit in the smallest size. */
export function layoutFlow(measures: Measures, blocks: readonly FaceBlock[], field: FlowField): FaceDrawing {
  for (const setting of SETTINGS) {
    const { isFull, y, bands } = runFlow(measures, blocks, field, setting, 0);
    if (isFull) continue;
    const spread = Math.min(MOST_SPREAD, (y - field.bottom) / Math.max(1, bands));
    return runFlow(measures, blocks, field, setting, spread);
  }
  throw new TrustError('license-fields-invalid', 'what this license says does not fit on its face', {
    pointer: longestItem(blocks),
  });
}

function longestItem(blocks: readonly FaceBlock[]): string {
  const items = blocks.flatMap((block) => {
    if (block.kind === 'table') return block.lines.flat();
    return block.kind === 'rows' || block.kind === 'columns' ? block.items : [];
  });
  const [longest] = items.toSorted((a, b) => b.value.length - a.value.length);
  return longest?.pointer ?? '/fields';
}

/** The pen on its way down. */
type Flow = {
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

function runFlow(
  measures: Measures,
  blocks: readonly FaceBlock[],
  field: FlowField,
  setting: Setting,
  spread: number,
): Flow {
  const flow: Flow = {
    measures,
    field,
    setting,
    spread,
    labelWidth: labelColumn(measures, blocks, setting),
    texts: [],
    lines: [],
    fills: [],
    y: field.top,
    bands: 0,
    isFull: false,
  };
  for (const block of blocks) {
    if (block.kind === 'heading') setHeading(flow, block.label, block.labelEn);
    else if (block.kind === 'statement') setStatement(flow, block.text);
    else if (block.kind === 'table') setTable(flow, block.lines, block.shares);
    else if (block.kind === 'columns') setColumns(flow, block.items);
    else for (const item of block.items) setBand(flow, [wideCell(flow, item)]);
    if (flow.isFull) break;
  }
  return flow;
}

/** As wide as the widest label, within bounds; wider labels are broken. */
function labelColumn({ bold }: Measures, blocks: readonly FaceBlock[], { label }: Setting): number {
  const [least, most] = blocks.some(({ kind }) => kind === 'columns') ? [18, 34] : [30, 48];
  const widths = blocks.flatMap((block) =>
    block.kind === 'rows' || block.kind === 'columns'
      ? block.items.map((item) => widthMm(bold, item.label, label))
      : [],
  );
  return Math.min(most, Math.max(least, ...widths) + 4);
}

/** A label with its value at a place of a band. */
type Cell = {
  readonly item: FaceItem;
  readonly x: number;
  readonly valueX: number;
  readonly right: number;
  readonly labels: readonly string[];
  readonly values: readonly string[];
};

function makeCell(flow: Flow, item: FaceItem, x: number, right: number): Cell {
  const { measures, setting } = flow;
  const valueX = x + flow.labelWidth;
  return {
    item,
    x,
    valueX,
    right,
    labels: wrapText(measures.bold, item.label, setting.label, valueX - x - 3),
    values: wrapText(measures.regular, item.value, setting.value, right - valueX),
  };
}

function wideCell(flow: Flow, item: FaceItem): Cell {
  return makeCell(flow, item, flow.field.left, rightEdge(flow));
}

/** Beside the photo a band is narrower. */
function rightEdge({ field, y }: Flow): number {
  const { width, height } = field.photo;
  return width > 0 && y > field.top - height ? field.right - width - 5 : field.right;
}

/** Short items side by side, two or, on a wide page, three; a long one, and one that is left alone, has the whole width. */
function setColumns(flow: Flow, items: readonly FaceItem[]): void {
  let waiting: FaceItem[] = [];
  const flush = (): void => {
    const [sole, ...others] = waiting;
    waiting = [];
    if (sole) setBand(flow, others.length === 0 ? [wideCell(flow, sole)] : shareBand(flow, [sole, ...others]));
  };
  for (const item of items) {
    if (isLong(shareBand(flow, [item]))) {
      flush();
      setBand(flow, [wideCell(flow, item)]);
    } else if (waiting.push(item) === columnCount(flow)) flush();
  }
  flush();
}

/** More than two lines, or a number that would be broken. */
function isLong([cell]: readonly Cell[]): boolean {
  const lines = cell?.values.length ?? 0;
  return lines > 2 || (lines === 2 && /^[\x20-\x7e]+$/.test(cell?.item.value ?? ''));
}

function columnCount(flow: Flow): number {
  return Math.max(2, Math.floor((rightEdge(flow) - flow.field.left) / LEAST_COLUMN));
}

function shareBand(flow: Flow, items: readonly FaceItem[]): Cell[] {
  const { left } = flow.field;
  const count = columnCount(flow);
  const width = (rightEdge(flow) - left - (count - 1) * GUTTER) / count;
  return items.map((item, column) => {
    const x = left + column * (width + GUTTER);
    return makeCell(flow, item, x, x + width);
  });
}

/** Cells side by side, a rule below. */
function setBand(flow: Flow, cells: readonly Cell[]): void {
  const { setting, spread, field } = flow;
  const english = setting.english ? setting.line * 0.62 : 0;
  const contents = cells.map(({ labels, values }) =>
    Math.max(labels.length * setting.line + english, values.length * setting.line),
  );
  const height = Math.max(...contents) + setting.pad + spread;
  if (!takeBand(flow, height)) return;
  const top = flow.y + height - (setting.pad + spread) / 2;
  for (const [index, cell] of cells.entries()) {
    const rest = Math.max(...contents) - (contents[index] ?? 0);
    setCell(flow, cell, top - rest / 2, english);
  }
  const right = Math.max(...cells.map((cell) => cell.right), rightEdge({ ...flow, y: flow.y + height }));
  flow.lines.push({ x: field.left, y: flow.y, dx: right - field.left, dy: 0, ink: 'rule' });
}

function setCell(
  { texts, setting }: Flow,
  { item, x, valueX, labels, values }: Cell,
  top: number,
  english: number,
): void {
  const height = Math.max(labels.length * setting.line + english, values.length * setting.line);
  const labelTop = top - (height - labels.length * setting.line - english) / 2;
  const valueTop = top - (height - values.length * setting.line) / 2;
  for (const [index, label] of labels.entries()) {
    texts.push(at(label, x, baseLine(labelTop, index, setting.line, setting.label), setting.label, 'frame', 'bold'));
  }
  if (english > 0) texts.push(at(item.labelEn, x, labelTop - labels.length * setting.line - english * 0.62, 7, 'soft'));
  for (const [index, value] of values.entries()) {
    texts.push(at(value, valueX, baseLine(valueTop, index, setting.line, setting.value), setting.value, 'ink'));
  }
}

/** Moves the pen down; false when the field has no such room. */
function takeBand(flow: Flow, height: number): boolean {
  if (flow.y - height < flow.field.bottom) {
    flow.isFull = true;
    return false;
  }
  flow.y -= height;
  flow.bands += 1;
  return true;
}

function setHeading(flow: Flow, label: string, labelEn: string): void {
  const { setting, spread, field, measures } = flow;
  const size = setting.label + 0.5;
  const height = setting.line + setting.pad * 0.6 + spread * 0.6 + 2;
  if (!takeBand(flow, height)) return;
  const base = flow.y + 1 + setting.pad * 0.3;
  const mark = size * MM_PER_POINT * 0.86;
  flow.fills.push({ x: field.left, y: base - mark * 0.12, width: 1.2, height: mark, ink: 'frame' });
  flow.texts.push(at(label, field.left + 3, base, size, 'frame', 'bold'));
  const behind = field.left + 5.5 + widthMm(measures.bold, label, size);
  flow.texts.push(at(labelEn, behind, base, 7, 'soft'));
  flow.lines.push({ x: field.left, y: flow.y, dx: rightEdge(flow) - field.left, dy: 0, ink: 'frame', points: 0.5 });
}

/** Labels above values in ruled cells; every line of the table has the same labels. */
function setTable(flow: Flow, rows: readonly (readonly FaceItem[])[], shares: readonly number[]): void {
  const { setting, spread, field, measures } = flow;
  const width = rightEdge(flow) - field.left;
  const edges = [field.left];
  for (const share of shares) edges.push((edges.at(-1) ?? 0) + share * width);
  const inner = (column: number): number => (edges[column + 1] ?? 0) - (edges[column] ?? 0) - 2 * CELL_PAD;
  const head = (rows[0] ?? []).map(({ label }, column) => wrapText(measures.bold, label, setting.label, inner(column)));
  const headHeight = Math.max(...head.map((lines) => lines.length)) * setting.line + setting.pad * 0.6;
  const gap = setting.pad * 0.5;
  if (!takeBand(flow, headHeight + gap)) return;
  const tableTop = flow.y + headHeight;
  flow.fills.push({ x: field.left, y: flow.y, width, height: headHeight, ink: 'pale' });
  setCells(flow, head, edges, headHeight, 'bold');
  for (const row of rows) {
    const cells = row.map(({ value }, column) => wrapText(measures.regular, value, setting.value, inner(column)));
    const height = Math.max(...cells.map((lines) => lines.length)) * setting.line + setting.pad * 0.8 + spread * 0.6;
    if (!takeBand(flow, height)) return;
    setCells(flow, cells, edges, height, 'regular');
    flow.lines.push({ x: field.left, y: flow.y + height, dx: width, dy: 0, ink: 'rule' });
  }
  for (const x of edges) flow.lines.push({ x, y: flow.y, dx: 0, dy: tableTop - flow.y, ink: 'rule' });
  for (const y of [flow.y, tableTop]) flow.lines.push({ x: field.left, y, dx: width, dy: 0, ink: 'rule' });
  flow.y -= gap;
}

function setCells(
  { texts, setting, y }: Flow,
  cells: readonly (readonly string[])[],
  edges: readonly number[],
  height: number,
  weight: 'regular' | 'bold',
): void {
  const size = weight === 'bold' ? setting.label : setting.value;
  for (const [column, lines] of cells.entries()) {
    const top = y + (height + lines.length * setting.line) / 2;
    for (const [index, line] of lines.entries()) {
      const base = baseLine(top, index, setting.line, size);
      texts.push(at(line, (edges[column] ?? 0) + CELL_PAD, base, size, weight === 'bold' ? 'frame' : 'ink', weight));
    }
  }
}

function setStatement(flow: Flow, text: string): void {
  const { setting, field, measures } = flow;
  const size = Math.min(9.5, setting.value - 1);
  const line = size * MM_PER_POINT * 1.6;
  const lines = wrapText(measures.regular, text, size, field.right - field.left);
  if (!takeBand(flow, lines.length * line + 3)) return;
  const top = flow.y + lines.length * line;
  for (const [index, words] of lines.entries()) {
    flow.texts.push(at(words, field.left, baseLine(top, index, line, size), size, 'soft'));
  }
}

/** Base line of the `index`th line below `top`: ideographs stand in the middle of their line. */
function baseLine(top: number, index: number, line: number, size: number): number {
  return top - (index + 0.5) * line - size * MM_PER_POINT * 0.37;
}
