// OpenAPI and the reference page come from the route table that the router mounts.
import test from 'ava';
import { z } from 'zod';
import * as identity from '../../../common/contract/identity.ts';
import * as license from '../../../common/contract/license.ts';
import * as problem from '../../../common/contract/problem.ts';
import * as report from '../../../common/contract/report.ts';
import * as seal from '../../../common/contract/seal.ts';
import { PROBLEMS } from '../../../common/errors.ts';
import { exampleOf } from '../../../common/http/example.ts';
import { describedRoutes, makeOpenApi, problemsOf } from '../../../common/http/openapi.ts';
import { referencePage } from '../../../common/http/reference-page.ts';
import type { Route } from '../../../common/http/routes.ts';

const CONTRACTS = { ...identity, ...license, ...problem, ...report, ...seal };
const animal = z.strictObject({ name: z.string().min(1).meta({ description: 'Its name <b>' }) });
const query = z.strictObject({ page: z.coerce.number().int().min(1).default(1), kind: z.string() });
const TABLE: readonly Route[] = [
  { method: 'GET', path: '/', scope: 'public', handler: () => {} },
  {
    method: 'POST',
    path: '/v1/zoos/:zoo/animals',
    scope: 'license:issue',
    handler: () => {},
    operation: {
      id: 'addAnimal',
      summary: 'Add an animal',
      summaryZh: '添加动物',
      tag: 'animals',
      params: { zoo: z.string().max(10) },
      query,
      idempotent: true,
      body: { schema: animal, example: { name: 'Cat' } },
      answers: { 201: { description: 'Added', content: { schema: animal }, headers: { Location: 'Its address' } } },
      problems: ['case-conflict'],
    },
  },
  {
    method: 'POST',
    path: '/v1/files',
    scope: 'public',
    handler: () => {},
    operation: {
      id: 'checkFile',
      summary: 'Check a file',
      summaryZh: '核验文件',
      tag: 'files',
      body: [{ type: 'application/pdf' }, { schema: animal }],
      answers: { 200: { description: 'A report', content: { type: 'application/pdf' } } },
    },
  },
];
const FORM: Route = {
  method: 'POST',
  path: '/v1/forms',
  scope: 'public',
  handler: () => {},
  operation: {
    id: 'sendForm',
    summary: 'Send a form',
    summaryZh: '提交表单',
    tag: 'files',
    body: {
      type: 'multipart/form-data',
      description: 'Two parts',
      parts: {
        animals: { schema: z.array(animal), description: 'Who', example: [{ name: 'Cat' }] },
        picture: { type: 'image/png', description: 'How they look' },
      },
    },
    answers: { 200: { description: 'Taken' } },
  },
};
const DEPS = {
  title: 'Zoo',
  description: 'A zoo.',
  version: '0.1.0',
  url: 'https://zoo.example',
  tokenUrl: 'https://id.example/oidc/token',
  service: { zh: '动物园', en: 'Zoo' },
};

type Document = {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      {
        parameters: unknown[];
        requestBody: { content: object };
        responses: Record<string, { description: string }>;
        security?: unknown;
      }
    >
  >;
};

test('OpenAPI 3.1: a form has its parts, each with its media type, and an example', (t) => {
  const document = makeOpenApi([FORM], DEPS) as Document;
  const { content } = document.paths['/v1/forms']!['post']!.requestBody;
  const form = (content as Record<string, Record<string, unknown>>)['multipart/form-data']!;
  t.like(form['schema'], { type: 'object', required: ['animals', 'picture'], additionalProperties: false });
  t.like((form['schema'] as { properties: object }).properties, {
    animals: { type: 'array', description: 'Who' },
    picture: { type: 'string', contentMediaType: 'image/png' },
  });
  t.deepEqual(form['encoding'], {
    animals: { contentType: 'application/json' },
    picture: { contentType: 'image/png' },
  });
  t.deepEqual(form['example'], { animals: [{ name: 'Cat' }], picture: '(bytes of image/png)' });
});

