// A zod contract as JSON Schema, the form that OpenAPI 3.1 takes.
import { z } from 'zod';

export type Json = { readonly [key: string]: unknown };

/** JSON Schema 2020-12 of a contract, as OpenAPI 3.1 takes it. */
export function toSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return json;
}
