// Of pg's own helpers, what turns a value into what goes over the wire; other classes of queries use it too (pg-cursor).
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): string | Buffer | null;
}
