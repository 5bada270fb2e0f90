import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { isTrustError } from '../../../common/errors.ts';
import { IDENTIFIER_DEFECTS, type IdentifierDefect } from '../../../license/domain/identifier-defects.ts';
import { mod37x36CheckCharacter } from '../../../license/domain/iso7064.ts';
import {
  identifierOfVersion,
  licenseIdOf,
  makeLicenseIdentifier,
  parseLicenseIdentifier,
  versionOf,
} from '../../../license/domain/license-identifier.ts';
import { isTolerable, readLicenseIdentifier } from '../../../license/domain/read-identifier.ts';

type Faulty = readonly { text: string; why: string; defects: IdentifierDefect[] }[];
type Vectors = {
  canonical: { text: string; expect: ReturnType<typeof parseLicenseIdentifier> }[];
  spelling: Faulty;
  tolerable: Faulty;
  refused: Faulty;
};
const vectors = JSON.parse(readFileSync('test/vectors/license/identifiers.json', 'utf8')) as Vectors;
const RIGHT = '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U';

for (const { text, expect } of vectors.canonical) {
  test(`GB/T 36904: ${text} is read and written back`, (t) => {
    t.deepEqual(parseLicenseIdentifier(text), expect);
    t.is(makeLicenseIdentifier(expect), text);
    t.deepEqual(readLicenseIdentifier(text).defects, []);
    t.is(readLicenseIdentifier(text).canonical, text);
  });
}

for (const { text, why, defects } of vectors.spelling) {
  test(`GB/T 36904: the lenient reader mends ${why}, the strict one does not`, (t) => {
    const reading = readLicenseIdentifier(text);
    t.deepEqual(reading.defects, defects);
    t.is(reading.canonical, RIGHT);
    t.true(isTolerable(reading));
    t.true(
      isTrustError(
        t.throws(() => parseLicenseIdentifier(text)),
        'identifier-malformed',
      ),
    );
  });
}

for (const { text, why, defects } of vectors.tolerable) {
  test(`GB/T 36904: the lenient reader takes the parts of ${why}, and makes no canonical text of it`, (t) => {
    const reading = readLicenseIdentifier(text);
    t.deepEqual(reading.defects, defects);
    t.true(isTolerable(reading));
    t.is(reading.canonical, null);
    t.is(Object.values(reading.parts ?? {}).join('.'), text);
    t.truthy(t.throws(() => parseLicenseIdentifier(text)));
  });
}

for (const { text, why, defects } of vectors.refused) {
  test(`GB/T 36904: refused is ${why}`, (t) => {
    const reading = readLicenseIdentifier(text);
    t.deepEqual(reading.defects, defects);
    t.false(isTolerable(reading));
    t.is(reading.canonical, null);
    const onlyCheck = defects.every((defect) => defect.startsWith('check-') && defect !== 'check-form');
    const error = t.throws(() => parseLicenseIdentifier(text));
    t.true(isTrustError(error, onlyCheck ? 'identifier-check' : 'identifier-malformed'), String(error));
    for (const defect of defects) t.true(error?.message.includes(`${defect}: `), defect);
  });
}

test('GB/T 36904: every reason code has a sample', (t) => {
  const seen = new Set(
    [...vectors.spelling, ...vectors.tolerable, ...vectors.refused].flatMap(({ defects }) => defects),
  );
  t.deepEqual(
    Object.keys(IDENTIFIER_DEFECTS).filter((defect) => !seen.has(defect as IdentifierDefect)),
    [],
  );
});

test('GB/T 36904: the manual’s identifier should have ended in D', (t) => {
  t.is(mod37x36CheckCharacter('11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001'), 'D');
});

test('GB/T 36904: all versions of a license have one license_id, and name themselves', (t) => {
  const [first = '', second = ''] = vectors.canonical.map(({ text }) => text);
  const licenseId = licenseIdOf(first);
  t.is(licenseId, '11100000000013338W011.11430000006122244L.20230000403');
  t.is(licenseIdOf(second), licenseId);
  t.deepEqual([versionOf(first), versionOf(second)], [1, 2]);
  t.is(identifierOfVersion(licenseId, 2), second);
  for (const [id, version] of [
    [licenseId, 999],
    [licenseId, 0],
    [`${licenseId}.1`, 1],
    ['11100000000013338W011.11430000006122244L', 1],
  ] as const) {
    t.true(
      isTrustError(
        t.throws(() => identifierOfVersion(id, version)),
        'identifier-malformed',
      ),
      id,
    );
  }
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
        const { defects } = readLicenseIdentifier(segments.join('.'));
        return defects.length === 1 && (defects[0] === 'check-wrong' || defects[0] === 'check-over-root');
      }),
    ),
  );
});

test('GB/T 36904: the lenient reader never throws, and what it calls canonical the strict one takes', (t) => {
  const pieces = fc.constantFrom(...RIGHT, ' ', '．', 'ａ', '。', '_', '\u0000', '𠮷', 'u');
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.nat(RIGHT.length), fc.nat(3), fc.array(pieces, { maxLength: 6 }), (at, gone, put) => {
        const { canonical } = readLicenseIdentifier(RIGHT.slice(0, at) + put.join('') + RIGHT.slice(at + gone));
        if (canonical !== null) parseLicenseIdentifier(canonical);
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
    { version: 1.5 },
    { version: -1 },
    { serial: 'a1' },
    { serial: '' },
    { serial: 'A.1' },
    { serial: 'A'.repeat(33) },
    { issuingAuthority: '360100' },
    { issuingAuthority: '11360100MB0D00010K' },
    { licenseType: '11100000MB0D000964001' },
  ]) {
    const error = t.throws(() => makeLicenseIdentifier({ ...parts, ...wrong }));
    t.true(isTrustError(error, 'identifier-malformed'), JSON.stringify(wrong));
  }
});
