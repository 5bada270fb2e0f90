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
