// Levels of assurance: the table, and random walks in which nobody ever gets more than was proven.
import test from 'ava';
import fc from 'fast-check';
import {
  acrOf,
  amrOf,
  LEVELS,
  type Level,
  METHODS,
  type Method,
  type Proof,
  parseAcr,
  reachedLevel,
  waysTo,
} from '../../identity/domain/assurance.ts';

const uv: Proof = { method: 'passkey', userVerified: true };
const scan = (level: Level): Proof => ({ method: 'scan', level });

const TABLE: readonly [level: Level, proofs: readonly (Method | Proof)[]][] = [
  [2, ['pwd']],
  [2, ['sms']],
  [2, ['mail']],
  [2, ['passkey']],
  [2, ['pwd', 'pwd']],
  [2, ['sms', 'mail']],
  [2, ['sms', 'totp']],
  [2, ['totp', 'recovery']],
  [2, ['face']],
  [2, ['face', 'face']],
  [2, [scan(2)]],
  [2, [scan(2), 'pwd']],
  [2, [scan(2), 'face']],
  [3, ['pwd', 'sms']],
  [3, ['mail', 'pwd']],
  [3, ['pwd', 'totp']],
  [3, ['pwd', 'recovery']],
  [3, ['pwd', 'passkey']],
  [3, ['pwd', 'face']],
  [3, ['sms', 'face']],
  [3, [uv]],
  [3, [scan(3)]],
  [3, [scan(5)]],
  [4, ['pwd', 'sms', 'face']],
  [4, ['face', 'pwd', 'totp']],
  [4, [uv, 'face']],
  [4, [scan(4), 'face']],
  [5, ['cert']],
  [5, ['pwd', 'cert']],
];
const toProof = (one: Method | Proof): Proof => (typeof one === 'string' ? { method: one } : one);

for (const [level, proofs] of TABLE) {
  test(`${proofs.map((one) => JSON.stringify(one)).join(' + ')} reaches L${level}`, (t) => {
    t.is(reachedLevel(5, proofs.map(toProof)), level);
    for (const proofing of LEVELS)
      t.is(reachedLevel(proofing, proofs.map(toProof)), proofing < level ? proofing : level);
  });
}

test('who proved nothing has reached no level', (t) => {
  t.throws(() => reachedLevel(5, []), { instanceOf: RangeError });
});

test('a level has one name, and other names are none', (t) => {
  t.deepEqual(LEVELS.map(acrOf), ['L2', 'L3', 'L4', 'L5']);
  for (const level of LEVELS) t.is(parseAcr(acrOf(level)), level);
  for (const name of ['L1', 'L6', 'l3', 'L3 ', '', '3', '0', 'urn:mace:incommon:iap:silver'])
    t.is(parseAcr(name), null);
});

test('RFC 8176: amr names what was done, each once, and mfa when factors of two kinds were shown', (t) => {
  const amr = (...proofs: (Method | Proof)[]) => amrOf(proofs.map(toProof));
  t.deepEqual(amr('pwd'), ['pwd']);
  t.deepEqual(amr('pwd', 'pwd'), ['pwd']);
  t.deepEqual(amr('sms', 'mail'), ['otp', 'sms', 'mail']);
  t.deepEqual(amr('pwd', 'totp'), ['pwd', 'otp', 'mfa']);
  t.deepEqual(amr(uv), ['hwk', 'user']);
  t.deepEqual(amr('passkey'), ['hwk']);
  t.deepEqual(amr('cert'), ['sc']);
  t.deepEqual(amr(scan(3), 'face'), ['scan', 'face']);
});

const proofs = fc.array(
  fc.record({ method: fc.constantFrom(...METHODS), userVerified: fc.boolean(), level: fc.constantFrom(...LEVELS) }),
  { minLength: 1, maxLength: 8 },
);
const level = fc.constantFrom(...LEVELS);

