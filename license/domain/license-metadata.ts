// The metadata of a license (GB/T 36903): record -> its elements by short name, in the order of the standard, the KZ_
// elements of the license type after them, those of an annotated copy (加注件) last. The face's XMP and metadata.xml and
// the answers of GB/T 36906 are all made from this one list. Which elements a reader may see is not decided here.
import { HOLDER_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { TrustError } from '../../common/errors.ts';

/** How an element of GB/T 36903 is named and bounded. */
export type MetadataElement = {
  /** 短名. */
  readonly name: string;
  readonly label: string;
  /** Its name in JSON interfaces of the standard's family. */
  readonly jsonName: string;
  readonly obligation: 'mandatory' | 'conditional';
  /** True: 1..n values, one for each holder or authority, in the same order in all elements of that group. */
  readonly many: boolean;
  /** Characters (code points) of one value. */
  readonly maxLength: number;
  /** Where an issue request says it: the pointer of a refusal. */
  readonly pointer: string;
};

type Row = readonly [string, string, string, 'M' | 'C', 'one' | 'many', number, string];
const ROWS: readonly Row[] = [
  ['ZZMC', '证照名称', 'certificateName', 'M', 'one', 512, '/license_type'],
  ['ZZLXDM', '证照类型代码', 'certificateTypeCode', 'M', 'one', 21, '/license_type'],
  ['ZZBH', '证照编号', 'certificateNumber', 'M', 'one', 128, '/license_number'],
  ['ZZBS', '证照标识', 'certificateIdentifier', 'M', 'one', 128, ''],
  ['ZZBFJG', '证照颁发机构', 'certificateIssuingAuthorityName', 'M', 'many', 512, ''],
  ['ZZBFJGDM', '证照颁发机构代码', 'certificateIssuingAuthorityCode', 'M', 'many', 18, ''],
  ['ZZBFRQ', '证照颁发日期', 'certificateIssuedDate', 'M', 'one', 10, '/issued_on'],
  ['CZZT', '持证主体', 'certificateHolderName', 'M', 'many', 512, '/holders'],
  ['CZZTDM', '持证主体代码', 'certificateHolderCode', 'M', 'many', 64, '/holders'],
  ['CZZTDMLX', '持证主体代码类型', 'certificateHolderTypeName', 'M', 'many', 64, '/holders'],
  ['CZZTDMLXDM', '持证主体代码类型代码', 'certificateHolderTypeCode', 'M', 'many', 3, '/holders'],
  ['ZZYXQQSRQ', '证照有效期起始日期', 'certificateEffectiveDate', 'C', 'one', 10, '/valid_from'],
  ['ZZYXQJZRQ', '证照有效期截止日期', 'certificateExpiringDate', 'C', 'one', 10, '/valid_to'],
  ['JZJZZSJ', '加注件制作时间', 'certificateCopyCreationTime', 'C', 'one', 25, ''],
  ['JZJZZZ', '加注件制作者', 'certificateCopyCreator', 'C', 'one', 512, ''],
  ['JZJZZSY', '加注件制作事由', 'certificateCopyCause', 'C', 'one', 512, ''],
  ['JZJYXQJZSJ', '加注件有效期截止时间', 'certificateCopyExpiringTime', 'C', 'one', 25, ''],
];

/** GB/T 36903: short name -> element. KZ_ names are those of the license type and not listed. */
export const METADATA_ELEMENTS: ReadonlyMap<string, MetadataElement> = new Map(
  ROWS.map(([name, label, jsonName, obligation, count, maxLength, pointer]) => [
    name,
    {
      name,
      label,
      jsonName,
      obligation: obligation === 'M' ? 'mandatory' : 'conditional',
      many: count === 'many',
      maxLength,
      pointer,
    },
  ]),
);

/** The four elements that an annotated copy has and an original has not. */
export const ANNOTATION_ELEMENTS: readonly string[] = ['JZJZZSJ', 'JZJZZZ', 'JZJZZSY', 'JZJYXQJZSJ'];

/** GB/T 36902 sets several values of one element apart by this character. */
export const VALUE_SEPARATOR = '^';

/** What an annotated copy (加注件) says of itself. */
export type Annotation = {
  readonly createdAt: Date;
  /** Who made the copy: 加注件制作者. */
  readonly creator: string;
  /** What it is for: 加注件制作事由. */
  readonly cause: string;
  readonly expiresAt: Date;
};

/** The parts of a version of a license that metadata are made from; a license record fits as it is. */
export type MetadataRecord = {
  readonly identifier: string;
  readonly licenseType: string;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: { readonly name: string; readonly code: string };
  /** In the order of the face; the first is the one that is written to first. */
  readonly holders: readonly { readonly name: string; readonly codeType: string; readonly code: string }[];
  /** YYYY-MM-DD, as the two below; without end: 9999-12-31. */
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** The part of a license type that names its KZ_ elements. */
export type MetadataType = {
  readonly fields: readonly { readonly name: string; readonly metadata_name: string; readonly label: string }[];
};

export type MetadataEntry = {
  readonly name: string;
  readonly label: string;
  /** At least one; more only where the element is `many`. */
  readonly values: readonly string[];
};

/** The elements of `record` that have a value, in order. Pass `annotation` for an annotated copy only. */
export function listMetadata(
  type: MetadataType,
  record: MetadataRecord,
  annotation?: Annotation,
): readonly MetadataEntry[] {
  const { holders } = record;
  return [
    entry('ZZMC', record.name),
    entry('ZZLXDM', record.licenseType),
    entry('ZZBH', record.licenseNumber),
    entry('ZZBS', record.identifier),
    entry('ZZBFJG', record.issuingAuthority.name),
    entry('ZZBFJGDM', record.issuingAuthority.code),
    entry('ZZBFRQ', record.issuedOn),
    entry('CZZT', ...holders.map(({ name }) => name)),
    entry('CZZTDM', ...holders.map(({ code }) => code)),
    entry('CZZTDMLX', ...holders.map(({ codeType }) => HOLDER_CODE_TYPES.get(codeType) ?? '')),
    entry('CZZTDMLXDM', ...holders.map(({ codeType }) => codeType)),
    entry('ZZYXQQSRQ', record.validFrom),
    entry('ZZYXQJZRQ', record.validTo),
    ...type.fields.flatMap(({ name, metadata_name, label }) => {
      const value = record.fields[name];
      return value === undefined ? [] : [{ name: metadata_name, label, values: [value] }];
    }),
    ...(annotation ? annotationEntries(annotation) : []),
  ];
}

function annotationEntries(annotation: Annotation): readonly MetadataEntry[] {
  return [
    entry('JZJZZSJ', chinaTime(annotation.createdAt)),
    entry('JZJZZZ', annotation.creator),
    entry('JZJZZSY', annotation.cause),
    entry('JZJYXQJZSJ', chinaTime(annotation.expiresAt)),
  ];
}

/**
 * Throws `license-fields-invalid` (pointer into the issue request) for a record that makes no metadata of GB/T 36903: a
 * mandatory element empty or missing, a value too long, or the separator inside one of several values.
 */
export function checkMetadata(entries: readonly MetadataEntry[]): void {
  const byName = new Map(entries.map((entry) => [entry.name, entry.values]));
  for (const element of METADATA_ELEMENTS.values()) {
    const values = byName.get(element.name) ?? [];
    if (element.obligation === 'mandatory' && values.length === 0) refuse(element, 'is missing');
    for (const value of values) {
      if (value === '') refuse(element, 'is empty');
      if ([...value].length > element.maxLength) refuse(element, `is longer than ${element.maxLength} characters`);
      if (element.many && value.includes(VALUE_SEPARATOR)) refuse(element, `must not hold ${VALUE_SEPARATOR}`);
    }
  }
  const annotated = ANNOTATION_ELEMENTS.filter((name) => byName.has(name)).length;
  if (annotated !== 0 && annotated !== ANNOTATION_ELEMENTS.length) {
    throw new TrustError('license-fields-invalid', 'an annotated copy has all four elements of its annotation');
  }
}

function refuse(element: MetadataElement, fault: string): never {
  throw new TrustError('license-fields-invalid', `${element.name} ${element.label} ${fault}`, {
    ...(element.pointer === '' ? {} : { pointer: element.pointer }),
  });
}

/** One text for an element: its values, set apart by `^`. */
export function metadataText(entry: MetadataEntry): string {
  return entry.values.join(VALUE_SEPARATOR);
}

/**
 * The short names that a `metadataRange` of GB/T 36906 lists, set apart by commas; null for all, when it is empty. Throws
 * `invalid-request` for what is no short name.
 */
export function parseMetadataRange(metadataRange: string): ReadonlySet<string> | null {
  if (metadataRange.trim() === '') return null;
  const names = metadataRange.split(',').map((name) => name.trim());
  for (const name of names) {
    if (METADATA_ELEMENTS.has(name) || /^KZ_[A-Za-z0-9_]{1,60}$/.test(name)) continue;
    throw new TrustError('invalid-request', 'metadataRange holds a text that is no short name of GB/T 36903', {
      pointer: '/data/metadataRange',
    });
  }
  return new Set(names);
}

function entry(name: string, ...values: string[]): MetadataEntry {
  return { name, label: METADATA_ELEMENTS.get(name)?.label ?? name, values };
}

/** An instant as China writes it, with its offset: 2026-11-20T10:00:00+08:00. */
function chinaTime(at: Date): string {
  return `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}
