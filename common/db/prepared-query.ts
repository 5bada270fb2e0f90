// One execution of a named statement, as pg takes queries of other classes (`Submittable`). A connection learns the columns of
// a statement when it prepares it, and is not asked for them again: what pg asks, reads and lays out anew for every execution
// costs more than most of our rows. The server refuses a prepared statement whose columns have changed.
import type pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import { textParser } from './column-types.ts';

export type Statement = {
  /** Prepared under this name, once on each connection. */
  readonly name: string;
  /** With $1, $2 …. */
  readonly text: string;
};

export type StatementResult<R> = { readonly rows: readonly R[]; readonly rowCount: number };

type Column = { readonly name: string; readonly parse: (text: string) => unknown };
type Row = Record<string, unknown>;

/** Of pg's connection, what an execution needs. */
type Wire = {
  readonly stream: { cork(): void; uncork(): void };
  /** By name, the text that the server has prepared. */
  readonly parsedStatements: Readonly<Record<string, string>>;
  parse(statement: Statement): void;
  bind(values: { statement: string; values: readonly unknown[]; valueMapper: (value: unknown) => unknown }): void;
  describe(portal: { type: 'P' }): void;
  execute(portal: object): void;
  sync(): void;
};

const known = new WeakMap<Wire, Map<string, readonly Column[]>>();

export class PreparedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly #end: (error: unknown) => void;
  readonly #rows: Row[] = [];
  #columnsOf: Map<string, readonly Column[]> | undefined;
  #columns: readonly Column[] | undefined;
  #rowCount = 0;
  #fault: unknown = null;

  /** `end` is told once, with null or with what went wrong; pg's own errors have `code`. */
  constructor(statement: Statement, values: readonly unknown[], end: (error: unknown) => void) {
    this.name = statement.name;
    this.text = statement.text;
    this.values = values;
    this.#end = end;
  }

  get result(): StatementResult<unknown> {
    return { rows: this.#rows, rowCount: this.#rowCount };
  }

  /** Sends it; what cannot be sent is returned, and nothing was. */
  submit(wire: Wire): Error | null {
    const prepared = wire.parsedStatements[this.name];
    if (prepared !== undefined && prepared !== this.text)
      return new Error(`the statement "${this.name}" was prepared with another text`);
    this.#columnsOf = known.get(wire) ?? new Map();
    known.set(wire, this.#columnsOf);
    this.#columns = this.#columnsOf.get(this.name);
    wire.stream.cork();
    try {
      const values = this.values.map((value) => prepareValue(value));
      if (prepared === undefined) wire.parse({ name: this.name, text: this.text });
      wire.bind({ statement: this.name, values, valueMapper: asItIs });
      if (this.#columns === undefined) wire.describe({ type: 'P' });
      wire.execute({});
      wire.sync();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      wire.stream.uncork();
    }
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }): void {
    this.#learn(fields.map(({ name, dataTypeID }) => ({ name, parse: textParser(dataTypeID) })));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const columns = this.#columns ?? [];
    const row: Row = {};
    try {
      for (const [index, text] of fields.entries()) {
        const { name, parse } = columns[index]!;
        row[name] = text === null ? null : parse(text);
      }
    } catch (error) {
      this.#fault ??= error;
    }
    this.#rows.push(row);
  }

  /** `INSERT 0 2`, `SELECT 1`, `UPDATE 0`, `DROP TABLE`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    if (this.#columns === undefined) this.#learn([]);
    this.#rowCount = Number(text.slice(text.lastIndexOf(' ') + 1)) || 0;
  }

  handleReadyForQuery(): void {
    this.#end(this.#fault);
  }

  /** The server's word, or the connection is gone. */
  handleError(error: unknown): void {
    this.#end(error);
  }

  #learn(columns: readonly Column[]): void {
    this.#columns = columns;
    this.#columnsOf?.set(this.name, columns);
  }
}

function asItIs(value: unknown): unknown {
  return value;
}
