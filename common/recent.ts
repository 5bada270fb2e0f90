// What was worked out for a key, for the keys that were asked for last. For values that depend on nothing but the key.

/** Two generations: when the younger one is full the older one is forgotten, and what is asked for is young again. */
export class Recent<V> {
  readonly #size: number;
  readonly #make: (key: string) => V;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** `size`: so many keys at least are remembered, and at most twice as many. */
  constructor(size: number, make: (key: string) => V) {
    this.#size = size;
    this.#make = make;
  }

  get(key: string): V {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const value = this.#old.get(key) ?? this.#make(key);
    if (this.#young.size >= this.#size) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(key, value);
    return value;
  }
}
