// Bands of a face: a label with its value, alone or beside others, and a rule below.
import { wrapText } from '../../common/pdf/typeface.ts';
import { at } from './face-drawing.ts';
import { baseLine, type Flow, rightEdge, takeBand } from './face-pen.ts';
import type { FaceItem } from './face-sections.ts';

const GUTTER = 7;
const LEAST_COLUMN = 70;

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

export function wideCell(flow: Flow, item: FaceItem): Cell {
  return makeCell(flow, item, flow.field.left, rightEdge(flow));
}

/** Short items side by side, two or, on a wide page, three; a long one, and one that is left alone, has the whole width. */
export function setColumns(flow: Flow, items: readonly FaceItem[]): void {
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
export function setBand(flow: Flow, cells: readonly Cell[]): void {
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
