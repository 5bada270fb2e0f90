// Who may import whom: each rule fails with its sentence and the lines that break it. house rules, not taste.
import test from 'ava';
import { findCycles, findReachOut, RULES, type Rule } from './_harness/architecture-rules.ts';
import { makeSource, readSources } from './_harness/sources.ts';

const sources = readSources().filter(({ path }) => path !== 'test/architecture.test.ts'); // its samples break the rules

for (const rule of RULES) {
  test(rule.sentence, (t) => {
    const offences = sources.flatMap((source) => rule.find(source));
    t.is(offences.length, 0, `${rule.sentence}:\n  ${offences.join('\n  ')}`);
  });
}

test('there are no import cycles', (t) => {
  t.deepEqual(findCycles(sources), []);
});

const THREADS = ['seal/verification-worker/entry.ts', 'seal/pdfium/entry.ts', 'common/sheets/entry.ts'];

test('nothing below the threads that read what strangers send can open an address, a file or the database', (t) => {
  for (const thread of THREADS) {
    t.true(sources.some(({ path }) => path === thread));
    t.deepEqual(findReachOut(sources, thread), []);
  }
});

test('below the threads that seal, files are read through descriptors that the room opened, and nothing else is reached', (t) => {
  t.deepEqual(findReachOut(sources, 'seal/sealing-worker/entry.ts'), [
    'common/files/descriptor-source.ts imports node:fs',
  ]);
});

test('a way out below a thread is noticed, however deep; a type import is none', (t) => {
  const deep = (text: string) => [
    makeSource('seal/x.ts', "import { a } from './y.ts';"),
    makeSource('seal/y.ts', "import { a } from './z.ts';"),
    makeSource('seal/z.ts', text),
  ];
  for (const text of ["import { get } from 'node:https';", "import knex from 'knex';", 'fetch(url)', 'process.env'])
    t.is(findReachOut(deep(text), 'seal/x.ts').length, 1, text);
  t.deepEqual(findReachOut(deep("import type { Knex } from 'knex';"), 'seal/x.ts'), []);
});

/** A file that breaks a rule, and a sibling that does not. */
const SAMPLES: readonly [rule: RegExp, path: string, broken: string, fine: string][] = [
  [/^common/, 'common/x.ts', "import { a } from '../seal/app.ts';", "import { a } from './log.ts';"],
  [/^common/, 'keys-dev/x.ts', "import { a } from '../bin/xinji.ts';", "import { a } from '../common/log.ts';"],
  [
    /^a room/,
    'license/flow/x.ts',
    "export { a } from '../../seal/app.ts';",
    "import { a } from '../../common/log.ts';",
  ],
  [/^inside/, 'license/store/x.ts', "import { a } from '../flow/issue.ts';", "import { a } from '../domain/a.ts';"],
  [
    /^inside/,
    'license/web/x.ts',
    "import type { a } from '../store/a.ts';",
    "import type { a } from '../domain/a.ts';",
  ],
  [/^inside/, 'license/helpers/x.ts', '', ''],
  [
    /^pure/,
    'seal/pdf/x.ts',
    "import { readFile } from 'node:fs/promises';",
    "import { createHash } from 'node:crypto';",
  ],
  [/^pure/, 'common/pki/x.ts', 'const a = Date.now();', 'const a = (now: Date) => now; // not Date.now()'],
  [/^pure/, 'identity/domain/x.ts', 'const a = new Date();', 'const a = new Date(0);'],
  [/SQL$/, 'common/audit/x.ts', "db.raw('select 2')", "import type { Knex } from 'knex';"],
  [/SQL$/, 'seal/flow/x.ts', "db.raw('select 1')", "import type { Knex } from 'knex';"],
  [/SQL$/, 'seal/http/x.ts', "import knex from 'knex';", 'const selected = select(1);'],
  [/know koa$/, 'seal/flow/x.ts', "import type Koa from 'koa';", "import { z } from 'zod';"],
  [
    /oidc-provider$/,
    'license/http/x.ts',
    "import { Provider } from 'oidc-provider';",
    "import { a } from 'openid-client';",
  ],
  [/^relative/, 'seal/flow/x.ts', "import { a } from './y';", "import { a } from './y.ts';"],
  [/^named/, 'seal/flow/x.ts', 'export default 1;', 'export const a = 1;'],
  [/^nothing/, 'seal/flow/x.ts', "import('../../bin/xinji.ts')", "import('./y.ts')"],
];

for (const [name, path, broken, fine] of SAMPLES) {
  test(`the rule "${name.source}" notices ${broken || path}`, (t) => {
    const rule = RULES.find(({ sentence }) => name.test(sentence)) as Rule;
    t.not(rule.find(makeSource(path, broken)).length, 0);
    if (fine) t.deepEqual(rule.find(makeSource(path, fine)), []);
  });
}

test('a cycle of three files is noticed; a type import does not make one', (t) => {
  const file = (name: string, text: string) => makeSource(`common/${name}.ts`, text);
  const three = [
    file('a', "import './b.ts';"),
    file('b', "import './c.ts';"),
    file('c', "import { a } from './a.ts';"),
  ];
  t.deepEqual(findCycles(three), ['common/a.ts -> common/b.ts -> common/c.ts -> common/a.ts']);
  t.deepEqual(findCycles([...three.slice(0, 2), file('c', "import type { A } from './a.ts';")]), []);
});
