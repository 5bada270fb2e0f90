// One license for each type pack: every field with its example or the first of its choices, two holders where joint ones are
// allowed, a small photo where the type takes one. Chosen by rule, so that a new pack has its sample with no line more.
import { readdirSync, readFileSync } from 'node:fs';
import { makeLicenseIdentifier } from '../../../license/domain/license-identifier.ts';
import { type LicenseType, parseLicenseType } from '../../../license/domain/license-type.ts';
import type { LicenseTypeField } from '../../../license/domain/type-field.ts';
import type { FaceRecord } from '../../../license/pdf/face-record.ts';
import { license } from './fixtures.ts';

const PACKS = 'license/type-packs';
/** 8 by 10 pixels in two greys: its bytes are fixed, as the vectors need. */
const PHOTO = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAKAQAAAAChvCItAAAAEElEQVR42mOQYABBGzgE8gAPyAGlEH7/7wAAAABJRU5ErkJggg==';

export type PackSample = { readonly slug: string; readonly type: LicenseType; readonly record: FaceRecord };

export function listPackSamples(): PackSample[] {
  const slugs = readdirSync(PACKS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return slugs.map(({ name: slug }) => {
    const type = parseLicenseType(JSON.parse(readFileSync(`${PACKS}/${slug}/type.json`, 'utf8')));
    return { slug, type, record: sampleRecord(type) };
  });
}

function sampleRecord(type: LicenseType): FaceRecord {
  const [codeType = '111'] = type.holder.code_types;
  const person = { name: '张三', codeType: '111', code: '360102199003077718' };
  const firm = { name: '示例市城南餐饮服务有限公司', codeType: '001', code: '91360100MA35TEST0X' };
  const first = codeType === '001' ? firm : person;
  const joint = type.holder.max_holders > 1 ? [{ name: '李四', codeType: '111', code: '360102199203054443' }] : [];
  return {
    ...license,
    identifier: makeLicenseIdentifier({
      licenseType: type.code,
      issuingAuthority: license.issuingAuthority.code,
      serial: 'A7K2M9Q4X1B8C3D5E6F0',
      version: 1,
    }),
    licenseType: type.code,
    typeVersion: type.version,
    name: type.name,
    licenseNumber: type.numbering.example,
    holders: [first, ...joint],
    validTo: type.validity.kind === 'unlimited' ? '9999-12-31' : '2031-11-19',
    fields: Object.fromEntries(type.fields.map((field) => [field.name, sampleValue(type, field)])),
    ...(type.photo.obligation === 'none' ? {} : { photo: { mediaType: 'image/png' as const, base64: PHOTO } }),
  };
}

function sampleValue(type: LicenseType, field: LicenseTypeField): string {
  if (field.example !== undefined) return field.example;
  if (field.kind === 'date') return '2026-11-10';
  if (field.kind === 'number') return '1200';
  if (field.kind === 'choice') return field.choices?.[0] ?? '';
  if (field.kind === 'code') return type.code_tables[field.code_table ?? '']?.[0]?.code ?? '';
  return `${field.label}示例`;
}
