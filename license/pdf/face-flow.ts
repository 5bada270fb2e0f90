// The sections of a face set out in their field from top to bottom: rows, pairs of columns, tables, headings. Set in the
// largest of eight sizes in which they all fit, then spread a little; what fits in none is refused with its longest item.
// Pure: blocks and measures in, drawing instructions out.
import { TrustError } from '../../common/errors.ts';
import { widthMm, wrapText } from '../../common/pdf/typeface.ts';
import { setBand, setColumns, wideCell } from './face-bands.ts';
import { at, type FaceDrawing, type Measures } from './face-drawing.ts';
import { baseLine, type Flow, type FlowField, MM_PER_POINT, rightEdge, type Setting, takeBand } from './face-pen.ts';
import type { FaceBlock } from './face-sections.ts';
import { setTable } from './face-table.ts';

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
