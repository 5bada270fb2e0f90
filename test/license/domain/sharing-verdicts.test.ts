// GB/T 36906: the results 0 to 6 of 证照信息验证 and 0 to 2 of 证照文件验证, each with its samples.
import test from 'ava';
import type { SignatureReport, VerificationReport } from '../../../common/contract/report.ts';
import { isTrustError } from '../../../common/errors.ts';
import { listMetadata } from '../../../license/domain/license-metadata.ts';
import { judgeFile } from '../../../license/domain/verify-file.ts';
import { type KnownLicense, namedIdentifier, verifyInformation } from '../../../license/domain/verify-information.ts';

const IDENTIFIER = '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U';
const TODAY = '2026-11-22';
const type = { fields: [{ name: 'area', metadata_name: 'KZ_MJ', label: '面积' }] };
const record = {
  identifier: IDENTIFIER,
  licenseType: '11100000000013338W011',
  name: '不动产权证书（样例）',
  licenseNumber: '湘（2026）示例不动产权第0000001号',
  issuingAuthority: { name: '示例市自然资源局', code: '11430000006122244L' },
  holders: [
    { name: '张三', codeType: '111', code: '36010219900307771X' },
    { name: '李 四', codeType: '111', code: '360102198511267724' },
  ],
  issuedOn: '2026-11-20',
  validFrom: '2026-11-20',
  validTo: '9999-12-31',
  fields: { area: '89.20' },
};
const license = (change: Partial<KnownLicense> & { validFrom?: string } = {}): KnownLicense => ({
  entries: listMetadata(type, { ...record, validFrom: change.validFrom ?? record.validFrom }),
  state: change.state ?? 'valid',
  isCurrent: change.isCurrent ?? true,
});
const right = { ZZBS: IDENTIFIER, CZZT: '张三^李四', ZZBH: record.licenseNumber };

const AGREEING: readonly (readonly [string, Record<string, string>])[] = [
  ['holders in another order', { ...right, CZZT: '李四^张三' }],
  [
    'holders with their codes in another order',
    { ...right, CZZT: '李四^张三', CZZTDM: '360102198511267724^36010219900307771X' },
  ],
  ['full-width forms and blanks', { ...right, CZZT: '张三 ^李四', ZZBH: '湘(2026)示例不动产权第０000001号' }],
  ['small letters', { ...right, CZZTDM: '36010219900307771x^360102198511267724' }],
  ['dates without hyphens', { ...right, ZZBFRQ: '20261120' }],
  ['dates in words', { ...right, ZZBFRQ: '2026年11月20日', ZZYXQJZRQ: '长期' }],
  ['an identifier without its root', { ...right, ZZBS: IDENTIFIER.slice('1.2.156.3005.2.'.length) }],
  ['the elements of an annotated copy', { ...right, JZJZZZ: '某平台', JZJZZSY: '某事' }],
  ['an element of the type', { ...right, KZ_MJ: '89.20' }],
  ['everything', Object.fromEntries(license().entries.map(({ name, values }) => [name, values.join('^')]))],
];
for (const [what, presented] of AGREEING) {
  test(`GB/T 36906 证照信息验证: ${what} agree`, (t) => {
    t.is(namedIdentifier(presented), IDENTIFIER);
    t.is(verifyInformation(presented, license(), TODAY), 0);
  });
}

const DIFFERING: readonly (readonly [string, Record<string, string>])[] = [
  ['another holder', { ...right, CZZT: '张三^王五' }],
  ['one holder of two', { ...right, CZZT: '张三' }],
  ['each holder under the code of the other', { ...right, CZZTDM: '360102198511267724^36010219900307771X' }],
  ['an element of holders that nothing has', { ...right, CZZTXX: '张三^李四' }],
  ['a holder too many', { ...right, CZZT: '张三^李四^王五' }],
  ['one holder named twice', { ...right, CZZT: '张三^张三' }],
  ['an element that the license does not have', { ...right, KZ_YT: '住宅' }],
  ['an element that nothing has', { ...right, constructor: '1' }],
  ['an empty value', { ...right, CZZTDM: '' }],
  ['another type', { ...right, ZZLXDM: '11100000000013338W012' }],
  ['another end', { ...right, ZZYXQJZRQ: '2099-12-31' }],
  ['the identifier of another version', { ...right, ZZBS: IDENTIFIER.replace('.001.U', '.002.S') }],
];
for (const [what, presented] of DIFFERING) {
  test(`GB/T 36906 证照信息验证: ${what} is 6, whatever the state`, (t) => {
    t.is(verifyInformation(presented, license(), TODAY), 6);
    t.is(verifyInformation(presented, license({ state: 'revoked' }), TODAY), 6);
  });
}

