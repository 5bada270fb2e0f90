// A value of a license as people read it: the label of a code, a date in words, a number with its unit.
import { chineseDate } from './license-date.ts';
import type { LicenseType } from './license-type.ts';
import type { LicenseTypeField } from './type-field.ts';

export type FieldOption = { readonly value: string; readonly label: string; readonly labelEn: string };

/** As printed on the face. */
export function fieldText(type: Pick<LicenseType, 'code_tables'>, field: LicenseTypeField, value: string): string {
  if (field.kind === 'date') return chineseDate(value);
  if (field.kind === 'number') return `${value}${field.unit ?? ''}`;
  if (field.kind !== 'code') return value;
  return optionsOf(type, field).find((option) => option.value === value)?.label ?? value;
}

/** What a form offers for a choice or a code; empty for every other kind. */
export function optionsOf(type: Pick<LicenseType, 'code_tables'>, field: LicenseTypeField): readonly FieldOption[] {
  if (field.kind === 'choice') {
    return (field.choices ?? []).map((choice) => ({ value: choice, label: choice, labelEn: choice }));
  }
  const rows = field.code_table === undefined ? [] : (type.code_tables[field.code_table] ?? []);
  return rows.map((row) => ({ value: row.code, label: row.label, labelEn: row.label_en }));
}
