// An SVG that somebody brings, read against a closed list of elements and attributes and written anew. Whatever is not on
// the list is refused, not dropped, so that nobody seals with half a picture. Without text, styles, entities and
// references there is nothing left that a renderer could run, fetch or expand.
import { TrustError } from '../../common/errors.ts';

/** What stands inside the root element, written anew, and the box it is drawn in. */
export type CleanSvg = { readonly viewBox: readonly [number, number, number, number]; readonly content: string };
/** `red`: every paint becomes the red of seals, and white, which cannot be painted on paper, is refused. */
export type CleanSvgOptions = { readonly paint: 'any' | 'red' };

const MAX_BYTES = 64 * 1024;
const MAX_ELEMENTS = 500;
const MAX_DEPTH = 16;

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const ELEMENTS = words('svg g path circle ellipse rect line polyline polygon title desc');
/** Their content is left out. */
const SILENT = words('title desc');
const ATTRIBUTES = words(
  'd cx cy r rx ry x y x1 y1 x2 y2 width height points transform viewBox fill fill-rule fill-opacity ' +
    'stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity opacity',
);
/** Say nothing about the picture; left out. */
const IDLE_ATTRIBUTES = words('id version');
const PAINTS = words('fill stroke');
const WHITE = /^(?:white|#f{3,4}|#f{6}|#f{8}|rgba?\(\s*(?:255|100%)\s*,\s*(?:255|100%)\s*,\s*(?:255|100%)\s*[,)].*)$/i;
const RED = '#ff0000';
/** Numbers, colours, path and transform syntax; no quotes, no colon, no url(). */
const VALUE = /^(?!.*url)[A-Za-z0-9\s.,#()+%-]*$/is;
const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Throws `picture-refused`, which names what is not on the list. */
export function cleanSvg(bytes: Uint8Array, options: CleanSvgOptions): CleanSvg {
  if (bytes.length > MAX_BYTES) throw refused(`more than ${MAX_BYTES} bytes`);
  const text = decode(bytes);
  const out: string[] = [];
  const open: string[] = [];
  let root: Tag | undefined;
  let elements = 0;
  for (let at = skipProlog(text); root === undefined || open.length > 0; ) {
    const { between, tag, end } = nextTag(text, at);
    if (between.trim() !== '' && !SILENT.has(open.at(-1) ?? '')) throw refused('text between the elements');
    at = end;
    if (tag === null) {
      if (text.slice(at).trim() === '') throw refused('an end before the last element is closed');
      continue;
    }
    if (tag.startsWith('</')) {
      if (tag !== `</${open.at(-1)}>`) throw refused(`${show(tag)}, which closes another element`);
      if (!SILENT.has(open.pop()!) && open.length > 0) out.push(tag);
    } else {
      if (++elements > MAX_ELEMENTS) throw refused(`more than ${MAX_ELEMENTS} elements`);
      if (SILENT.has(open.at(-1) ?? '')) throw refused(`${show(tag)} inside a title`);
      const read = readTag(tag, root === undefined, options);
      if (root === undefined) root = read;
      else if (!SILENT.has(read.name)) out.push(read.written);
      if (!read.isEmpty) open.push(read.name);
      if (open.length > MAX_DEPTH) throw refused(`more than ${MAX_DEPTH} levels of elements`);
    }
    if (open.length === 0 && text.slice(at).trim() !== '') throw refused('something behind the last element');
  }
  return { viewBox: boxOf(root!), content: out.join('') };
}

type Tag = {
  readonly name: string;
  readonly written: string;
  readonly isEmpty: boolean;
  readonly attributes: ReadonlyMap<string, string>;
};

/** The next tag and the text before it; `tag` is null for a comment. */
function nextTag(text: string, at: number): { between: string; tag: string | null; end: number } {
  const start = text.indexOf('<', at);
  if (start < 0) throw refused('an end before the last element is closed');
  const isComment = text.startsWith('<!--', start);
  const mark = isComment ? '-->' : '>';
  const found = text.indexOf(mark, start + (isComment ? 4 : 1));
  if (found < 0) throw refused('an element without end');
  const end = found + mark.length;
  return { between: text.slice(at, start), tag: isComment ? null : text.slice(start, end), end };
}

function readTag(tag: string, isRoot: boolean, options: CleanSvgOptions): Tag {
  const [, name = '', rest = '', slash = ''] = /^<([A-Za-z]+)((?:\s[^<>]*?)?)\s*(\/?)>$/s.exec(tag) ?? [];
  if (!ELEMENTS.has(name) || isRoot !== (name === 'svg')) throw refused(`the element ${show(tag)}`);
  const pattern = /\s+([A-Za-z][A-Za-z0-9:-]*)\s*=\s*(?:"([^"<&]*)"|'([^'<&]*)')/gy;
  const attributes = new Map<string, string>();
  let read = 0;
  for (const [all, key = '', double, single] of rest.matchAll(pattern)) {
    read += all.length;
    if (attributes.has(key)) throw refused(`the attribute ${show(key)} twice`);
    attributes.set(key, double ?? single ?? '');
  }
  if (rest.slice(read).trim() !== '') throw refused(`the element ${show(tag)}`);
  const kept = [...attributes].flatMap(([key, value]) => attribute(key, value, name, options));
  return { name, attributes, written: `<${name}${kept.join('')}${slash}>`, isEmpty: slash === '/' };
}

function attribute(key: string, value: string, element: string, { paint }: CleanSvgOptions): readonly string[] {
  if (IDLE_ATTRIBUTES.has(key) || (key === 'xmlns' && value === NAMESPACE)) return [];
  if (!ATTRIBUTES.has(key) || !VALUE.test(value))
    throw refused(`the attribute ${show(`${key}="${value}"`)} of ${element}`);
  if (paint === 'any' || !PAINTS.has(key) || value.trim() === 'none') return [` ${key}="${value}"`];
  if (WHITE.test(value.trim()))
    throw refused(`white (${show(`${key}="${value}"`)}), which would cover the paper; cut a hole instead`);
  return [` ${key}="${RED}"`];
}

/** viewBox, or width and height in numbers of one unit. */
function boxOf({ attributes }: Tag): readonly [number, number, number, number] {
  const size = ['width', 'height'].map((side) => /^(\d+(?:\.\d+)?)(?:px|mm)?$/.exec(attributes.get(side) ?? '')?.[1]);
  const box = attributes
    .get('viewBox')
    ?.trim()
    .split(/[\s,]+/) ?? ['0', '0', ...size];
  const numbers = box.map((part) => Number(part ?? Number.NaN));
  const [x = Number.NaN, y = Number.NaN, width = 0, height = 0] = numbers;
  const isSane = numbers.length === 4 && numbers.every((value) => Math.abs(value) <= 100_000);
  if (!isSane || width < 0.01 || height < 0.01) throw refused('neither a usable viewBox nor width and height');
  return [x, y, width, height];
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TrustError('picture-refused', 'The SVG is not UTF-8', { cause });
  }
}

function skipProlog(text: string): number {
  return /^\s*<\?xml [^<>?]*\?>/.exec(text)?.[0].length ?? 0;
}

const show = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);

function refused(found: string): TrustError {
  return new TrustError('picture-refused', `The SVG has ${found}; it is refused`);
}
