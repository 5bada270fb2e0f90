// Tables of a face: labels above values in ruled cells.
import { wrapText } from '../../common/pdf/typeface.ts';
import { at } from './face-drawing.ts';
import { baseLine, type Flow, rightEdge, takeBand } from './face-pen.ts';
import type { FaceItem } from './face-sections.ts';

const CELL_PAD = 1.6;

/** Every line of the table has the same labels. */
export function setTable(flow: Flow, rows: readonly (readonly FaceItem[])[], shares: readonly number[]): void {
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
