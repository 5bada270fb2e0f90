// What the columns of an uploaded list mean for a license type: a license's own data and the type's fields, by our names or by
// the words of the face. A row becomes the request that a case system would send. Pure.
import type { z } from 'zod';
import { HOLDER_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { type IssueRequest, issueRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { optionsOf } from './field-text.ts';
import type { LicenseType } from './license-type.ts';
import type { LicenseTypeField } from './type-field.ts';

/** A column as the template shows it and as a list may name it. */
export type BatchColumn = {
  /** Ours: `license_number`, `holder_name`, `holder_2_code`, a field's name. */
  readonly name: string;
  readonly label: string;
  readonly isWanted: boolean;
  /** How a value is written, in words; empty when nothing is to be said. */
  readonly hint: string;
  readonly example: string;
};
export type Cells = Readonly<Record<string, string>>;

const DATES = ['issued_on', 'valid_from', 'valid_to'] as const;
const DATE_HINT = '2026-11-20';

/** The columns of a type in the order of its template. */
export function columnsOf(type: LicenseType): readonly BatchColumn[] {
  const own: BatchColumn[] = [
    column('case_id', '办件编号', false, '不填时按批次号和行号生成', 'CASE-2026-000123'),
    column('license_number', '证照编号', true, type.numbering.says, type.numbering.example),
    ...Array.from({ length: type.holder.max_holders }, (_, index) => holderColumns(type, index)).flat(),
    column('issued_on', '颁发日期', false, DATE_HINT, ''),
    column('valid_from', '有效期起', false, DATE_HINT, ''),
    column('valid_to', '有效期止', ['stated', 'listed'].includes(type.validity.kind), DATE_HINT, ''),
  ];
  const taken = new Set(own.map(({ label }) => label));
  const fields = type.fields.map((field) => {
    const label = taken.has(field.label) ? field.name : field.label;
    taken.add(label);
    return column(field.name, label, field.obligation === 'mandatory', hintOf(type, field), field.example ?? '');
  });
  return [...own, ...fields];
}

/**
 * The name of each column of a list, by our name or the label of the template. Throws `sheet-unreadable` for an unknown
 * column, one that is there twice, and a wanted one that is missing; `issuing-not-allowed` for a type that wants photos.
 */
export function readHeader(type: LicenseType, header: readonly string[]): ReadonlyMap<string, string> {
  if (type.photo.obligation === 'mandatory')
    throw new TrustError('sheet-unreadable', 'this license type wants a photo, which a list cannot carry');
  const columns = columnsOf(type);
  const names = new Map(columns.flatMap(({ name, label }) => [[label, name] as const, [name, name] as const]));
  const read = new Map<string, string>();
  for (const title of header) {
    const name = names.get(title.replace(/[*＊（(].*$/u, '').trim()) ?? names.get(title);
    if (name === undefined) refuse(`the license type has no column "${title}"; take its template`);
    if ([...read.values()].includes(name)) refuse(`the column ${name} is there twice`);
    read.set(title, name);
  }
  const missing = columns.filter(({ isWanted, name }) => isWanted && ![...read.values()].includes(name));
  if (missing.length > 0) refuse(`columns are missing: ${missing.map(({ label }) => label).join(', ')}`);
  return read;
}

/**
 * The request of a row. `fallback` is its case id when it names none. Throws `invalid-request` with a pointer for what is no
 * request at all; the rules of the type are judged elsewhere.
 */
export function toRequest(type: LicenseType, cells: Cells, authorityCode: string, fallback: string): IssueRequest {
  const parsed = issueRequest.safeParse(toRawRequest(type, cells, authorityCode, fallback));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const pointer = `/${(issue?.path ?? []).map(String).join('/')}`;
  throw new TrustError('invalid-request', issue?.message ?? 'the row is no request', { pointer });
}

/** The same before anything is judged: what is missing is empty, and the first holder is always there. */
export function toRawRequest(
  type: LicenseType,
  cells: Cells,
  authorityCode: string,
  fallback: string,
): z.input<typeof issueRequest> {
  const fields = type.fields.flatMap((field) => {
    const value = cells[field.name];
    return value === undefined ? [] : [[field.name, toValue(type, field, value)] as const];
  });
  const dates = DATES.flatMap((name) => (cells[name] === undefined ? [] : [[name, toDate(cells[name])] as const]));
  return {
    case_id: cells['case_id'] ?? fallback,
    license_type: type.code,
    authority_code: authorityCode,
    license_number: cells['license_number'] ?? '',
    holders: toHolders(type, cells),
    ...Object.fromEntries(dates),
    fields: Object.fromEntries(fields),
  };
}

/** `holder`, `holder_2`, …: what the columns of a holder begin with. */
export function holderPrefix(index: number): string {
  return index === 0 ? 'holder' : `holder_${index + 1}`;
}

/** The name of the column that a pointer into the request means; null for what is no column. */
export function columnNameAt(pointer: string | undefined | null): string | null {
  if (pointer === undefined || pointer === null) return null;
  const [, part = '', index = '', member = 'name'] = pointer.split('/');
  if (part === 'fields') return index;
  return part === 'holders' ? `${holderPrefix(Number(index || 0))}_${member}` : part;
}

function holderColumns(type: LicenseType, index: number): BatchColumn[] {
  const key = holderPrefix(index);
  const word = index === 0 ? '持证主体' : `持证主体${index + 1}`;
  const isWanted = index < type.holder.min_holders;
  const codeTypes = type.holder.code_types;
  const only = codeTypes.length === 1 ? (HOLDER_CODE_TYPES.get(codeTypes[0]!) ?? '') : '';
  const choice = codeTypes.map((code) => `${code} ${HOLDER_CODE_TYPES.get(code) ?? ''}`).join('；');
  return [
    column(`${key}_name`, `${word}名称`, isWanted, '', ''),
    column(`${key}_code`, `${word}代码`, isWanted, only, ''),
    ...(only === '' ? [column(`${key}_code_type`, `${word}代码类型`, isWanted, choice, codeTypes[0]!)] : []),
  ];
}

function toHolders(type: LicenseType, cells: Cells): z.input<typeof issueRequest>['holders'] {
  const keys = Array.from({ length: type.holder.max_holders }, (_, index) => holderPrefix(index));
  return keys.flatMap((key, index) => {
    const [name, code] = [cells[`${key}_name`], cells[`${key}_code`]];
    if (index > 0 && name === undefined && code === undefined) return [];
    // `111 公民身份号码` and `111` mean the same.
    const codeType = cells[`${key}_code_type`]?.slice(0, 3) ?? type.holder.code_types[0] ?? '';
    return [{ name: name ?? '', code_type: codeType, code: code ?? '' }];
  });
}

/** A code may be written as its word. */
function toValue(type: LicenseType, field: LicenseTypeField, value: string): string {
  if (field.kind === 'date') return toDate(value);
  if (field.kind !== 'code') return value;
  return optionsOf(type, field).find((option) => option.label === value)?.value ?? value;
}

/** 2026/11/2, 2026.11.2 and 2026年11月2日 as 2026-11-02; 长期 as the standard writes it. */
function toDate(value: string): string {
  if (value === '长期') return '9999-12-31';
  const [, year, month = '', day = ''] = /^(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?$/u.exec(value) ?? [];
  return year === undefined ? value : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function hintOf(type: LicenseType, field: LicenseTypeField): string {
  if (field.kind === 'choice' || field.kind === 'code') {
    const labels = optionsOf(type, field).map(({ label }) => label);
    return labels.length > 20 ? (field.hint ?? '') : labels.join('；');
  }
  return field.hint ?? (field.kind === 'date' ? DATE_HINT : '');
}

function column(name: string, label: string, isWanted: boolean, hint: string, example: string): BatchColumn {
  return { name, label, isWanted, hint, example };
}

function refuse(detail: string): never {
  throw new TrustError('sheet-unreadable', detail);
}
