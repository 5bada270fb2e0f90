// A note on an object that others made: a request, its context. A map from objects to notes would do, but the collector of
// garbage goes through such a map for every request.

export class Note<T> {
  readonly #key: symbol;

  constructor(name: string) {
    this.#key = Symbol(name);
  }

  /** Undefined: none was put there. */
  of(holder: object | undefined): T | undefined {
    return (holder as Record<symbol, T | undefined> | undefined)?.[this.#key];
  }

  put(holder: object, value: T | undefined): void {
    (holder as Record<symbol, T | undefined>)[this.#key] = value;
  }
}
