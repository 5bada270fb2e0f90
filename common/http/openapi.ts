// OpenAPI 3.1 of a room, made from its route table and the zod contracts that its handlers parse with. Problems of bodies,
// tokens and keys are added from what the route says of itself. The reference page is common/http/reference-page.ts.
import type { z } from 'zod';
import { problemDocument } from '../contract/problem.ts';
import { isDuty } from '../contract/roles.ts';
import { PROBLEMS, type ProblemCode } from '../errors.ts';
import { exampleOf } from './example.ts';
import { type Json, toSchema } from './json-schema.ts';
import type { Content, FormContent, Operation } from './operation.ts';
import { type Route, scopesOf } from './routes.ts';

export type OpenApiDeps = {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** The room's public URL; also the audience of its tokens. */
  readonly url: string;
  /** Issuer of the tokens; left out for a room without scopes. */
  readonly tokenUrl?: string;
};

export type DescribedRoute = Route & { readonly operation: Operation };

/** The routes that OpenAPI tells about, in the order of the table. */
export function describedRoutes(table: readonly Route[]): readonly DescribedRoute[] {
  return table.filter((row): row is DescribedRoute => row.operation !== undefined);
}

/** The document, ready for JSON. */
export function makeOpenApi(table: readonly Route[], deps: OpenApiDeps): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const row of describedRoutes(table)) {
    const path = row.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operationObject(row) };
  }
  const scopes = [...new Set(table.flatMap((row) => scopesOf(row.scope)))];
  return {
    openapi: '3.1.1',
    info: {
      title: deps.title,
      version: deps.version,
      description: deps.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: deps.url }],
    paths,
    components: {
      schemas: { Problem: toSchema(problemDocument) },
      ...(scopes.length === 0 || deps.tokenUrl === undefined ? {} : { securitySchemes: bearer(deps.tokenUrl, scopes) }),
    },
  };
}

/** Every code that this route can answer with: its own, and those of its body, key and token. */
export function problemsOf({ scope, operation }: DescribedRoute): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>(operation.problems ?? []);
  if (scope === 'session') codes.add('session-missing');
  if (scopesOf(scope).length > 0) for (const code of TOKEN_CODES) codes.add(code);
  if (operation.idempotent)
    for (const code of ['idempotency-key-missing', 'idempotency-conflict'] as const) codes.add(code);
  if (operation.query || operation.params || operation.headers || operation.body || operation.idempotent)
    codes.add('invalid-request');
  if (operation.body) for (const code of ['body-too-large', 'unsupported-media-type'] as const) codes.add(code);
  if (contents(operation.body).some((content) => content.schema !== undefined)) codes.add('invalid-json');
  return [...codes].sort((a, b) => PROBLEMS[a].status - PROBLEMS[b].status || a.localeCompare(b));
}

const TOKEN_CODES = ['token-missing', 'token-invalid', 'scope-missing'] as const;

export function contents(content: Content | readonly Content[] | undefined): readonly Content[] {
  if (content === undefined) return [];
  return Array.isArray(content) ? (content as readonly Content[]) : [content as Content];
}

function operationObject(row: DescribedRoute): Json {
  const { operation, scope } = row;
  const bodies = contents(operation.body);
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [operation.tag],
    parameters: parameters(operation),
    ...(bodies.length === 0 ? {} : { requestBody: { required: true, content: contentMap(bodies, 'input') } }),
    responses: responses(row),
    // Several: one of them is enough.
    ...(scopesOf(scope).length === 0 ? {} : { security: scopesOf(scope).map((one) => ({ bearer: [one] })) }),
  };
}

function parameters(operation: Operation): Json[] {
  const rows: Json[] = Object.entries(operation.params ?? {}).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: toSchema(schema),
  }));
  for (const [name, schema] of Object.entries(operation.query?.shape ?? {})) {
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    rows.push({ name, in: 'query', required, schema: toSchema(schema as z.ZodType, 'input') });
  }
  if (operation.idempotent) {
    const schema = { type: 'string', minLength: 8, maxLength: 128, pattern: '^[!-~]+$' };
    rows.push({ name: 'Idempotency-Key', in: 'header', required: true, schema });
  }
  for (const [name, description] of Object.entries(operation.headers ?? {})) {
    rows.push({ name, in: 'header', required: false, description, schema: { type: 'string' } });
  }
  return rows;
}

function responses(row: DescribedRoute): Json {
  const answers: Record<string, unknown> = {};
  for (const [status, answer] of Object.entries(row.operation.answers)) {
    const headers = Object.entries(answer.headers ?? {}).map(
      ([name, description]) => [name, { description, schema: { type: 'string' } }] as const,
    );
    answers[status] = {
      description: answer.description,
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
      ...(answer.content === undefined ? {} : { content: contentMap(contents(answer.content), 'output') }),
    };
  }
  for (const code of problemsOf(row)) {
    const status = String(PROBLEMS[code].status);
    const known = answers[status] as { description: string } | undefined;
    const line = `\`${code}\` ${PROBLEMS[code].title}`;
    answers[status] = known
      ? { ...known, description: `${known.description}\n${line}` }
      : {
          description: line,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        };
  }
  return answers;
}

function contentMap(list: readonly Content[], io: 'input' | 'output'): Json {
  return Object.fromEntries(
    list.map((content) => [
      content.type ?? 'application/json',
      content.parts ? formObject(content.parts) : content.schema === undefined ? {} : jsonObject(content, io),
    ]),
  );
}

function jsonObject({ schema, example }: { schema: z.ZodType; example?: unknown }, io: 'input' | 'output'): Json {
  return { schema: toSchema(schema, io), ...exampleField(example ?? exampleOf(schema, io)) };
}

/** OpenAPI 3.1, multipart content: a property a part; its media type is in `encoding`, and bytes have no schema of their own. */
export function formObject(parts: FormContent['parts']): Json {
  const rows = Object.entries(parts).map(([name, part]) => {
    const { type = 'application/json', description } = part;
    const value = part.schema
      ? { ...toSchema(part.schema, 'input'), description }
      : { type: 'string', contentMediaType: type, description };
    const example = part.schema ? (part.example ?? exampleOf(part.schema, 'input')) : `(bytes of ${type})`;
    return { name, type, value, example };
  });
  const named = <T>(read: (row: (typeof rows)[number]) => T) =>
    Object.fromEntries(rows.map((row) => [row.name, read(row)]));
  return {
    schema: {
      type: 'object',
      properties: named(({ value }) => value),
      required: rows.map(({ name }) => name),
      additionalProperties: false,
    },
    encoding: named(({ type }) => ({ contentType: type })),
    example: named(({ example }) => example),
  };
}

function exampleField(example: unknown): Json {
  return example === undefined ? {} : { example };
}

/** Machines by client credentials; duties are for persons, who log in. */
function bearer(tokenUrl: string, scopes: readonly string[]): Json {
  const named = (list: readonly string[]) =>
    Object.fromEntries(list.map((scope) => [scope, `Needed where a route names ${scope}`]));
  const duties = scopes.filter(isDuty);
  const machines = scopes.filter((scope) => !isDuty(scope));
  const authorizationUrl = new URL('/oidc/auth', tokenUrl).href;
  const flows = {
    ...(machines.length === 0 ? {} : { clientCredentials: { tokenUrl, scopes: named(machines) } }),
    ...(duties.length === 0 ? {} : { authorizationCode: { authorizationUrl, tokenUrl, scopes: named(duties) } }),
  };
  return { bearer: { type: 'oauth2', flows } };
}
