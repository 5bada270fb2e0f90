// Environment -> frozen config. A room's config.ts is a table of keys; each row is its own manual.
// All faults are reported together; bin/ turns a `config-invalid` into exit 78 (EX_CONFIG).
import { TrustError } from './errors.ts';

export type Mode = 'development' | 'production';

export type EnvKey<T> = {
  /** The variable, `XINJI_…`. */
  readonly name: string;
  /** One or two sentences for docs/config.md. */
  readonly manual: string;
  /** Printed in docs/config.md instead of a value. */
  readonly example: string;
  /** True keeps the value out of every message. */
  readonly secret?: boolean;
  /** Value used when the variable is unset; a function sees the mode. `undefined` means: required. */
  readonly fallback?: (mode: Mode) => string | undefined;
  /** Throws an Error whose message finishes the sentence "NAME … ". */
  readonly parse: (value: string, mode: Mode) => T;
};

export type ConfigTable = Record<string, EnvKey<unknown>>;
export type Config<T extends ConfigTable> = { readonly [K in keyof T]: T[K] extends EnvKey<infer V> ? V : never } & {
  readonly mode: Mode;
};

/** XINJI_MODE; unset means production, so that forgetting it is safe. */
export function readMode(env: NodeJS.ProcessEnv): Mode {
  const value = env['XINJI_MODE'] ?? 'production';
  if (value === 'development' || value === 'production') return value;
  throw new TrustError('config-invalid', `XINJI_MODE is "${value}"; expected development or production`);
}

/**
 * Reads every key of `table`, reports all faults in one `config-invalid`, one a line.
 * Any other `XINJI_*` variable that is not in `known` is a fault too.
 */
export function readConfig<T extends ConfigTable>(
  table: T,
  env: NodeJS.ProcessEnv,
  known: ReadonlySet<string> = new Set(),
): Config<T> {
  const faults: string[] = [];
  let mode: Mode = 'production';
  try {
    mode = readMode(env);
  } catch (error) {
    faults.push((error as Error).message);
  }
  const values: Record<string, unknown> = { mode };
  for (const [key, row] of Object.entries(table)) {
    const text = env[row.name] ?? row.fallback?.(mode);
    if (text === undefined) {
      faults.push(`${row.name} is not set; ${row.manual}`);
      continue;
    }
    try {
      values[key] = row.parse(text, mode);
    } catch (error) {
      faults.push(`${row.name} ${row.secret ? '' : `is "${text}"; `}${(error as Error).message}`);
    }
  }
  faults.push(...unknownKeys(env, new Set([...Object.values(table).map((row) => row.name), 'XINJI_MODE', ...known])));
  if (faults.length > 0) throw new TrustError('config-invalid', faults.join('\n'));
  return Object.freeze(values) as Config<T>;
}

function unknownKeys(env: NodeJS.ProcessEnv, known: ReadonlySet<string>): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('XINJI_') && !known.has(name))
    .map((name) => `${name} is not a key of this program; see docs/config.md for the keys`);
}

// Parsers for the rows. Each throws an Error that says what is expected.

export function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65535) throw new Error('expected a port from 0 to 65535');
  return port;
}

/** An absolute URL without path, query or fragment; https unless in development. Returned without trailing slash. */
export function parsePublicUrl(value: string, mode: Mode): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('expected an absolute http(s) URL');
  if (url.pathname !== '/' || url.search || url.hash || url.username)
    throw new Error('expected scheme, host and port only');
  if (mode === 'production' && url.protocol !== 'https:') throw new Error('production needs https');
  return url.origin;
}

/** Address of somebody else's service, with path and query. */
export function parseServiceUrl(value: string, mode: Mode): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.hash !== '')
    throw new Error('expected an absolute http(s) URL');
  if (mode === 'production' && url.protocol !== 'https:') throw new Error('production needs https');
  return url.href;
}

export function parsePostgresUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new Error('expected postgres://user:password@host:port/database');
  }
  return value;
}

export function parseText(value: string): string {
  if (value.trim() === '') throw new Error('expected a text that is not blank');
  return value;
}

/** 32 bytes as 64 hexadecimal digits. */
export function parseKey32(value: string): Uint8Array {
  if (!/^[0-9a-fA-F]{64}$/.test(value)) throw new Error('expected 64 hexadecimal digits (32 bytes)');
  return new Uint8Array(Buffer.from(value, 'hex'));
}

/** Keys as parseKey32 takes them, separated by commas; an empty text is: none. */
export function parseKeys32(value: string): readonly Uint8Array[] {
  return Object.freeze(parseList(value).map(parseKey32));
}

export function parseInteger(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new Error(`expected a whole number from ${min} to ${max}`);
    return number;
  };
}

/** At least one whole number, separated by commas. */
export function parseIntegers(min: number, max: number): (value: string) => readonly number[] {
  const parse = parseInteger(min, max);
  return (value) => {
    const parts = parseList(value);
    if (parts.length === 0) throw new Error(`expected whole numbers from ${min} to ${max}, separated by commas`);
    return Object.freeze(parts.map(parse));
  };
}

/** A comma-separated list; blanks are dropped. */
export function parseList(value: string): readonly string[] {
  return Object.freeze(
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
}
