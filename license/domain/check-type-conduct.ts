// What the shape of a type document cannot say about its management part: validity that contradicts the catalogue,
// a number that breaks its own pattern, changes without their act, references to fields that do not exist.
import { checkPattern, type Refuse } from './check-type-fields.ts';
import { matchesPattern } from './field-rules.ts';
import type { LicenseActName } from './license-acts.ts';
import { type Changes, type Validity, validityWord } from './type-conduct.ts';
import type { LicenseTypeField } from './type-field.ts';

type Conduct = {
  readonly validity: Validity;
  readonly validity_range: readonly string[];
  readonly numbering: { readonly pattern: string; readonly example: string };
  readonly fields: readonly LicenseTypeField[];
  readonly changes: Changes;
  readonly acts: readonly LicenseActName[];
  readonly verify_facts: readonly string[];
};

/** Calls `refuse` with a pointer into the document at the first fault. */
export function checkTypeConduct(type: Conduct, refuse: Refuse): void {
  checkValidity(type, refuse);
  checkPattern(type.numbering.pattern, '/numbering/pattern', refuse);
  if (!matchesPattern(type.numbering.pattern, type.numbering.example)) {
    refuse('the example breaks the pattern', '/numbering/example');
  }
  checkChanges(type, refuse);
  checkVerifyFacts(type, refuse);
}

function checkValidity({ validity, validity_range: range }: Conduct, refuse: Refuse): void {
  const word = validityWord(validity);
  if (word !== undefined && !range.includes(word)) refuse(`does not list ${word}`, '/validity_range');
}

function checkChanges({ changes, acts, fields }: Conduct, refuse: Refuse): void {
  if (!acts.includes('issue')) refuse('lacks issue', '/acts');
  if (new Set(acts).size < acts.length) refuse('names an act twice', '/acts');
  for (const act of ['change', 'renew', 'replace', 'correct'] as const) {
    if (acts.includes(act) !== (changes[act] !== false)) refuse(`acts and changes disagree about ${act}`, '/acts');
  }
  const names = new Set(fields.map((field) => field.name));
  for (const act of ['change', 'correct'] as const) {
    const listed = changes[act] === false ? '*' : changes[act].fields;
    const unknown = listed === '*' ? -1 : listed.findIndex((name) => !names.has(name));
    if (unknown >= 0) refuse('there is no such field', `/changes/${act}/fields/${unknown}`);
  }
}

/** A fact that a license may lack could never be told; one fact twice is one fact. */
function checkVerifyFacts({ verify_facts: facts, fields }: Conduct, refuse: Refuse): void {
  if (facts[0] === facts[1]) refuse('the same fact twice', '/verify_facts/1');
  for (const [index, fact] of facts.entries()) {
    if (!fact.startsWith('field:')) continue;
    const field = fields.find(({ name }) => name === fact.slice('field:'.length));
    if (field?.obligation !== 'mandatory') refuse('not a mandatory field', `/verify_facts/${index}`);
  }
}
