// The catalogue over HTTP: public, under the names of GB/T 36902, each type with a signature that anybody can check.
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { canonicalJson } from '../../../common/canonical-json.ts';
import { licenseTypeList, publishedLicenseType } from '../../../common/contract/license-types.ts';
import { verifySm2 } from '../../../common/crypto/sm2.ts';
import { catalogSigner, publishHere } from '../catalog.ts';
import { TYPE } from '../doubles.ts';
import { startLicense } from './license-house.ts';

test('GB/T 36902: the list has the newest version of each type under the names of the standard', async (t) => {
  const house = await startLicense(t);
  const type = await house.deps.catalog.get(TYPE);
  const renamed = { ...type, version: 2, validity_range: ['1年', '长期'] };
  await publishHere(house.deps, renamed);
  const answer = await house.call('GET', '/v1/license-types');
  t.is(answer.status, 200);
  t.deepEqual(licenseTypeList.parse(answer.json).license_types, [
    {
      CertificateTypeName: type.name,
      CertificateTypeCode: TYPE,
      CertificateDefineAuthorityName: '示例证照定义机构',
      CertificateDefineAuthorityCode: TYPE.slice(0, 18),
      CertificateDefineAuthorityLevel: '国家级',
      RelatedItemName: ['从业人员健康检查'],
      RelatedItemCode: ['000123012000'],
      CertificateHolderCategory: '自然人',
      ValidityRange: '1年^长期',
      CertificateIssuingAuthorityLevel: ['地市级', '区县级'],
      CertificateCatalogType: '证明',
      version: 2,
      sample: true,
    },
  ]);
});

test('a type is read with the signature of its publisher, every version of it; an unknown one is 404', async (t) => {
  const house = await startLicense(t);
  await publishHere(house.deps, { ...(await house.deps.catalog.get(TYPE)), version: 2 });
  const read = async (query: string) => {
    const { json } = await house.call('GET', `/v1/license-types/${TYPE}${query}`);
    return publishedLicenseType.parse(json);
  };
  t.is((await read('')).version, 2);
  const first = await read('?version=1');
  t.is(first.document['version'], 1);
  const { document, published_at, published_by, signature } = first;
  const signed = utf8(canonicalJson({ document, published_at, published_by }));
  const key = (await catalogSigner()).certificate.publicKey();
  t.true(verifySm2(key, signed, Buffer.from(signature, 'base64')));
  for (const [path, status] of [
    [`/v1/license-types/${TYPE}?version=3`, 404],
    [`/v1/license-types/${TYPE.replace(/1$/, '9')}`, 404],
    [`/v1/license-types/${TYPE}?version=0`, 400],
    ['/v1/license-types/x', 400],
  ] as const) {
    t.is((await house.call('GET', path)).status, status, path);
  }
});
