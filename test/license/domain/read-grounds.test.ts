// Who may read a license: each check refuses a sibling of a read that is allowed, and 10,000 generated illegal calls are
// all refused, with the reason that was put into them.
import test from 'ava';
import fc from 'fast-check';
import {
  type BasisGround,
  type ConsentGround,
  judgeRead,
  type ReadAsk,
  type ReadGround,
  type RefusalReason,
} from '../../../license/domain/read-grounds.ts';
import { cutElements, isSharedElement, WHOLE_FILE } from '../../../license/domain/shared-elements.ts';

const NOON = new Date('2026-11-20T04:00:00Z');
const DAY_MS = 86_400_000;
const after = (days: number): Date => new Date(NOON.getTime() + days * DAY_MS);
const TYPE = '11100000MB0D000965001';
const LICENSE = `${TYPE}.11360100MB0D00010M.1`;

const consent: ConsentGround = {
  kind: 'consent',
  id: 'cns_1',
  organisation: '11360100MB0D00029J',
  holderKey: 'aa',
  allowed: [{ licenseId: LICENSE, fields: ['ZZBH', 'KZ_CYLB'] }],
  purpose: '办理食品经营许可',
  matterCode: '0001',
  matterName: '许可',
  givenAt: after(-1),
  until: after(30),
  maxUses: 3,
  uses: 0,
  revokedAt: null,
};
const basis: BasisGround = {
  kind: 'basis',
  id: 'lgb_1',
  clientId: 'market-regulator',
  matterCode: '0002',
  matterName: '检查',
  licenseTypes: [{ licenseType: TYPE, fields: ['ZZBH', 'ZZYXQJZRQ', WHOLE_FILE] }],
  regions: ['3601'],
  dailyQuota: 10,
  usesToday: 0,
  validFrom: after(-10),
  validTo: after(10),
  endedAt: null,
};
const ask: ReadAsk = {
  clientId: 'market-regulator',
  organisation: consent.organisation,
  purpose: consent.purpose,
  matterCode: '0001',
  license: { licenseId: LICENSE, licenseType: TYPE, region: '360102', state: 'valid', holderKeys: ['aa', 'bb'] },
  wanted: ['ZZBH'],
  at: NOON,
};
const byLaw: ReadAsk = { ...ask, matterCode: '0002' };

function refusalOf(question: ReadAsk, ...grounds: ReadGround[]): RefusalReason | 'allowed' {
  const verdict = judgeRead(question, grounds);
  return verdict.allowed ? 'allowed' : verdict.reason;
}

test('a live consent carries a read of the fields that it names, and of all of them when none is named', (t) => {
  t.like(judgeRead(ask, [consent]), { allowed: true, fields: ['ZZBH'] });
  t.like(judgeRead({ ...ask, wanted: 'all' }, [basis, consent]), { allowed: true, fields: ['ZZBH', 'KZ_CYLB'] });
  t.like(judgeRead({ ...ask, wanted: [] }, [consent]), { allowed: true, fields: [] });
});

test('a legal basis carries a read in its region, and the whole file only where it names it', (t) => {
  t.like(judgeRead(byLaw, [basis]), { allowed: true });
  t.is(refusalOf({ ...byLaw, wanted: [WHOLE_FILE] }, basis), 'allowed');
  const everything = { ...basis, licenseTypes: [{ licenseType: TYPE, fields: ['*'] }] };
  t.is(refusalOf({ ...byLaw, wanted: ['CZZTDM', 'KZ_ANY'] }, everything), 'allowed');
  t.is(refusalOf({ ...byLaw, wanted: [WHOLE_FILE] }, everything), 'wrong-field');
  t.like(judgeRead({ ...byLaw, wanted: 'all' }, [basis]), { fields: ['ZZBH', 'ZZYXQJZRQ'] });
});

type Broken = readonly [RefusalReason, ReadAsk, ReadGround];
const inLicense = (change: Partial<ReadAsk['license']>, of: ReadAsk = ask): ReadAsk => ({
  ...of,
  license: { ...of.license, ...change },
});
const BROKEN: readonly Broken[] = [
  ['no-ground', { ...ask, organisation: '11360100MB0D00010M' }, consent],
  ['no-ground', inLicense({ holderKeys: ['bb'] }), consent],
  ['no-ground', inLicense({ licenseId: `${LICENSE}2` }), consent],
  ['no-ground', { ...byLaw, clientId: 'another' }, basis],
  ['no-ground', inLicense({ licenseType: '11100000MB0D000965002' }, byLaw), basis],
  ['other-matter', { ...ask, matterCode: '0009' }, consent],
  ['other-matter', { ...byLaw, matterCode: '0001' }, basis],
  ['other-purpose', { ...ask, purpose: '统计' }, consent],
  ['not-yet', ask, { ...consent, givenAt: after(1) }],
  ['not-yet', byLaw, { ...basis, validFrom: after(1) }],
  ['revoked', ask, { ...consent, revokedAt: after(-0.5) }],
  ['revoked', byLaw, { ...basis, endedAt: after(-0.5) }],
  ['expired', ask, { ...consent, until: NOON }],
  ['expired', byLaw, { ...basis, validTo: NOON }],
  ['other-region', inLicense({ region: '360202' }, byLaw), basis],
  ['other-region', inLicense({ region: '110101' }, byLaw), basis],
  ['state', inLicense({ state: 'revoked' }), consent],
  ['state', inLicense({ state: 'cancelled' }, byLaw), basis],
  ['state', inLicense({ state: 'suspended' }, { ...byLaw, wanted: [WHOLE_FILE] }), basis],
  ['wrong-field', { ...ask, wanted: ['ZZBH', 'CZZTDM'] }, consent],
  ['wrong-field', { ...ask, wanted: [WHOLE_FILE] }, consent],
  ['wrong-field', { ...byLaw, wanted: ['CZZT'] }, basis],
  ['used-up', ask, { ...consent, uses: 3 }],
  ['used-up', { ...ask, wanted: [] }, { ...consent, maxUses: 1, uses: 1 }],
  ['quota', byLaw, { ...basis, usesToday: 10 }],
];