test('OpenAPI 3.1: machines get scopes by client credentials, persons their duties by logging in', (t) => {
  const flowsOf = (table: readonly Route[]): unknown =>
    (makeOpenApi(table, DEPS) as { components: { securitySchemes: { bearer: { flows: unknown } } } }).components
      .securitySchemes.bearer.flows;
  const tokenUrl = 'https://id.example/oidc/token';
  const named = (scope: string) => ({ [scope]: `Needed where a route names ${scope}` });
  const clientCredentials = { tokenUrl, scopes: named('license:issue') };
  t.deepEqual(flowsOf(TABLE), { clientCredentials });
  const authorizationUrl = 'https://id.example/oidc/auth';
  const authorizationCode = { authorizationUrl, tokenUrl, scopes: named('seal:apply') };
  const duty: Route = { ...TABLE[1]!, path: '/v1/keepers', scope: 'seal:apply' };
  t.deepEqual(flowsOf([...TABLE, duty]), { clientCredentials, authorizationCode });
});

test('OpenAPI 3.1: path parameters, query, key, bodies, answers and scopes are those of the table', (t) => {
  const document = makeOpenApi(TABLE, DEPS) as Document;
  t.is(document.openapi, '3.1.1');
  t.deepEqual(Object.keys(document.paths), ['/v1/zoos/{zoo}/animals', '/v1/files']);
  const add = document.paths['/v1/zoos/{zoo}/animals']?.['post'];
  t.deepEqual(
    add?.parameters.map((row) => {
      const { name, in: place, required } = row as Record<string, unknown>;
      return [name, place, required];
    }),
    [
      ['zoo', 'path', true],
      ['page', 'query', false],
      ['kind', 'query', true],
      ['Idempotency-Key', 'header', true],
    ],
  );
  t.deepEqual(add?.security, [{ bearer: ['license:issue'] }]);
  t.true(add?.responses['409']?.description.includes('case-conflict'));
  t.true(add?.responses['409']?.description.includes('idempotency-conflict'));
  const check = document.paths['/v1/files']?.['post'];
  t.deepEqual(Object.keys(check?.requestBody.content ?? {}), ['application/pdf', 'application/json']);
  t.is(check?.security, undefined);
});

test('the problems of a route are its own and those of its token, key and body, each a code of the table', (t) => {
  const [add, check] = describedRoutes(TABLE);
  t.true(add !== undefined && check !== undefined);
  if (!add || !check) return;
  for (const code of [
    'token-missing',
    'scope-missing',
    'idempotency-key-missing',
    'invalid-json',
    'case-conflict',
  ] as const) {
    t.true(problemsOf(add).includes(code), code);
  }
  t.false(problemsOf(check).includes('token-missing'));
  for (const code of problemsOf(add)) t.true(code in PROBLEMS);
});

test('the reference page tells the same in both languages, escaped, without script', (t) => {
  const frame = { lang: 'zh', size: 'standard', path: '/reference', nonce: 'n', development: true } as const;
  for (const lang of ['zh', 'en'] as const) {
    const page = referencePage({ ...frame, lang }, TABLE, DEPS);
    t.true(page.includes(lang === 'zh' ? '添加动物' : 'Add an animal'));
    t.true(page.includes('/v1/zoos/{zoo}/animals'));
    t.true(page.includes('Its name &lt;b&gt;'));
    t.notRegex(page, /<script|style=|Its name <b>/);
  }
});

test('every wire contract has an example that it takes itself', (t) => {
  let contracts = 0;
  for (const [name, contract] of Object.entries(CONTRACTS)) {
    if (!(contract instanceof z.ZodType)) continue;
    contracts += 1;
    for (const io of ['input', 'output'] as const) {
      t.true(contract.safeParse(exampleOf(contract, io)).success, `${name} as ${io}`);
    }
  }
  t.true(contracts > 15);
});
