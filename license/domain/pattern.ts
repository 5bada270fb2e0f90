// Patterns of license types: a small part of regular expressions in which every repetition has an end, so that no value of
// a stranger can make matching slow and every pattern can be sampled. Characters, \d, classes without negation, groups,
// alternatives, ?, {n} and {n,m}. A repetition of changing length repeats a character or class, never a group that changes.

/** Code points, both ends included. */
type Range = readonly [number, number];
export type PatternNode =
  | { readonly kind: 'set'; readonly ranges: readonly Range[] }
  | { readonly kind: 'group'; readonly options: readonly (readonly PatternNode[])[] }
  | { readonly kind: 'repeat'; readonly node: PatternNode; readonly least: number; readonly most: number };

const MOST_REPEATS = 500;
const DIGITS: Range = [0x30, 0x39];
/** Characters that mean something outside of a class and stand for themselves only behind a backslash. */
const SYNTAX = '\\^$.*+?()[]{}|/';

/** The whole pattern as a group. Throws `SyntaxError` with a sentence for what is not in this part of the language. */
export function parsePattern(pattern: string): PatternNode {
  const reader = new PatternReader([...pattern]);
  const group = reader.group();
  if (reader.peek() !== undefined) throw new SyntaxError('there is a ) too many');
  return group;
}

/** A value that the pattern describes; `random` gives numbers from 0 up to 1. */
export function samplePattern(node: PatternNode, random: () => number): string {
  const pick = (count: number): number => Math.min(Math.floor(random() * count), count - 1);
  if (node.kind === 'repeat') {
    const count = node.least + pick(node.most - node.least + 1);
    return Array.from({ length: count }, () => samplePattern(node.node, random)).join('');
  }
  if (node.kind === 'group') {
    return node.options[pick(node.options.length)]!.map((part) => samplePattern(part, random)).join('');
  }
  const [from, to] = node.ranges[pick(node.ranges.length)]!;
  return String.fromCodePoint(from + pick(to - from + 1));
}

/** Reads from left to right; `at` is the next character. */
class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  peek(): string | undefined {
    return this.#characters[this.#at];
  }

  /** Alternatives up to the end or a closing bracket. */
  group(): PatternNode {
    const options: PatternNode[][] = [[]];
    for (let next = this.peek(); next !== undefined && next !== ')'; next = this.peek()) {
      if (next === '|') {
        this.#take();
        options.push([]);
      } else options.at(-1)!.push(this.#repeated());
    }
    return { kind: 'group', options };
  }

  #repeated(): PatternNode {
    const node = this.#atom();
    const range = this.#quantifier();
    if (!range) return node;
    const [least, most] = range;
    if (most < least || most > MOST_REPEATS) throw new SyntaxError(`a repetition is at most ${MOST_REPEATS} times`);
    if (least !== most && !(least === 0 && most === 1) && changes(node)) {
      throw new SyntaxError('what is repeated a changing number of times has a fixed length and no alternatives');
    }
    return { kind: 'repeat', node, least, most };
  }

  #quantifier(): Range | null {
    const next = this.peek();
    if (next === '*' || next === '+') throw new SyntaxError(`${next} has no end; say {n,m}`);
    if (next === '?') {
      this.#take();
      return [0, 1];
    }
    if (next !== '{') return null;
    let text = '';
    while (this.peek() !== undefined && !text.endsWith('}')) text += this.#take();
    const found = /^\{(\d{1,3})(?:,(\d{1,3}))?\}$/.exec(text);
    if (!found) throw new SyntaxError(`${text} is neither {n} nor {n,m}`);
    const least = Number(found[1]);
    return [least, found[2] === undefined ? least : Number(found[2])];
  }

  #atom(): PatternNode {
    const next = this.#take();
    if (next === '(') return this.#bracketed();
    if (next === '[') return this.#class();
    if (next === '\\') return { kind: 'set', ranges: [this.#escaped()] };
    if (SYNTAX.includes(next)) throw new SyntaxError(`${next} stands for itself only as \\${next}`);
    return { kind: 'set', ranges: [only(next)] };
  }

  #bracketed(): PatternNode {
    if (this.peek() === '?') {
      this.#take();
      if (this.#take() !== ':') throw new SyntaxError('the only group with a question mark is (?:…)');
    }
    const group = this.group();
    if (this.peek() === undefined) throw new SyntaxError('a ( is not closed');
    this.#take();
    return group;
  }

  #class(): PatternNode {
    const ranges: Range[] = [];
    if (this.peek() === '^') throw new SyntaxError('a class says what is allowed, not what is not');
    while (this.peek() !== ']') {
      const [from, to] = this.#member();
      if (this.peek() !== '-' || this.#characters[this.#at + 1] === ']') ranges.push([from, to]);
      else {
        this.#take();
        const [, end] = this.#member();
        if (end < from) throw new SyntaxError('a range of a class runs upwards');
        ranges.push([from, end]);
      }
    }
    this.#take();
    if (ranges.length === 0) throw new SyntaxError('an empty class matches nothing');
    return { kind: 'set', ranges };
  }

  #member(): Range {
    const next = this.#take();
    return next === '\\' ? this.#escaped() : only(next);
  }

  #escaped(): Range {
    const next = this.#take();
    if (next === 'd') return DIGITS;
    if (SYNTAX.includes(next) || next === '-') return only(next);
    throw new SyntaxError(`\\${next} is not known here; \\d is`);
  }

  #take(): string {
    const next = this.#characters[this.#at];
    if (next === undefined) throw new SyntaxError('the pattern ends too early');
    this.#at += 1;
    return next;
  }
}

function only(character: string): Range {
  const point = character.codePointAt(0)!;
  return [point, point];
}

/** Whether values of this node differ in length or can be read in two ways. */
function changes(node: PatternNode): boolean {
  if (node.kind === 'set') return false;
  if (node.kind === 'repeat') return node.least !== node.most || changes(node.node);
  return node.options.length > 1 || node.options[0]!.some(changes);
}
