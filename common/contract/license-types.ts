// Wire types of the catalogue of license types, under the names of GB/T 36902. The document of a type itself is judged in
// license/domain; on the wire it is JSON that whoever verifies the signature takes as it is.
import { z } from 'zod';

export const licenseTypeParams = z.strictObject({
  code: z.string().length(21).meta({ description: '证照类型代码', example: '11100000MB0D000965999' }),
});
export const licenseTypeQuery = z.strictObject({
  version: z.coerce.number().int().min(1).max(9999).optional().meta({ description: 'Left out: the newest one' }),
});

const level = z.string().meta({ description: '国家级, 省部级, 地市级, 区县级, 其他', example: '地市级' });

/** 证照目录信息. Several values of one element stand in a list here; the standard joins them by ^. */
export const licenseTypeEntry = z.strictObject({
  CertificateTypeName: z.string().meta({ description: '证照类型名称', example: '示例许可证' }),
  CertificateTypeCode: z.string().meta({ description: '证照类型代码', example: '11100000MB0D000965999' }),
  CertificateDefineAuthorityName: z.string().meta({ description: '证照定义机构', example: '示例证照定义机构' }),
  CertificateDefineAuthorityCode: z.string().meta({ description: '证照定义机构代码', example: '11100000MB0D000965' }),
  CertificateDefineAuthorityLevel: level,
  RelatedItemName: z.array(z.string()).meta({ description: '关联事项名称', example: ['示例许可'] }),
  RelatedItemCode: z.array(z.string()).meta({ description: '关联事项代码', example: ['000123012000'] }),
  CertificateHolderCategory: z.string().meta({ description: '持证主体类别', example: '法人和其他组织' }),
  ValidityRange: z.string().meta({ description: '有效期限范围, joined by ^', example: '1年^3年^长期' }),
  CertificateIssuingAuthorityLevel: z.array(level).meta({ description: '证照颁发机构级别', example: ['地市级'] }),
  CertificateCatalogType: z.string().meta({ description: '目录类别: 证照, 批文, 证明, 材料, 证件', example: '证照' }),
  version: z.int().meta({ example: 1 }),
  sample: z.boolean().meta({ description: 'True: licenses of this type say that they have no legal force' }),
});
export type LicenseTypeEntry = z.infer<typeof licenseTypeEntry>;

export const licenseTypeList = z.strictObject({ license_types: z.array(licenseTypeEntry) });

export const publishedLicenseType = z.strictObject({
  ...licenseTypeEntry.shape,
  published_by: z.string().meta({ example: '示例证照定义机构' }),
  published_at: z.iso.datetime(),
  document_sm3: z.string().meta({
    description: 'SM3 of the document in canonical form (RFC 8785)',
    example: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  }),
  signature: z.base64().meta({
    description:
      'SM2 with SM3 (GB/T 35276, DER), over the canonical form of {document, published_at, published_by}, by the certificate below',
    example: 'MEUCIQ==',
  }),
  certificate_sm3: z.string().meta({
    description: 'SM3 of the certificate of the publisher',
    example: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  }),
  document: z.record(z.string(), z.unknown()).meta({
    description: 'The whole license type as it was published; docs/type-packs.md',
    example: { code: '11100000MB0D000965999', version: 1 },
  }),
});
export type PublishedLicenseType = z.infer<typeof publishedLicenseType>;
