import { readFileSync } from 'node:fs';
import test from 'ava';
import { checkCitizenNumber, readCitizenNumber } from '../../../common/codes/citizen-number.ts';
import { CODE_NOTICES, type CodeNotice } from '../../../common/codes/code-notice.ts';
import {
  checkCreditCode,
  isCreditCode,
  REGISTERING_DEPARTMENTS,
  readCreditCode,
} from '../../../common/codes/credit-code.ts';
import {
  canonicalHolderCode,
  checkHolderCode,
  HOLDER_CODE_TYPES,
  holderCodeNotices,
  PERSON_CODE_TYPES,
} from '../../../common/codes/holder-code.ts';
import { checkOrganisationCode } from '../../../common/codes/organisation-code.ts';
import { isTrustError } from '../../../common/errors.ts';
import { holderKey } from '../../../license/domain/holder-key.ts';

type Refused = { code: string; why: string }[];
const vectors = JSON.parse(readFileSync('test/vectors/license/codes.json', 'utf8')) as {
  creditCodes: { accepted: string[]; refused: Refused };
  organisationCodes: { accepted: string[]; refused: Refused };
  citizenNumbers: { today: string; accepted: string[]; refused: Refused };
  notices: { type: string; code: string; notices: CodeNotice[] }[];
  holderCodes: { accepted: [string, string][]; refused: { type: string; code: string; why: string }[] };
};
const { today } = vectors.citizenNumbers;

test('GB 32100: right 统一社会信用代码 are accepted, and their characters 9 to 17 are organisation codes (GB 11714)', (t) => {
  for (const code of vectors.creditCodes.accepted) {
    t.notThrows(() => checkCreditCode(code), code);
    t.notThrows(() => checkOrganisationCode(code.slice(8, 17)), code);
  }
});

for (const { code, why } of vectors.creditCodes.refused) {
  test(`GB 32100: refused is a 统一社会信用代码 with ${why}`, (t) => {
    t.true(
      isTrustError(
        t.throws(() => checkCreditCode(code, '/x')),
        'code-check',
      ),
    );
    t.false(isCreditCode(code));
  });
}

test('GB 32100: the refusal names the character that was expected', (t) => {
  const error = t.throws(() => checkCreditCode('11360100MB0D00010K', '/holder/code'));
  t.is(error?.message, 'character 18 should be M, found K');
  t.true(isTrustError(error) && error.pointer === '/holder/code');
});

test('GB 11714: organisation codes, with and without hyphen', (t) => {
  for (const code of vectors.organisationCodes.accepted) t.notThrows(() => checkOrganisationCode(code), code);
  for (const { code, why } of vectors.organisationCodes.refused) {
    t.true(
      isTrustError(
        t.throws(() => checkOrganisationCode(code)),
        'code-check',
      ),
      why,
    );
  }
});

test('GB 11643: right 公民身份号码 are accepted', (t) => {
  for (const code of vectors.citizenNumbers.accepted) t.notThrows(() => checkCitizenNumber(code, today));
});

test('a 公民身份号码 of a region that our table does not have is accepted', (t) => {
  t.notThrows(() => checkCitizenNumber('990102199003077715', today));
});

for (const { code, why } of vectors.citizenNumbers.refused) {
  test(`GB 11643: refused is a 公民身份号码 with ${why}`, (t) => {
    const error = t.throws(() => checkCitizenNumber(code, today));
    t.true(isTrustError(error, 'code-check'));
    t.false(code !== '' && error?.message.includes(code), 'the number is never repeated');
  });
}

test('GB/T 2260, GB 32100: odd regions, departments and categories are notices, never a refusal; each has a sample', (t) => {
  for (const { type, code, notices } of vectors.notices) {
    t.notThrows(() => checkHolderCode(type, code, today), code);
    t.deepEqual(holderCodeNotices(type, code), notices, code);
  }
  const seen = new Set(vectors.notices.flatMap(({ notices }) => notices));
  t.deepEqual([...seen].sort(), Object.keys(CODE_NOTICES).sort() as CodeNotice[]);
});

test('GB 32100: department, category, region and organisation code are read from a 统一社会信用代码', (t) => {
  t.deepEqual(readCreditCode('11360100MB0D00010M'), {
    department: '机构编制',
    category: '机关',
    region: '360100',
    organisationCode: 'MB0D00010',
    notices: [],
  });
  t.is(Object.keys(REGISTERING_DEPARTMENTS).length, 12);
  for (const character of [...Object.keys(REGISTERING_DEPARTMENTS)]) {
    t.regex(character, /^[0-9A-HJ-NPQRTUWXY]$/);
    t.true(Object.keys(REGISTERING_DEPARTMENTS[character]?.categories ?? {}).includes('1'), character);
  }
});

test('GB 11643: region, date of birth and sex are read from a 公民身份号码', (t) => {
  const expected = { region: '360102', birthDate: '1990-03-07', sex: 'male', notices: [] };
  t.deepEqual(readCitizenNumber('360102199003077718'), expected as ReturnType<typeof readCitizenNumber>);
  t.is(readCitizenNumber('360102198511267724').sex, 'female');
});

test('GB/T 36903, Annex A: every type has a code that is accepted', (t) => {
  for (const [type, code] of vectors.holderCodes.accepted) t.notThrows(() => checkHolderCode(type, code, today), code);
  t.deepEqual(
    [...HOLDER_CODE_TYPES.keys()].filter((type) => !vectors.holderCodes.accepted.some(([of]) => of === type)),
    [],
  );
  t.is(HOLDER_CODE_TYPES.size, 16);
  t.is(PERSON_CODE_TYPES.length, 14);
});

for (const { type, code, why } of vectors.holderCodes.refused) {
  test(`GB/T 36903, Annex A: refused under ${type} is ${why}`, (t) => {
    const error = t.throws(() => checkHolderCode(type, code, today, '/holders/1'));
    t.true(isTrustError(error, 'code-check') && error.pointer === '/holders/1/code');
    t.false(error?.message.includes(code), 'the code is never repeated');
  });
}

test('GB/T 36903, Annex A: a type that it does not have is refused', (t) => {
  for (const type of ['112', '', '1', '0111', '551']) {
    const error = t.throws(() => checkHolderCode(type, '360102199003077718', today));
    t.true(isTrustError(error, 'invalid-request') && error.pointer === '/holder/code_type', type);
  }
});

test('one holder has one key however the code was typed, and another under another type or pepper', (t) => {
  const pepper = new Uint8Array(32).fill(7);
  const key = holderKey(pepper, '111', '36010219900307771X');
  t.is(key.length, 32);
  t.deepEqual(holderKey(pepper, '111', ' ３６０１０２ 19900307771x'), key);
  t.is(canonicalHolderCode('３６０１０２ 19900307771x'), '36010219900307771X');
  t.notDeepEqual(holderKey(pepper, '999', '36010219900307771X'), key);
  t.notDeepEqual(holderKey(new Uint8Array(32), '111', '36010219900307771X'), key);
});
