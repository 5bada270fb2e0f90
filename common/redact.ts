// Secrets and personal codes in what is logged, by the names of their fields, wherever they stand. What holds none is
// handed back as it is: most lines do, and each request writes one.
import { pino } from 'pino';

const SECRETS: ReadonlySet<string> = new Set([
  'password',
  'client_secret',
  'client_assertion',
  'authorization',
  'cookie',
  'set-cookie',
  'refresh_token',
  'access_token',
  'id_token',
  'holder_code',
  'holderCode',
  'id_number',
  'master_key',
]);

/** What a `code` may be a secret of; `err.code` is not, and operators need it. */
const CODE_BEARERS: ReadonlySet<string> = new Set(['', 'body', 'form', 'query', 'holder', 'request']);
const CENSORED = '[redacted]';
/** What lies deeper is left out, for nobody looked at it. */
const DEPTH = 8;

/** For what a child logger is bound to, which passes pino's serializers only. */
export const BOUND_SECRETS: Readonly<Record<string, () => string>> = Object.fromEntries(
  [...SECRETS, 'code'].map((name) => [name, () => CENSORED]),
);

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a log line without secrets. */
export function redact(fields: Fields): Record<string, unknown> {
  return redactFields(fields, '', 0);
}

function redactFields(fields: Fields, bearer: string, depth: number): Record<string, unknown> {
  let changed: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields)) {
    const shown = isSecret(name, bearer) ? CENSORED : redactValue(value, name, depth);
    if (shown === value) continue;
    changed ??= { ...fields };
    changed[name] = shown;
  }
  return changed ?? fields;
}

function redactValue(value: unknown, name: string, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return CENSORED;
  if (value instanceof Error) return redactFields(pino.stdSerializers.err(value) as unknown as Fields, name, depth + 1);
  if (Array.isArray(value)) return redactList(value, name, depth + 1);
  const saysItself = ArrayBuffer.isView(value) || 'toJSON' in value;
  return saysItself ? value : redactFields(value as Fields, name, depth + 1);
}

function redactList(list: readonly unknown[], name: string, depth: number): readonly unknown[] {
  const shown = list.map((value) => redactValue(value, name, depth));
  return shown.every((value, index) => value === list[index]) ? list : shown;
}

function isSecret(name: string, bearer: string): boolean {
  return SECRETS.has(name) || (name === 'code' && CODE_BEARERS.has(bearer));
}