/** The sentence, written a second time and in another way: by what each level needs to have been shown. */
function mayReach(wanted: Level, shown: readonly Proof[]): boolean {
  const names = new Set<Method>(shown.map(({ method }) => method));
  const any = (...methods: Method[]) => methods.some((method) => names.has(method));
  const strong =
    shown.some((one) => one.method === 'passkey' && one.userVerified) ||
    shown.some((one) => one.method === 'scan' && (one.level ?? 2) >= 3);
  const two = any('pwd') && any('sms', 'mail', 'totp', 'recovery', 'passkey');
  if (wanted === 2 || names.has('cert')) return true;
  if (wanted === 3)
    return strong || two || (names.has('face') && any('pwd', 'sms', 'mail', 'totp', 'recovery', 'passkey'));
  return wanted === 4 && names.has('face') && (strong || two);
}

test('random walks: no order and no number of proofs yields more than was proven, nor more than the account was proofed to', (t) => {
  fc.assert(
    fc.property(level, proofs, (proofing, shown) => {
      const reached = reachedLevel(proofing, shown);
      return (
        reached <= proofing && mayReach(reached, shown) && reached === reachedLevel(proofing, [...shown].reverse())
      );
    }),
    { numRuns: 2000 },
  );
  t.is(reachedLevel(2, [{ method: 'cert' }]), 2);
});

test('random walks: a step more never takes a level away, and the same thing shown again adds nothing', (t) => {
  fc.assert(
    fc.property(level, proofs, fc.nat(), (proofing, shown, pick) => {
      const levels = shown.map((_, at) => reachedLevel(proofing, shown.slice(0, at + 1)));
      const again = [...shown, shown[pick % shown.length]!];
      return (
        levels.every((one, at) => at === 0 || one >= levels[at - 1]!) && reachedLevel(proofing, again) === levels.at(-1)
      );
    }),
    { numRuns: 2000 },
  );
  t.is(reachedLevel(5, [{ method: 'sms' }, { method: 'sms' }, { method: 'sms' }]), 2);
});

const methods = fc.subarray([...METHODS]);

test('random walks: whoever follows a way that is shown arrives, each step of it is needed, and no level is skipped on the way', (t) => {
  fc.assert(
    fc.property(level, level, proofs, methods, (asked, proofing, shown, available) => {
      const answer = waysTo(asked, proofing, shown, available);
      if (answer.outcome === 'reached') return reachedLevel(proofing, shown) >= asked;
      if (reachedLevel(proofing, shown) >= asked) return false;
      if (answer.outcome === 'unreachable') return true;
      const after = (way: readonly Method[]) =>
        reachedLevel(proofing, [...shown, ...way.map((method) => ({ method, userVerified: true, level: 3 as const }))]);
      return answer.ways.every(
        (way) =>
          way.every((method) => available.includes(method)) &&
          after(way) >= asked &&
          way.every((_, at) => after(way.filter((__, other) => other !== at)) < asked),
      );
    }),
    { numRuns: 2000 },
  );
  t.deepEqual(waysTo(3, 2, [{ method: 'pwd' }], METHODS), { outcome: 'unreachable', because: 'proofing' });
});

test('only what is missing is asked for, best first', (t) => {
  const pwd: Proof[] = [{ method: 'pwd' }];
  t.deepEqual(waysTo(2, 4, pwd, []), { outcome: 'reached' });
  t.deepEqual(waysTo(3, 4, pwd, ['sms', 'totp', 'pwd']), { outcome: 'missing', ways: [['totp'], ['sms']] });
  t.deepEqual(waysTo(4, 4, pwd, ['pwd', 'sms', 'face', 'cert']), {
    outcome: 'missing',
    ways: [['cert'], ['sms', 'face']],
  });
  t.deepEqual(waysTo(4, 4, [...pwd, { method: 'totp' }], ['pwd', 'totp', 'face', 'cert']), {
    outcome: 'missing',
    ways: [['face'], ['cert']],
  });
  t.deepEqual(waysTo(3, 4, pwd, ['pwd']), { outcome: 'unreachable', because: 'factors' });
  t.deepEqual(waysTo(5, 5, [uv], ['pwd', 'sms', 'face']), { outcome: 'unreachable', because: 'factors' });
  t.deepEqual(waysTo(3, 4, [], ['pwd', 'sms']), { outcome: 'missing', ways: [['sms', 'pwd']] });
});