test('GB/T 36906 证照信息验证: right information is 0 to 3 by the state and the dates of the license', (t) => {
  const resultOf = (change: Parameters<typeof license>[0]) => verifyInformation(right, license(change), TODAY);
  t.is(resultOf({}), 0);
  t.is(resultOf({ validFrom: TODAY }), 0);
  t.is(resultOf({ validFrom: '2026-11-23' }), 1);
  for (const state of ['suspended', 'transferred'] as const) t.is(resultOf({ state }), 2, state);
  for (const state of ['expired', 'withdrawn', 'revoked', 'cancelled', 'lapsed'] as const)
    t.is(resultOf({ state }), 3, state);
  t.is(resultOf({ isCurrent: false }), 3);
});

test('GB/T 36906 证照信息验证: less than the identifier and two facts is 4, no such license is 5', (t) => {
  const { ZZBS, CZZT, ZZBH } = right;
  for (const presented of [
    {},
    { ZZBS },
    { ZZBS, CZZT },
    { CZZT, ZZBH },
    { ZZBS: ' ', CZZT, ZZBH },
    { ZZBS, CZZT, ZZBH: ' ' },
    { ZZBS, CZZT, ZZLXDM: record.licenseType, ZZBFJGDM: record.issuingAuthority.code },
    { ZZBS, CZZT, JZJZZZ: '某平台' },
  ]) {
    const texts: Record<string, string> = presented;
    t.is(verifyInformation(texts, license(), TODAY), 4, JSON.stringify(presented));
    t.is(verifyInformation(texts, null, TODAY), 4);
  }
  t.is(verifyInformation(right, null, TODAY), 5);
  t.is(namedIdentifier({ ...right, ZZBS: IDENTIFIER.replace(/U$/, 'V') }), null, 'nothing is looked up');
});

const fact = { status: 'passed', finding: 'well' } as const;
const seal: SignatureReport['seal'] = {
  esID: '36010000000001',
  name: '示例市自然资源局',
  version: 4,
  valid_from: '2026-01-01T00:00:00Z',
  valid_to: '2030-01-01T00:00:00Z',
  maker: '制章者',
  eseal_sm3: '0'.repeat(64),
};
const signature = (change: Partial<SignatureReport> = {}): SignatureReport => ({
  field: 'Signature1',
  container: 'dual',
  indication: 'TOTAL-PASSED',
  sub_indication: null,
  level: 'T',
  integrity: fact,
  cryptography: fact,
  certificate_trust: fact,
  seal_status: fact,
  time: fact,
  covers_whole_file: true,
  byte_range: [0, 1, 2, 3],
  signing_time: null,
  time_source: null,
  signer: null,
  seal,
  deviations: [],
  steps: [],
  ...change,
});
const report = (change: Partial<VerificationReport> = {}): VerificationReport => ({
  indication: 'TOTAL-PASSED',
  sub_indication: null,
  summary: 'One seal, valid.',
  verified_at: '2026-11-22T00:00:00Z',
  file: { size: 3, sm3: '0'.repeat(64) },
  changes_after_sealing: [],
  signatures: [signature()],
  ...change,
});
const ours = { registered: 'original', region: '430100' } as const;

test('GB/T 36906 证照文件验证: 0 for an issued file or a good copy whose seals pass', (t) => {
  t.is(judgeFile(report(), ours, null).result, 0);
  t.is(judgeFile(report(), { ...ours, registered: 'copy' }, null).result, 0);
  for (const area of ['43', '430000', '4301', '430100', '100000'])
    t.is(judgeFile(report(), ours, area).result, 0, area);
});

test('GB/T 36906 证照文件验证: 1 when the file is ours and its seals do not pass', (t) => {
  t.is(judgeFile(report({ indication: 'TOTAL-FAILED' }), ours, null).result, 1);
  t.is(judgeFile(report({ indication: 'INDETERMINATE' }), ours, null).result, 1);
  t.is(judgeFile(report({ signatures: [signature({ seal: null })] }), ours, null).result, 1);
  t.is(judgeFile(report({ signatures: [] }), ours, null).result, 1);
});

test('GB/T 36906 证照文件验证: 2 for a file that cannot be read, was changed, is not ours, has expired, or of another region', (t) => {
  t.is(judgeFile(null, ours, null).result, 2);
  const changed = signature({ integrity: { status: 'failed', finding: 'changed' }, indication: 'TOTAL-FAILED' });
  t.is(judgeFile(report({ indication: 'TOTAL-FAILED', signatures: [changed] }), ours, null).result, 2);
  t.is(judgeFile(report(), { registered: 'none', region: null }, null).result, 2);
  t.is(judgeFile(report(), { ...ours, registered: 'expired-copy' }, null).result, 2);
  t.is(judgeFile(report(), ours, '36').result, 2);
  t.is(judgeFile(report(), { ...ours, region: null }, '43').result, 2);
  t.true(
    isTrustError(
      t.throws(() => judgeFile(report(), ours, '99')),
      'invalid-request',
    ),
  );
});
