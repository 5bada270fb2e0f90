import test from 'ava';
import { makeLog } from '../../common/log.ts';

function logged(fields: object): { readonly err?: { readonly code: string } } {
  const lines: string[] = [];
  makeLog('test', 'info', { write: (line) => void lines.push(line) }).info(fields, 'said');
  return JSON.parse(lines.join(''));
}

test('Secrets, tokens and personal codes never reach the log, wherever in the fields they stand', (t) => {
  const line = JSON.stringify(
    logged({
      password: 'pw-1',
      code: 'code-2',
      headers: { authorization: 'Bearer 3', cookie: 'c-4' },
      body: { code: 'lz_5', client_assertion: 'jwt-6' },
      license: { holder: { name: 'visible', code: '360102199003077718' }, holder_code: '360102198511267724' },
    }),
  );
  for (const secret of [
    'pw-1',
    'code-2',
    'Bearer 3',
    'c-4',
    'lz_5',
    'jwt-6',
    '360102199003077718',
    '360102198511267724',
  ])
    t.false(line.includes(secret), secret);
  t.true(line.includes('visible'));
});

test('The code of an error is told: operators need SQLSTATE and system codes', (t) => {
  const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  t.is(logged({ err: error }).err?.code, 'ECONNREFUSED');
});

test('Secrets in errors, in what caused them, in lists and in what a child logger is bound to do not reach it either', (t) => {
  const lines: string[] = [];
  const log = makeLog('test', 'info', { write: (line) => void lines.push(line) });
  const cause = Object.assign(new Error('inner'), { id_token: 'secret-1', code: 'EPIPE' });
  const error = Object.assign(new Error('outer', { cause }), {
    config: { headers: [{ Cookie: 'kept', cookie: 'secret-2' }] },
  });
  log.child({ client_secret: 'secret-3' }).warn({ err: error, query: { code: 'secret-4' } }, 'failed');
  const line = JSON.parse(lines.join('')) as { err: { type: string; stack: string; message: string } };
  t.false(/secret-\d/.test(lines.join('')), lines.join(''));
  t.is(line.err.type, 'Error');
  t.is(line.err.message, 'outer: inner');
  t.regex(line.err.stack, /caused by: Error: inner/);
  t.true(lines.join('').includes('kept'));
});

test('What is logged is not changed by it, dates and bytes stay what they are', (t) => {
  const fields = { at: new Date(0), form: { code: 'secret' }, list: [{ password: 'secret' }, 1], nothing: null };
  const before = structuredClone(fields);
  const line = logged(fields);
  t.deepEqual(fields, before);
  t.like(line, { at: '1970-01-01T00:00:00.000Z', form: { code: '[redacted]' }, list: [{ password: '[redacted]' }, 1] });
});
