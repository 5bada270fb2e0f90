// The rules of the house about who may import whom, as a table: a sentence and a function that finds offences.
// The sentence is what a failing test says.
import type { Import, Source } from './sources.ts';

export type Rule = {
  readonly sentence: string;
  /** One line per offence. */
  readonly find: (source: Source) => readonly string[];
};

const ROOMS = ['identity', 'license', 'seal'];
const ANYTHING = /^(bin|test|bench)\//;
const PURE =
  /^((identity|license|seal)\/domain|seal\/(ses|pdf)|common\/(asn1|codes|crypto|pki|contract))\/|^common\/audit\/(encoding|entry|checkpoint)\.ts$/;
const PURE_BUILTINS = new Set(['node:crypto', 'node:zlib', 'node:util', 'node:buffer']);
const IMPURE_PACKAGES = new Set([
  'koa',
  '@koa/router',
  'knex',
  'pg',
  'pino',
  'oidc-provider',
  'openid-client',
  'prom-client',
]);
const KNOWS_KOA = /^((identity|license|seal)\/(http\/|app\.ts$)|common\/http\/)/;
const KNOWS_SQL = /^((identity|license|seal)\/(store|migrations)\/|common\/(db|(audit|dpop|keys|queue)\/store)\/)/;
const KNOWS_PROVIDER = /^identity\/(provider|http)\//;

/** Ring of a room -> the rings of the same room that it may import. A ring may always import itself. */
const RINGS: Readonly<Record<string, readonly string[]>> = {
  main: [
    'app',
    'config',
    'provider',
    'flow',
    'store',
    'ses',
    'pdf',
    'types',
    'domain',
    'migrations',
    'verification-worker',
    'sealing-worker',
    'pdfium',
    'proofing',
  ],
  app: [
    'parts',
    'config',
    'http',
    'provider',
    'web',
    'flow',
    'store',
    'ses',
    'pdf',
    'types',
    'domain',
    'migrations',
    'pdfium',
  ],
  parts: ['http', 'provider', 'flow', 'store', 'domain'],
  config: ['settings', 'domain'],
  settings: ['domain'],
  http: ['provider', 'web', 'flow', 'store', 'domain', 'config'],
  provider: ['flow', 'store', 'web', 'domain'],
  'verification-worker': ['flow', 'pdf', 'domain'],
  'sealing-worker': ['flow', 'pdf', 'domain'],
  pdfium: ['pdf', 'domain'],
  proofing: ['domain'],
  flow: ['domain', 'store', 'ses', 'pdf', 'types'],
  store: ['domain'],
  web: ['domain'],
  types: ['domain'],
  pdf: ['domain'],
  ses: ['domain'],
  domain: ['ses', 'pdf'],
  migrations: [],
};

export const RULES: readonly Rule[] = [
  {
    sentence: 'common/ imports only common/; keys-dev/ imports only itself and common/',
    find: (source) => relativeOutside(source, 'common', []).concat(relativeOutside(source, 'keys-dev', ['common'])),
  },
  {
    sentence: 'a room imports itself and common/; rooms never import each other, they speak common/contract',
    find: (source) => ROOMS.flatMap((room) => relativeOutside(source, room, ['common'])),
  },
  {
    sentence:
      'inside a room: main -> app -> parts -> http -> {web, flow}; flow -> {domain, store, ses, pdf}; store | web -> domain',
    find: findRingOffences,
  },
  {
    sentence:
      'pure places take time, randomness and keys as arguments: no koa, knex, fs, network, env, Date.now, Math.random',
    find: (source) => (PURE.test(source.path) ? [...impureImports(source), ...impureCalls(source)] : []),
  },
  {
    sentence:
      'only store/, migrations/, common/db and the stores of common/audit, common/dpop, common/keys and common/queue speak SQL',
    find: findSql,
  },
  {
    sentence: 'only http/, app.ts and common/http know koa',
    find: (source) => packageOutside(source, /^(koa|@koa\/router)$/, KNOWS_KOA),
  },
  {
    sentence: 'only identity/provider and identity/http know oidc-provider',
    find: (source) => packageOutside(source, /^oidc-provider$/, KNOWS_PROVIDER),
  },
  {
    sentence: 'relative imports end in .ts, and there are no barrel index.ts',
    find: ({ path, imports }) => [
      ...(path.endsWith('/index.ts') ? [`${path} is a barrel`] : []),
      ...imports
        .filter(({ specifier }) => specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier))
        .map((found) => offence(path, found)),
    ],
  },
  {
    sentence: 'named exports only',
    find: ({ path, code }) => (/\bexport\s+default\b/.test(code) ? [`${path} has a default export`] : []),
  },
  {
    sentence: 'nothing outside bin/, test/ and bench/ imports from there',
    find: ({ path, imports }) =>
      ANYTHING.test(path)
        ? []
        : imports.filter(({ target }) => ANYTHING.test(target)).map((found) => offence(path, found)),
  },
];

