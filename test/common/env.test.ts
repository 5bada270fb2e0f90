import test from 'ava';
import {
  type ConfigTable,
  parseInteger,
  parseKey32,
  parseList,
  parsePort,
  parsePostgresUrl,
  parsePublicUrl,
  parseText,
  readConfig,
  readMode,
} from '../../common/env.ts';
import { isTrustError } from '../../common/errors.ts';

const TABLE = {
  url: { name: 'XINJI_X_URL', manual: 'Public URL.', example: 'https://x.example', parse: parsePublicUrl },
  port: { name: 'XINJI_X_PORT', manual: 'Port.', example: '1', fallback: () => '7001', parse: parsePort },
  key: { name: 'XINJI_KEY', manual: 'Key.', example: '64 digits', secret: true, parse: parseKey32 },
} as const satisfies ConfigTable;
const GOOD = { XINJI_X_URL: 'https://x.example', XINJI_KEY: 'ab'.repeat(32) };

test('XINJI_MODE unset means production, and anything but the two words is refused', (t) => {
  t.is(readMode({}), 'production');
  t.is(readMode({ XINJI_MODE: 'development' }), 'development');
  t.throws(() => readMode({ XINJI_MODE: 'Development' }), { message: /expected development or production/ });
});

test('a good environment is read once into a frozen config', (t) => {
  const config = readConfig(TABLE, GOOD);
  t.deepEqual(config, { mode: 'production', url: 'https://x.example', port: 7001, key: new Uint8Array(32).fill(0xab) });
  t.true(Object.isFrozen(config));
});

test('all faults are reported together, one a line, and secrets never', (t) => {
  const env = {
    XINJI_MODE: 'test',
    XINJI_X_URL: 'ftp://x',
    XINJI_X_PORT: '99999',
    XINJI_KEY: 'hunter2',
    XINJI_TYPO: '1',
  };
  const error = t.throws(() => readConfig(TABLE, env));
  t.true(isTrustError(error, 'config-invalid'));
  const lines = error!.message.split('\n');
  t.is(lines.length, 5);
  t.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['XINJI_MODE', 'XINJI_X_URL', 'XINJI_X_PORT', 'XINJI_KEY', 'XINJI_TYPO'],
  );
  t.false(error!.message.includes('hunter2'));
});

test('a missing key is named with its manual; keys of neighbours are accepted when listed', (t) => {
  t.throws(() => readConfig(TABLE, { XINJI_KEY: GOOD.XINJI_KEY }), {
    message: /^XINJI_X_URL is not set; Public URL\.$/,
  });
  t.notThrows(() => readConfig(TABLE, { ...GOOD, XINJI_OTHER: '1' }, new Set(['XINJI_OTHER'])));
});

const parse = (text: string, mode: 'development' | 'production' = 'production') => parsePublicUrl(text, mode);

test('a public URL is scheme, host and port; production needs https', (t) => {
  t.is(parse('https://a.example/'), 'https://a.example');
  t.is(parse('http://localhost:7001', 'development'), 'http://localhost:7001');
  for (const wrong of [
    'http://a.example',
    'https://a.example/path',
    'https://a.example?x',
    'https://u@a.example',
    'a.example',
  ]) {
    t.throws(() => parse(wrong), undefined, wrong);
  }
});

test('ports, numbers, keys, lists, texts and database URLs each refuse their siblings', (t) => {
  t.is(parsePort('0'), 0);
  for (const wrong of ['', '-1', '65536', '7001a', '1e3']) t.throws(() => parsePort(wrong), undefined, wrong);
  t.is(parseInteger(1, 9)('9'), 9);
  for (const wrong of ['0', '10', '1.5', '']) t.throws(() => parseInteger(1, 9)(wrong), undefined, wrong);
  t.is(parseKey32('0'.repeat(64)).length, 32);
  for (const wrong of ['0'.repeat(63), '0'.repeat(65), 'g'.repeat(64)]) t.throws(() => parseKey32(wrong));
  t.deepEqual(parseList('a, b,,c '), ['a', 'b', 'c']);
  t.throws(() => parseText('  '));
  t.is(parsePostgresUrl('postgres://u:p@h:1/d'), 'postgres://u:p@h:1/d');
  for (const wrong of ['mysql://h/d', 'postgres://h', 'h:5432'])
    t.throws(() => parsePostgresUrl(wrong), undefined, wrong);
});
