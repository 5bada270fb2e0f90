import { randomBytes } from 'node:crypto';
import test from 'ava';
import type { Knex } from 'knex';
import type { Account } from '../../identity/domain/account.ts';
import { deriveScanKey, lentLevel, MAX_TURNS } from '../../identity/domain/scan.ts';
import {
  answerScan,
  finishScan,
  openScan,
  type ScanDeps,
  scanPhase,
  showScan,
} from '../../identity/flow/scan-login.ts';
import { testDatabase } from '../_harness/database.ts';
import { bareAccount } from './bare-account.ts';

const START = new Date('2026-11-20T08:00:00Z');
let db: Knex;

test.before(async () => {
  db = (await testDatabase()).connect('identity', 8);
});

/** Deps with a clock that this test alone moves. */
function world(): ScanDeps & { later(seconds: number): void } {
  let now = START;
  const later = (seconds: number): void => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  return { db, clock: () => now, key: deriveScanKey(new Uint8Array(32).fill(1)), ttlSeconds: 120, later };
}

const person = (): Promise<Account> => bareAccount(db);

const screen = () => ({
  interactionUid: randomBytes(8).toString('hex'),
  clientId: 'alpha',
  device: 'Firefox, Linux',
  address: '203.0.113.7',
});
const by = (account: Account, confirmed = true) => ({ account, sessionUid: 'phone', level: 4, confirmed }) as const;

test('a code is shown, scanned, confirmed and used once; the level is the phone session’s, at most 3', async (t) => {
  const deps = world();
  const place = screen();
  const phone = await person();
  const shown = (await showScan(deps, place, false))!;
  t.is(shown.phase, 'waiting');
  t.true(shown.scan.number >= 10 && shown.scan.number <= 99);
  const opened = await openScan(deps, shown.code, phone);
  t.like(opened, {
    outcome: 'open',
    scan: { number: shown.scan.number, device: place.device, address: place.address },
  });
  t.is(await scanPhase(deps, place.interactionUid), 'scanned');
  t.is(await finishScan(deps, place.interactionUid), null, 'scanned is not confirmed');
  t.not(await answerScan(deps, shown.code, by(phone)), null);
  const uses = await Promise.all([1, 2, 3].map(() => finishScan(deps, place.interactionUid)));
  t.deepEqual(
    uses.filter((one) => one !== null),
    [{ accountId: phone.id, level: 3 }],
  );
  t.is(await finishScan(deps, place.interactionUid), null);
  t.deepEqual(
    [2, 3, 4, 5].map((level) => lentLevel(level as 2 | 3 | 4 | 5)),
    [2, 3, 3, 3],
  );
});

test('shown again the code is the same; a new one only when the old one is over, and then the old one opens nothing', async (t) => {
  const deps = world();
  const place = screen();
  const first = (await showScan(deps, place, false))!;
  t.is((await showScan(deps, place, true))?.code, first.code, 'a live code is not replaced');
  deps.later(120);
  t.is((await showScan(deps, place, false))?.phase, 'over');
  const [second, tab] = await Promise.all([showScan(deps, place, true), showScan(deps, place, true)]);
  t.not(second?.code, first.code);
  t.is(second?.code, tab?.code, 'two tabs of one interaction show the same');
  t.deepEqual(await openScan(deps, first.code, await person()), { outcome: 'over' });
  t.like(await openScan(deps, second!.code, await person()), { outcome: 'open' });
});

test('QR-swap: what was confirmed is worth nothing in another interaction, and the phone is shown where the code really is', async (t) => {
  const deps = world();
  const attacker = { ...screen(), address: '198.51.100.66', device: 'curl' };
  const victim = screen();
  const phone = await person();
  const swapped = (await showScan(deps, attacker, false))!;
  await showScan(deps, victim, false);
  t.like(await openScan(deps, swapped.code, phone), {
    outcome: 'open',
    scan: { address: '198.51.100.66', device: 'curl' },
  });
  await answerScan(deps, swapped.code, by(phone, false));
  t.is(await finishScan(deps, attacker.interactionUid), null, 'refused');
  const again = (await showScan(deps, attacker, true))!;
  await openScan(deps, again.code, phone);
  await answerScan(deps, again.code, by(phone));
  t.is(await finishScan(deps, victim.interactionUid), null);
  t.is(await scanPhase(deps, victim.interactionUid), 'waiting');
});

test('two phones: the first account claims the code, the second neither opens nor confirms it', async (t) => {
  const deps = world();
  const shown = (await showScan(deps, screen(), false))!;
  const [one, other] = [await person(), await person()];
  const opened = await Promise.all([one, other].map((account) => openScan(deps, shown.code, account)));
  t.deepEqual(opened.map(({ outcome }) => outcome).sort(), ['open', 'taken']);
  const [owner, late] = opened[0]?.outcome === 'open' ? [one, other] : [other, one];
  t.is(await answerScan(deps, shown.code, by(late)), null);
  const answers = await Promise.all([true, false, true].map((yes) => answerScan(deps, shown.code, by(owner, yes))));
  t.is(answers.filter((scan) => scan !== null).length, 1, 'one decision');
  t.is(await answerScan(deps, shown.code, by(owner)), null);
});

test('refused siblings: over, refused, a code of nobody, confirmed too late, gone on too late, too many codes', async (t) => {
  const deps = world();
  const phone = await person();
  t.deepEqual(await openScan(deps, randomBytes(32).toString('base64url'), phone), { outcome: 'over' });
  t.deepEqual(await openScan(deps, 'nonsense', phone), { outcome: 'over' });
  t.is(await answerScan(deps, 'nonsense', by(phone)), null);
  const place = screen();
  const shown = (await showScan(deps, place, false))!;
  t.is(await answerScan(deps, shown.code, by(phone)), null, 'nobody confirms what was not opened');
  await openScan(deps, shown.code, phone);
  deps.later(120);
  t.is(await answerScan(deps, shown.code, by(phone)), null);
  t.deepEqual(await openScan(deps, shown.code, phone), { outcome: 'over' });
  const second = (await showScan(deps, place, true))!;
  await openScan(deps, second.code, phone);
  await answerScan(deps, second.code, by(phone));
  t.deepEqual(await openScan(deps, second.code, phone), { outcome: 'decided', confirmed: true });
  deps.later(61);
  t.is(await finishScan(deps, place.interactionUid), null);
  for (let turn = 3; turn <= MAX_TURNS; turn += 1) {
    t.not(await showScan(deps, place, true), null);
    deps.later(121);
  }
  t.is(await showScan(deps, place, true), null);
});
