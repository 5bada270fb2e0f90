// What stands on a face, before where: the sections of a license type filled with the words of one license.
// Labels are words of the type and the same on all its licenses; values are printed as people read them.
import { HOLDER_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { fieldText } from '../domain/field-text.ts';
import { chineseDate } from '../domain/license-date.ts';

import type { LicenseType } from '../domain/license-type.ts';
import { BUILT_IN_SECTIONS, type FaceSection } from '../domain/type-face.ts';
import type { FaceRecord } from './face-record.ts';

export type FaceItem = {
  readonly label: string;
  readonly labelEn: string;
  readonly value: string;
  /** Where the issue request says it. */
  readonly pointer: string;
};
export type FaceBlock =
  | { readonly kind: 'heading'; readonly label: string; readonly labelEn: string }
  | { readonly kind: 'rows' | 'columns'; readonly items: readonly FaceItem[] }
  | { readonly kind: 'table'; readonly lines: readonly (readonly FaceItem[])[]; readonly shares: readonly number[] }
  | { readonly kind: 'statement'; readonly text: string };

const TABLE_COLUMNS = 4;
/** Name, kind of document, number. */
const HOLDER_SHARES = [0.36, 0.26, 0.38];
const WORDS = {
  holder: ['持证主体', 'Holder'],
  codeType: ['证件类型', 'Document'],
  code: ['证件号码', 'Number'],
  validity: ['有效期', 'Validity'],
} as const;

/** The blocks of the face in order. */
export function listBlocks(type: LicenseType, license: FaceRecord): FaceBlock[] {
  const blocks = listSections(type).flatMap((section) => sectionBlocks(type, license, section));
  const { statement } = type.face;
  return statement === undefined ? blocks : [...blocks, { kind: 'statement', text: statement }];
}

/** Every word in bold that a face of the type may need: labels, headings, names of code types. */
export function listLabels(type: LicenseType): string[] {
  const { face } = type;
  return [
    ...Object.values(WORDS).map(([label]) => label),
    face.holder_label ?? '',
    face.holder_code_label ?? '',
    ...type.holder.code_types.map((code) => HOLDER_CODE_TYPES.get(code) ?? ''),
    ...type.groups.map(({ label }) => label),
    ...type.fields.map(({ label }) => label),
  ];
}

/** The sections as the type orders them; built-in ones that it leaves out stand first and last. */
function listSections({ face, groups }: LicenseType): FaceSection[] {
  const asked = face.sections ?? groups.map(({ name }) => row(name));
  const [holders, validity] = BUILT_IN_SECTIONS;
  const has = (name: string): boolean => asked.some(({ group }) => group === name);
  return [...(has(holders) ? [] : [row(holders)]), ...asked, ...(has(validity) ? [] : [row(validity)])];
}

const row = (group: string): FaceSection => ({ group, layout: 'rows', heading: false });

function sectionBlocks(type: LicenseType, license: FaceRecord, { group, layout, heading }: FaceSection): FaceBlock[] {
  const lines = sectionLines(type, license, group);
  const items = lines.flat();
  if (items.length === 0) return [];
  const blocks: FaceBlock[] = [];
  const named = type.groups.find(({ name }) => name === group);
  if (heading && named) blocks.push({ kind: 'heading', label: named.label, labelEn: named.label_en });
  if (lines.length > 1) return [...blocks, { kind: 'table', lines, shares: HOLDER_SHARES }];
  if (layout !== 'table') return [...blocks, { kind: layout, items }];
  for (let start = 0; start < items.length; start += TABLE_COLUMNS) {
    const cells = items.slice(start, start + TABLE_COLUMNS);
    blocks.push({ kind: 'table', lines: [cells], shares: cells.map(() => 1 / cells.length) });
  }
  return blocks;
}

/** One line of items; of several holders one line each. */
function sectionLines(type: LicenseType, license: FaceRecord, group: string): FaceItem[][] {
  const [holders, validity] = BUILT_IN_SECTIONS;
  if (group === holders) return listHolders(type, license);
  if (group === validity) return [[validityItem(license)]];
  const items = type.fields.flatMap((field) => {
    const value = license.fields[field.name];
    if (field.group !== group || !field.face || value === undefined) return [];
    const { label, label_en: labelEn } = field;
    return [{ label, labelEn, value: fieldText(type, field, value), pointer: `/fields/${field.name}` }];
  });
  return [items];
}

function listHolders(type: LicenseType, { holders }: FaceRecord): FaceItem[][] {
  const [sole, ...others] = holders;
  return sole && others.length === 0 ? [soleHolder(type, sole)] : allHolders(type, holders);
}

type Holder = FaceRecord['holders'][number];

function soleHolder({ face }: LicenseType, holder: Holder): FaceItem[] {
  return [
    {
      label: face.holder_label ?? WORDS.holder[0],
      labelEn: face.holder_label_en ?? WORDS.holder[1],
      value: holder.name,
      pointer: '/holders/0/name',
    },
    {
      label: face.holder_code_label ?? HOLDER_CODE_TYPES.get(holder.codeType) ?? WORDS.code[0],
      labelEn: face.holder_code_label_en ?? 'Code',
      value: holder.code,
      pointer: '/holders/0/code',
    },
  ];
}

function allHolders({ face }: LicenseType, holders: readonly Holder[]): FaceItem[][] {
  const item = ([label, labelEn]: readonly [string, string], value: string, pointer: string): FaceItem => ({
    label,
    labelEn,
    value,
    pointer,
  });
  const named = [face.holder_label ?? WORDS.holder[0], face.holder_label_en ?? WORDS.holder[1]] as const;
  return holders.map(({ name, codeType, code }, index) => [
    item(named, name, `/holders/${index}/name`),
    item(WORDS.codeType, HOLDER_CODE_TYPES.get(codeType) ?? codeType, `/holders/${index}/code_type`),
    item(WORDS.code, code, `/holders/${index}/code`),
  ]);
}

function validityItem({ validFrom, validTo }: FaceRecord): FaceItem {
  const [label, labelEn] = WORDS.validity;
  const end = chineseDate(validTo); // 长期 where there is none
  return { label, labelEn, value: `${chineseDate(validFrom)} 至 ${end}`, pointer: '/valid_to' };
}
