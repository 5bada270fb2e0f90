// An example of a contract, made from the JSON Schema that OpenAPI shows anyway: `example` and `default` where a field has
// them, else the smallest value that its type, format and bounds allow. Shown only when the contract itself takes it.
import type { z } from 'zod';
import { toSchema } from './json-schema.ts';

type Schema = { readonly [key: string]: unknown };

const OF_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-11-20',
  'date-time': '2026-11-20T02:24:35.000Z',
  uri: 'https://license.example.gov.cn/',
};

/** A value that `schema` accepts, or undefined when none could be made up. */
export function exampleOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const example = make(toSchema(schema, io));
  return schema.safeParse(example).success ? example : undefined;
}

function make(schema: Schema): unknown {
  if (schema['example'] !== undefined) return schema['example'];
  if (schema['default'] !== undefined) return schema['default'];
  if (schema['const'] !== undefined) return schema['const'];
  if (isNullable(schema)) return null;
  const choices = (schema['enum'] ?? schema['anyOf'] ?? schema['oneOf'] ?? schema['prefixItems']) as
    | unknown[]
    | undefined;
  if (schema['prefixItems']) return (choices as Schema[]).map(make);
  if (schema['enum']) return choices?.[0];
  if (choices) return make((choices.find((one) => (one as Schema)['type'] !== 'null') ?? {}) as Schema);
  switch (schema['type']) {
    case 'object':
      return makeObject(schema);
    case 'array':
      return [make((schema['items'] ?? {}) as Schema)];
    case 'string':
      return makeText(schema);
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return true;
    default:
      return null;
  }
}

/** Null, unless the other choice brings an example of its own. */
function isNullable(schema: Schema): boolean {
  const choices = (schema['anyOf'] ?? []) as Schema[];
  const other = choices.find((choice) => choice['type'] !== 'null');
  return (
    choices.length === 2 &&
    choices.length !== choices.filter((one) => one['type'] !== 'null').length &&
    other?.['example'] === undefined &&
    other?.['type'] !== 'object'
  );
}

function makeObject(schema: Schema): unknown {
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = new Set((schema['required'] ?? []) as string[]);
  const shown = fields.filter(([name, field]) => required.has(name) || field['example'] !== undefined);
  if (fields.length > 0) return Object.fromEntries(shown.map(([name, field]) => [name, make(field)]));
  const rest = schema['additionalProperties'];
  return typeof rest === 'object' && rest !== null ? { name: make(rest as Schema) } : {};
}

function makeText(schema: Schema): string {
  const byFormat = OF_FORMAT[String(schema['format'] ?? '')];
  if (byFormat !== undefined) return byFormat;
  const pattern = String(schema['pattern'] ?? '');
  if (pattern.includes('[0-9a-f]{64}')) return '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
  if (pattern === '^\\d{3}$') return '111';
  if (schema['contentEncoding'] === 'base64') return 'MIIB';
  return 'text'.padEnd(Number(schema['minLength'] ?? 0), '0');
}
