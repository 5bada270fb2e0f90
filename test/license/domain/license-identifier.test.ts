import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { isTrustError } from '../../../common/errors.ts';
import { mod37x36CheckCharacter } from '../../../license/domain/iso7064.ts';
import {
  type IdentifierDefect,
  makeLicenseIdentifier,
  parseLicenseIdentifier,
  readLicenseIdentifier,
  TOLERABLE_DEFECTS,
} from '../../../license/domain/license-identifier.ts';

type Vectors = {
  canonical: { text: string; expect: ReturnType<typeof parseLicenseIdentifier> }[];
  lenient: { text: string; why: string; defects: IdentifierDefect[] }[];
  refused: { text: string; why: string; defects: IdentifierDefect[]; includes?: boolean }[];
};
const vectors = JSON.parse(readFileSync('test/vectors/license/identifiers.json', 'utf8')) as Vectors;

for (const { text, expect } of vectors.canonical) {
  test(`GB/T 36904: ${text} is read and written back`, (t) => {
    t.deepEqual(parseLicenseIdentifier(text), expect);
    t.is(makeLicenseIdentifier(expect), text);
  });
}

for (const { text, why, defects } of vectors.lenient) {
  test(`GB/T 36904: the lenient reader takes ${why}, the strict one does not`, (t) => {
    const { parts, defects: found } = readLicenseIdentifier(text);
    t.deepEqual(found, defects);
    t.true(found.every((defect) => TOLERABLE_DEFECTS.has(defect)));
    t.is(parts?.issuingAuthority, '340100');
    t.true(
      isTrustError(
        t.throws(() => parseLicenseIdentifier(text)),
        'identifier-malformed',
      ),
    );
  });
}

for (const { text, why, defects, includes } of vectors.refused) {
  test(`GB/T 36904: refused is ${why}`, (t) => {
    const found = readLicenseIdentifier(text).defects;
    if (includes)
      t.true(
        defects.every((defect) => found.includes(defect)),
        found.join(),
      );
    else t.deepEqual(found, defects);
    const onlyCheck = found.length === 1 && found[0] === 'check-wrong';
    const error = t.throws(() => parseLicenseIdentifier(text));
    t.true(isTrustError(error, onlyCheck ? 'identifier-check' : 'identifier-malformed'), String(error));
  });
}

test('GB/T 36904: the manual’s identifier should have ended in D', (t) => {
  t.is(mod37x36CheckCharacter('11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001'), 'D');
});

test('GB/T 36904: what is written is read back, and one changed character of the serial is always noticed', (t) => {
  const serial = fc.stringMatching(/^[0-9A-Z]{1,32}$/);
  const version = fc.integer({ min: 1, max: 998 });
  t.notThrows(() =>
    fc.assert(
      fc.property(serial, version, fc.nat(), fc.nat(34), (text, number, at, shift) => {
        const parts = {
          licenseType: '11100000MB0D000965001',
          issuingAuthority: '11360100MB0D00010M',
          serial: text,
          version: number,
        };
        const identifier = makeLicenseIdentifier(parts);
        if (JSON.stringify(parseLicenseIdentifier(identifier)) !== JSON.stringify(parts)) return false;
        const place = at % text.length;
        const other = (Number.parseInt(text.charAt(place), 36) + 1 + shift) % 36;
        const changed = text.slice(0, place) + other.toString(36).toUpperCase() + text.slice(place + 1);
        const segments = identifier.split('.');
        segments[7] = changed;
        return readLicenseIdentifier(segments.join('.')).defects.includes('check-wrong');
      }),
    ),
  );
});

test('GB/T 36904: a writer refuses parts that the standard does not allow', (t) => {
  const parts = {
    licenseType: '11100000MB0D000965001',
    issuingAuthority: '11360100MB0D00010M',
    serial: 'A1',
    version: 1,
  };
  for (const wrong of [
    { version: 999 },
    { version: 0 },
    { serial: 'a1' },
    { serial: 'A'.repeat(33) },
    { issuingAuthority: '360100' },
    { issuingAuthority: '11360100MB0D00010K' },
    { licenseType: '11100000MB0D000964001' },
  ]) {
    const error = t.throws(() => makeLicenseIdentifier({ ...parts, ...wrong }));
    t.true(isTrustError(error, 'identifier-malformed'), JSON.stringify(wrong));
  }
});
