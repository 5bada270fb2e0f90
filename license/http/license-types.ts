// /v1/license-types: the catalogue (GB/T 36902) for everybody: what types there are, and each with the signed document
// that licenses of it were issued by.
import { toHex } from '../../common/bytes.ts';
import {
  type LicenseTypeEntry,
  licenseTypeParams,
  licenseTypeQuery,
  type PublishedLicenseType,
} from '../../common/contract/license-types.ts';
import { TrustError } from '../../common/errors.ts';
import { parseParams, parseQuery } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { CatalogEntry } from '../domain/catalog-entry.ts';
import { VALUE_SEPARATOR } from '../domain/license-metadata.ts';
import { AUTHORITY_LEVELS, CATALOG_KINDS, HOLDER_CATEGORIES, type LicenseType } from '../domain/license-type.ts';
import type { LicenseCatalog } from '../flow/license-catalog.ts';

export function makeLicenseTypeHandlers(catalog: LicenseCatalog): Readonly<Record<'list' | 'read', Handler>> {
  return {
    list: async (ctx) => {
      const entries = await catalog.list();
      ctx.body = { license_types: entries.map(({ type }) => entryOf(type)) };
    },
    read: async (ctx) => {
      const { code } = parseParams(ctx, licenseTypeParams);
      const { version } = parseQuery(ctx, licenseTypeQuery);
      const entry = await catalog.findEntry(code, version);
      if (!entry) throw new TrustError('not-found', 'no such license type or version is published');
      ctx.body = publishedOf(entry);
    },
  };
}

function entryOf(type: LicenseType): LicenseTypeEntry {
  return {
    CertificateTypeName: type.name,
    CertificateTypeCode: type.code,
    CertificateDefineAuthorityName: type.definer.name,
    CertificateDefineAuthorityCode: type.definer.code,
    CertificateDefineAuthorityLevel: AUTHORITY_LEVELS[type.definer.level].word,
    RelatedItemName: type.matters.map(({ name }) => name),
    RelatedItemCode: type.matters.map(({ code }) => code),
    CertificateHolderCategory: HOLDER_CATEGORIES[type.holder.category],
    ValidityRange: type.validity_range.join(VALUE_SEPARATOR),
    CertificateIssuingAuthorityLevel: type.authority_levels.map((level) => AUTHORITY_LEVELS[level].word),
    CertificateCatalogType: CATALOG_KINDS[type.catalog_kind].word,
    version: type.version,
    sample: type.sample,
  };
}

function publishedOf(entry: CatalogEntry): Omit<PublishedLicenseType, 'document'> & { readonly document: unknown } {
  return {
    ...entryOf(entry.type),
    published_by: entry.publishedBy,
    published_at: entry.publishedAt.toISOString(),
    document_sm3: toHex(entry.documentSm3),
    signature: Buffer.from(entry.signature).toString('base64'),
    certificate_sm3: toHex(entry.certificateSm3),
    document: entry.document,
  };
}
