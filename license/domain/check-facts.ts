// Checking a license by its identifier and the two facts that its type names, or by the code of its face: whoever has the
// paper in his hand knows them, whoever tries does not. The answer to a wrong fact never says which one it was.
import type { LicenseContent } from './license-record.ts';
import type { LicenseType } from './license-type.ts';

export type FactName = LicenseType['verify_facts'][number];

const FIELD = 'field:';

/** True when these are exactly the facts that the type names, each with a value. */
export function areNamedFacts(
  type: Pick<LicenseType, 'verify_facts'>,
  facts: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(facts);
  return (
    names.length === type.verify_facts.length && type.verify_facts.every((name) => (facts[name] ?? '').trim() !== '')
  );
}

/** True when every fact agrees with the record; those of a holder all with the same one. */
export function agreesWithFacts(content: LicenseContent, facts: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(facts);
  const ofLicense = entries.filter(([name]) => !name.startsWith('holder_'));
  const ofHolder = entries.filter(([name]) => name.startsWith('holder_'));
  return (
    ofLicense.every(([name, value]) => isSame(recorded(content, name), value)) &&
    content.holders.some(({ name: holderName, code }) =>
      ofHolder.every(([name, value]) => isSame(name === 'holder_name' ? holderName : code.slice(-4), value)),
    )
  );
}

function recorded(content: LicenseContent, name: string): string | undefined {
  if (name === 'license_number') return content.licenseNumber;
  if (name === 'issued_on') return content.issuedOn;
  if (name === 'valid_to') return content.validTo;
  return name.startsWith(FIELD) ? content.fields[name.slice(FIELD.length)] : undefined;
}

/** Width, blanks and case do not matter, nor how a date is written. */
function isSame(recordedValue: string | undefined, value: string): boolean {
  return recordedValue !== undefined && fold(recordedValue) === fold(value);
}

function fold(value: string): string {
  const plain = value.normalize('NFKC').replace(/\s/gu, '').toUpperCase();
  if (plain === '长期') return '9999-12-31';
  const [, year, month, day] = /^(\d{4})[-年/.]?(\d{1,2})[-月/.]?(\d{1,2})日?$/.exec(plain) ?? [];
  return year === undefined ? plain : `${year}-${(month ?? '').padStart(2, '0')}-${(day ?? '').padStart(2, '0')}`;
}
