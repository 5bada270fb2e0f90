// The picture of a seal as a form XObject drawn with lines and curves, from the drawing (SVG) that stands in the seal: a few
// kilobytes, and sharp at any size. Only the small subset of SVG that the drawings of this house use is taken; whatever
// else stands in a drawing makes it null, and it is shown as an image instead.
import { deflateSync } from 'node:zlib';
import type { ObjectBody } from './appearance.ts';
import { array, dict, name, number } from './value.ts';

type Attributes = Readonly<Record<string, string>>;
type Numbers = readonly number[];

const MAX_BYTES = 512 * 1024;
/** Control points of a quarter circle by a curve. */
const QUARTER = 0.552_284_75;

/** A form XObject in the unit square, or null for a drawing with anything unknown in it. */
export function drawVector(svg: Uint8Array): ObjectBody | null {
  if (svg.length > MAX_BYTES) return null;
  try {
    const operators = drawSvg(Buffer.from(svg).toString('utf8'));
    const stream = deflateSync(Buffer.from(operators, 'latin1'), { level: 9 });
    const header = dict([
      ['Type', name('XObject')],
      ['Subtype', name('Form')],
      ['BBox', array([0, 0, 1, 1].map(number))],
      ['Resources', dict([])],
      ['Filter', name('FlateDecode')],
      ['Length', number(stream.length)],
    ]);
    return { header, stream };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** One group of one colour in a view box, as drawSealSvg makes it. */
function drawSvg(text: string): string {
  const whole = /^\s*<svg ([^<>]*)><g ([^<>]*)>((?:<[^<>]*\/>)*)<\/g><\/svg>\s*$/.exec(text);
  if (!whole) throw unknown('another structure');
  const [x, y, width, height] = numbers(
    readAttributes(whole[1]!, ['xmlns', 'width', 'height', 'viewBox'])['viewBox'],
    4,
  );
  const { fill = '#000000' } = readAttributes(whole[2]!, ['fill']);
  if (!(width! > 0 && height! > 0)) throw unknown('no view box');
  const frame = matrix([1 / width!, 0, 0, -1 / height!, -x! / width!, 1 + y! / height!]);
  const parts = [...whole[3]!.matchAll(/<(\w+) ([^<>]*)\/>/g)].map(([, tag, own]) => drawPart(tag!, own!, fill));
  return ['q', frame, `${color(fill)} rg`, ...parts, 'Q'].join('\n');
}

type Shape = { readonly keys: readonly string[]; readonly draw: (attributes: Attributes) => string };

const SHAPES: Readonly<Record<string, Shape>> = {
  path: { keys: ['d'], draw: ({ d = '' }) => drawPath(d) },
  circle: { keys: ['cx', 'cy', 'r'], draw: ({ cx, cy, r }) => drawEllipse(cx, cy, r, r) },
  ellipse: { keys: ['cx', 'cy', 'rx', 'ry'], draw: ({ cx, cy, rx, ry }) => drawEllipse(cx, cy, rx, ry) },
  rect: {
    keys: ['x', 'y', 'width', 'height'],
    draw: ({ x = '0', y = '0', width, height }) =>
      `${[x, y, width, height].map((side) => plain(number1(side))).join(' ')} re`,
  },
};
const PAINT = ['fill', 'stroke', 'stroke-width', 'transform'];

function drawPart(tag: string, own: string, groupFill: string): string {
  const shape = Object.hasOwn(SHAPES, tag) ? SHAPES[tag]! : null;
  if (!shape) throw unknown(tag);
  const attributes = readAttributes(own, [...shape.keys, ...PAINT]);
  const { fill = groupFill, stroke = 'none', 'stroke-width': strokeWidth = '1', transform } = attributes;
  const painted = `${fill === 'none' ? '' : 'f'}${stroke === 'none' ? '' : 's'}`;
  const operator = { f: 'f', s: 'S', fs: 'B', '': 'n' }[painted]!;
  const setUp = [
    ...(transform === undefined ? [] : [drawTransform(transform)]),
    ...(fill === groupFill || fill === 'none' ? [] : [`${color(fill)} rg`]),
    ...(stroke === 'none' ? [] : [`${color(stroke)} RG ${plain(number1(strokeWidth))} w`]),
  ];
  const drawn = `${shape.draw(attributes)} ${operator}`;
  return setUp.length === 0 ? drawn : `q ${setUp.join(' ')}\n${drawn} Q`;
}

function readAttributes(text: string, known: readonly string[]): Attributes {
  const found: Record<string, string> = {};
  const rest = text.replace(/([\w:-]+)="([^"&]*)"\s*/g, (_, key: string, value: string) => {
    if (!known.includes(key) || Object.hasOwn(found, key)) throw unknown(key);
    found[key] = value;
    return '';
  });
  if (rest.trim() !== '') throw unknown(rest);
  return found;
}