const NETWORK =
  /^(node:(net|tls|http|https|http2|dgram|dns|dns\/promises|inspector|cluster|child_process|fs|fs\/promises)|koa|@koa\/router|knex|pg|undici|openid-client)$/;

/**
 * What the entry of a thread reaches by import, and where it could open an address, a file or the database: the thread that
 * reads what strangers send must not be able to.
 */
export function findReachOut(sources: readonly Source[], entry: string): readonly string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const seen = new Set([entry]);
  const found: string[] = [];
  for (const path of seen) {
    const source = byPath.get(path);
    if (!source) continue;
    for (const one of source.imports) {
      if (one.isTypeOnly) continue;
      if (NETWORK.test(one.target)) found.push(offence(path, one));
      seen.add(one.target);
    }
    const calls = /\bfetch\(|\bnew (WebSocket|EventSource)\(|\bprocess\.(env|binding)\b/g;
    found.push(...[...source.code.matchAll(calls)].map(([call]) => `${path} uses ${call}`));
  }
  return found;
}

/** Import cycles among the files, each as a path that ends where it begins. Type imports do not count: they are erased. */
export function findCycles(sources: readonly Source[]): readonly string[] {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.filter((found) => !found.isTypeOnly).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) cycles.push([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

function relativeOutside({ path, imports }: Source, folder: string, alsoAllowed: readonly string[]): string[] {
  if (!path.startsWith(`${folder}/`)) return [];
  const allowed = [folder, ...alsoAllowed];
  return imports
    .filter(
      ({ specifier, target }) => specifier.startsWith('.') && !allowed.some((name) => target.startsWith(`${name}/`)),
    )
    .map((found) => offence(path, found));
}

function findRingOffences({ path, imports }: Source): string[] {
  const [room, ring] = ringOf(path);
  if (room === null) return [];
  if (!RINGS[ring]) return [`${path} lies in no ring of the room`];
  return imports
    .filter(({ target, specifier }) => {
      const [targetRoom, targetRing] = ringOf(target);
      if (!specifier.startsWith('.') || targetRoom !== room || targetRing === ring) return false;
      return !RINGS[ring]!.includes(targetRing);
    })
    .map((found) => offence(path, found));
}

/** `license/flow/issue.ts` -> ['license', 'flow']; `license/app.ts` -> ['license', 'app']. */
function ringOf(path: string): [room: string | null, ring: string] {
  const [room = '', ring = ''] = path.split('/');
  return ROOMS.includes(room) ? [room, ring.replace(/\.ts$/, '')] : [null, ''];
}

function impureImports({ path, imports }: Source): string[] {
  return imports
    .filter(({ target }) => IMPURE_PACKAGES.has(target) || (target.startsWith('node:') && !PURE_BUILTINS.has(target)))
    .map((found) => offence(path, found));
}

function impureCalls({ path, code }: Source): string[] {
  const calls = /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\s*\)|\bMath\.random\(|\bfetch\(/g;
  return [...code.matchAll(calls)].map(([call]) => `${path} uses ${call}`);
}

/** Statements and knex itself; the type of a connection may be handed through. */
function findSql(source: Source): string[] {
  const { path, code, imports } = source;
  if (KNOWS_SQL.test(path) || ANYTHING.test(path)) return [];
  const drivers = imports.filter(({ target, isTypeOnly }) => /^(knex|pg)$/.test(target) && !isTypeOnly);
  const statements = /['"`]\s*(select\s+[\w*"]|insert\s+into\s|update\s+\w+(\.\w+)?\s+set\s|delete\s+from\s)/gi;
  return [
    ...drivers.map((found) => offence(path, found)),
    ...[...code.matchAll(statements)].map(([text]) => `${path} contains ${text.trim()}…`),
    ...[...code.matchAll(/\.(raw\(\s*['"`]|withSchema\()/g)].map(([text]) => `${path} calls ${text}`),
  ];
}

function packageOutside({ path, imports }: Source, name: RegExp, allowed: RegExp): string[] {
  if (allowed.test(path) || ANYTHING.test(path)) return [];
  return imports.filter(({ target }) => name.test(target)).map((found) => offence(path, found));
}

const offence = (path: string, found: Import): string => `${path} imports ${found.specifier}`;
