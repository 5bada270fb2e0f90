import test from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import {
  ANNOTATION_ELEMENTS,
  checkMetadata,
  listMetadata,
  METADATA_ELEMENTS,
  type MetadataRecord,
  metadataText,
  parseMetadataRange,
} from '../../../license/domain/license-metadata.ts';

const type = {
  fields: [
    { name: 'area', metadata_name: 'KZ_MJ', label: '建筑面积' },
    { name: 'note', metadata_name: 'KZ_FJ', label: '附记' },
  ],
};
const record: MetadataRecord = {
  identifier: '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U',
  licenseType: '11100000000013338W011',
  name: '不动产权证书（样例）',
  licenseNumber: '湘（2026）示例不动产权第0000001号',
  issuingAuthority: { name: '示例市自然资源局', code: '11430000006122244L' },
  holders: [
    { name: '张三', codeType: '111', code: '360102199003077718' },
    { name: '示例科技有限公司', codeType: '001', code: '11360100MB0D00010M' },
  ],
  issuedOn: '2026-11-20',
  validFrom: '2026-11-20',
  validTo: '9999-12-31',
  fields: { area: '89.20' },
};
const annotation = {
  createdAt: new Date('2026-11-20T02:00:00Z'),
  creator: '示例市政务服务平台',
  cause: '办理房屋租赁登记备案',
  expiresAt: new Date('2026-11-20T16:30:00Z'),
};

test('GB/T 36903: two holders give two values to each of their four elements, in one order', (t) => {
  const texts = Object.fromEntries(listMetadata(type, record).map((entry) => [entry.name, metadataText(entry)]));
  t.deepEqual(texts, {
    ZZMC: '不动产权证书（样例）',
    ZZLXDM: '11100000000013338W011',
    ZZBH: '湘（2026）示例不动产权第0000001号',
    ZZBS: record.identifier,
    ZZBFJG: '示例市自然资源局',
    ZZBFJGDM: '11430000006122244L',
    ZZBFRQ: '2026-11-20',
    CZZT: '张三^示例科技有限公司',
    CZZTDM: '360102199003077718^11360100MB0D00010M',
    CZZTDMLX: '公民身份号码^统一社会信用代码',
    CZZTDMLXDM: '111^001',
    ZZYXQQSRQ: '2026-11-20',
    ZZYXQJZRQ: '9999-12-31',
    KZ_MJ: '89.20',
  });
});

test('GB/T 36903: an original has no element of an annotation, an annotated copy has all four, in the time of China', (t) => {
  const original = listMetadata(type, record).map(({ name }) => name);
  t.false(original.some((name) => name.startsWith('JZJ')));
  const copy = listMetadata(type, record, annotation);
  t.deepEqual(
    copy.slice(-4).map((entry) => [entry.name, metadataText(entry)]),
    [
      ['JZJZZSJ', '2026-11-20T10:00:00+08:00'],
      ['JZJZZZ', '示例市政务服务平台'],
      ['JZJZZSY', '办理房屋租赁登记备案'],
      ['JZJYXQJZSJ', '2026-11-21T00:30:00+08:00'],
    ],
  );
  t.notThrows(() => checkMetadata(copy));
});

test('GB/T 36903: every element stands in the table once, with a name for people and one for JSON', (t) => {
  t.is(METADATA_ELEMENTS.size, 17);
  t.is(new Set([...METADATA_ELEMENTS.values()].map(({ jsonName }) => jsonName)).size, 17);
  t.true(ANNOTATION_ELEMENTS.every((name) => METADATA_ELEMENTS.has(name)));
  const listed = listMetadata({ fields: [] }, record, annotation).map(({ name }) => name);
  t.deepEqual(listed, [...METADATA_ELEMENTS.keys()]);
});

const refused: readonly (readonly [string, Partial<MetadataRecord>, string | undefined])[] = [
  ['no holder', { holders: [] }, '/holders'],
  ['a holder without a name', { holders: [{ name: '', codeType: '111', code: '1' }] }, '/holders'],
  [
    'a holder code type that Annex A does not have',
    { holders: [{ name: '张三', codeType: '112', code: '1' }] },
    '/holders',
  ],
  ['the separator inside a name', { holders: [{ name: '张^三', codeType: '111', code: '1' }] }, '/holders'],
  ['no license number', { licenseNumber: '' }, '/license_number'],
  ['a license number of 129 characters', { licenseNumber: '号'.repeat(129) }, '/license_number'],
  ['an authority without a name', { issuingAuthority: { name: '', code: '11430000006122244L' } }, undefined],
];
for (const [why, change, pointer] of refused) {
  test(`GB/T 36903: refused is a record with ${why}`, (t) => {
    const error = t.throws(() => checkMetadata(listMetadata(type, { ...record, ...change })));
    t.true(isTrustError(error, 'license-fields-invalid') && error.pointer === pointer, String(error));
  });
}

test('GB/T 36903: three of the four elements of an annotation are refused', (t) => {
  const entries = listMetadata(type, record, annotation).filter(({ name }) => name !== 'JZJZZSY');
  t.true(
    isTrustError(
      t.throws(() => checkMetadata(entries)),
      'license-fields-invalid',
    ),
  );
});

test('GB/T 36906: metadataRange lists short names, empty means all, what is no short name is refused', (t) => {
  t.is(parseMetadataRange(' '), null);
  t.deepEqual([...(parseMetadataRange('KZ_MJ, ZZMC,KZ_FJ') ?? [])], ['KZ_MJ', 'ZZMC', 'KZ_FJ']);
  for (const range of ['ZZXX', 'ZZMC,', 'zzmc', 'ZZMC;ZZBH', '*']) {
    t.true(
      isTrustError(
        t.throws(() => parseMetadataRange(range)),
        'invalid-request',
      ),
      range,
    );
  }
});
