import { readFileSync } from 'node:fs';
import test from 'ava';
import { checkCitizenNumber } from '../../../common/codes/citizen-number.ts';
import { checkCreditCode, isCreditCode } from '../../../common/codes/credit-code.ts';
import { canonicalHolderCode, checkHolderCode } from '../../../common/codes/holder-code.ts';
import { checkOrganisationCode } from '../../../common/codes/organisation-code.ts';
import { isTrustError } from '../../../common/errors.ts';
import { holderKey } from '../../../license/domain/holder-key.ts';

type Refused = { code: string; why: string }[];
const vectors = JSON.parse(readFileSync('test/vectors/license/codes.json', 'utf8')) as {
  creditCodes: { accepted: string[]; refused: Refused };
  organisationCodes: { accepted: string[]; refused: Refused };
  citizenNumbers: { today: string; accepted: string[]; refused: Refused };
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

test('GB/T 36903: holder codes are judged by their type, an unknown type is refused', (t) => {
  t.notThrows(() => checkHolderCode('001', '11360100MB0D00010M', today));
  t.notThrows(() => checkHolderCode('111', '360102199003077718', today));
  t.notThrows(() => checkHolderCode('414', 'E12345678', today));
  t.true(
    isTrustError(
      t.throws(() => checkHolderCode('001', '360102199003077718', today)),
      'code-check',
    ),
  );
  t.true(
    isTrustError(
      t.throws(() => checkHolderCode('111', '11360100MB0D00010M', today)),
      'code-check',
    ),
  );
  t.true(
    isTrustError(
      t.throws(() => checkHolderCode('414', 'E1234<5678', today)),
      'code-check',
    ),
  );
  t.true(
    isTrustError(
      t.throws(() => checkHolderCode('112', '360102199003077718', today)),
      'invalid-request',
    ),
  );
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