const TRANSFORMS: Readonly<Record<string, (values: Numbers) => Numbers>> = {
  translate: ([x, y = 0]) => [1, 0, 0, 1, x!, y],
  scale: ([x, y = x!]) => [x!, 0, 0, y, 0, 0],
  rotate: ([degrees, ...centre]) => {
    if (centre.length > 0) throw unknown('a centre of rotation');
    const angle = (degrees! * Math.PI) / 180;
    return [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
  },
};

function drawTransform(text: string): string {
  const steps = [...text.matchAll(/(\w+)\(([^()]*)\)\s*/g)];
  if (steps.map(([whole]) => whole).join('') !== text) throw unknown(text);
  return steps
    .map(([, kind, values]) => {
      const step = Object.hasOwn(TRANSFORMS, kind!) ? TRANSFORMS[kind!]! : null;
      if (!step) throw unknown(kind!);
      return matrix(step(numbers(values)));
    })
    .join(' ');
}

/** Absolute commands only; a quadratic curve becomes a cubic one. */
function drawPath(d: string): string {
  const out: string[] = [];
  let [x, y] = [0, 0];
  const commands = [...d.matchAll(/([MLHVQCZ])([^A-Za-z]*)/g)];
  if (commands.map(([whole]) => whole).join('') !== d) throw unknown('a path');
  for (const [, letter, text] of commands) {
    const values = numbers(text);
    const arity = ARITY[letter!]!;
    if (arity === 0 ? values.length > 0 : values.length === 0 || values.length % arity !== 0) throw unknown('a path');
    if (letter === 'Z') out.push('h');
    for (let i = 0; i < values.length; i += arity) {
      const step = values.slice(i, i + arity);
      const end = endOf(letter!, step, x, y);
      out.push(drawStep(i > 0 && letter === 'M' ? 'L' : letter!, step, [x, y], end));
      [x, y] = end;
    }
  }
  return out.join(' ');
}

const ARITY: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, Q: 4, C: 6, Z: 0 };

function endOf(letter: string, step: Numbers, x: number, y: number): [number, number] {
  if (letter === 'H') return [step[0]!, y];
  if (letter === 'V') return [x, step[0]!];
  return [step.at(-2)!, step.at(-1)!];
}

function drawStep(letter: string, step: Numbers, [x, y]: Numbers, end: Numbers): string {
  if (letter === 'M') return `${list(end)} m`;
  if (letter === 'C') return `${list(step)} c`;
  if (letter !== 'Q') return `${list(end)} l`;
  const [a, b] = step as [number, number];
  const towards = (from: number, control: number): number => from + (2 / 3) * (control - from);
  return `${list([towards(x!, a), towards(y!, b), towards(end[0]!, a), towards(end[1]!, b), ...end])} c`;
}

function drawEllipse(cx = '0', cy = '0', rx?: string, ry?: string): string {
  const [x, y, a, b] = [cx, cy, rx, ry].map(number1) as [number, number, number, number];
  const [p, q] = [a * QUARTER, b * QUARTER];
  const curves = [
    [x + a, y + q, x + p, y + b, x, y + b],
    [x - p, y + b, x - a, y + q, x - a, y],
    [x - a, y - q, x - p, y - b, x, y - b],
    [x + p, y - b, x + a, y - q, x + a, y],
  ];
  return `${list([x + a, y])} m ${curves.map((curve) => `${list(curve)} c`).join(' ')} h`;
}

function color(text: string): string {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (!found) throw unknown(text);
  return found
    .slice(1)
    .map((hex) => plain(Number.parseInt(hex, 16) / 255))
    .join(' ');
}

function numbers(text: string | undefined, count?: number): Numbers {
  const parts = (text ?? '').trim().split(/[\s,]+/);
  const found = parts[0] === '' ? [] : parts.map(number1);
  if (count !== undefined && found.length !== count) throw unknown(`${found.length} numbers`);
  return found;
}

function number1(text: string | undefined): number {
  if (text === undefined || !/^-?\d{1,9}(\.\d{1,12})?$/.test(text)) throw unknown(text ?? 'no number');
  return Number(text);
}

const matrix = (values: Numbers): string => `${values.map((value) => plain(value, 8)).join(' ')} cm`;
const list = (values: Numbers): string => values.map((value) => plain(value)).join(' ');
/** PDF knows no exponents. */
const plain = (value: number, digits = 3): string =>
  value
    .toFixed(digits)
    .replace(/\.?0+$/, '')
    .replace(/^-0$/, '0');
const unknown = (what: string): RangeError => new RangeError(`a drawing with ${what.slice(0, 80)}`);