for (const [index, [reason, question, ground]] of BROKEN.entries()) {
  test(`refused, ${reason} (${index}): ${ground.kind}`, (t) => {
    const verdict = judgeRead(question, [ground]);
    t.like(verdict, { allowed: false, reason });
    t.regex(verdict.allowed ? '' : verdict.why, /^The.*[.;]|made\.$/);
  });
}

test('without any ground, and when several fail, what the nearest lacks is told', (t) => {
  t.is(refusalOf(ask), 'no-ground');
  t.is(refusalOf(ask, { ...consent, revokedAt: NOON }, { ...consent, matterCode: '7' }), 'revoked');
  t.is(refusalOf(ask, basis, { ...consent, until: NOON }), 'expired');
  t.is(refusalOf(ask, { ...consent, until: NOON }, consent), 'allowed');
});

test('a refusal says nothing of grounds that are not the caller’s', (t) => {
  const stranger = judgeRead({ ...ask, organisation: '11360100MB0D00010M' }, [{ ...consent, revokedAt: NOON }]);
  t.deepEqual(stranger, judgeRead(ask, []));
});

/** Breaks a lawful read in one way, in whatever way the generator chose. */
const illegal = fc
  .tuple(fc.constantFrom(...BROKEN), fc.array(fc.constantFrom(...BROKEN), { maxLength: 3 }), fc.nat(1000), fc.nat(60))
  .map(([[, question, ground], others, salt, days]) => {
    const shifted = (date: Date | null) => (date === null ? null : new Date(date.getTime() + days * DAY_MS));
    const at = new Date(question.at.getTime() + days * DAY_MS);
    const move = (one: ReadGround): ReadGround =>
      one.kind === 'consent'
        ? {
            ...one,
            id: `cns_${salt}`,
            givenAt: shifted(one.givenAt)!,
            until: shifted(one.until)!,
            revokedAt: shifted(one.revokedAt),
          }
        : {
            ...one,
            id: `lgb_${salt}`,
            validFrom: shifted(one.validFrom)!,
            validTo: shifted(one.validTo)!,
            endedAt: shifted(one.endedAt),
          };
    // Further grounds, each foreign to this caller: they must never help.
    const foreign = others.map(([, , one]) =>
      one.kind === 'consent' ? { ...one, organisation: 'NOBODY' } : { ...one, clientId: 'nobody' },
    );
    return { question: { ...question, at }, grounds: [...foreign, ground].map(move) };
  });

test('10,000 generated illegal reads: none succeeds', (t) => {
  let refused = 0;
  fc.assert(
    fc.property(illegal, ({ question, grounds }) => {
      refused += 1;
      return !judgeRead(question, grounds).allowed;
    }),
    { numRuns: 10_000 },
  );
  t.is(refused, 10_000);
});

test('elements are cut to what the ground allows; of joint holders one speaks for himself', (t) => {
  const entries = [
    { name: 'ZZMC', label: '证照名称', values: ['样例'] },
    { name: 'ZZBH', label: '证照编号', values: ['1'] },
    { name: 'CZZT', label: '持证主体', values: ['张三', '李四'] },
    { name: 'KZ_CYLB', label: '从业类别', values: ['餐饮'] },
  ];
  const named = (allowed: string[], holder: number | null) =>
    cutElements(entries, allowed, holder).map(({ name, values }) => `${name}=${values.join('^')}`);
  t.deepEqual(named([], null), ['ZZMC=样例']);
  t.deepEqual(named(['KZ_CYLB'], null), ['ZZMC=样例', 'KZ_CYLB=餐饮']);
  t.deepEqual(named(['CZZT'], null), ['ZZMC=样例', 'CZZT=张三^李四']);
  t.deepEqual(named(['CZZT'], 1), ['ZZMC=样例', 'CZZT=李四']);
  t.deepEqual(named(['*'], null).length, 4);
});

test('what can be asked for: elements of GB/T 36903, KZ_ names and the file; not what is open or belongs to copies', (t) => {
  for (const name of ['ZZBH', 'CZZTDM', 'KZ_JYXM', 'file']) t.true(isSharedElement(name), name);
  for (const name of ['ZZMC', 'ZZBS', 'JZJZZSY', 'kz_x', 'FILE', '*', '']) t.false(isSharedElement(name), name);
});
