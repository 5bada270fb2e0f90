// 单位: an organisation that a person may act for. Here only by being its legal representative (法定代表人); the session and
// `sub` are always the natural person's, and in whose name he acts belongs to a grant.
import { checkCreditCode } from '../../common/codes/credit-code.ts';
import { TrustError } from '../../common/errors.ts';

/** Type of the code of an organisation: 统一社会信用代码 (GB/T 36903). */
const CREDIT_CODE = '001';

export type LegalPerson = {
  readonly id: number;
  /** 统一社会信用代码 */
  readonly code: string;
  readonly name: string;
  readonly status: 'active' | 'suspended' | 'cancelled';
  /** When the base last confirmed the representative. */
  readonly verifiedAt: Date;
};

/** From each state the states that an operator may give. A cancelled unit comes back only by a new proof. */
const UNIT_CHANGES: Readonly<Record<LegalPerson['status'], readonly LegalPerson['status'][]>> = {
  active: ['suspended', 'cancelled'],
  suspended: ['active', 'cancelled'],
  cancelled: [],
};

/** Throws `unit-state` for a step that the state of the unit does not allow. */
export function checkUnitChange(from: LegalPerson['status'], to: LegalPerson['status']): void {
  if (!UNIT_CHANGES[from].includes(to))
    throw new TrustError('unit-state', `the unit is ${from}, it cannot become ${to}`);
}

/** What a person is for a unit; delegates come later. */
export type UnitRole = 'legal_representative';

/** The claim `acting_for`; absent for who acts in his own name. */
export type ActingFor = {
  readonly code: string;
  readonly code_type: typeof CREDIT_CODE;
  readonly name: string;
  readonly role: UnitRole;
};

export function toActingFor({ code, name }: Pick<LegalPerson, 'code' | 'name'>): ActingFor {
  return { code, code_type: CREDIT_CODE, name, role: 'legal_representative' };
}

/** Code and name of a unit in their stored form. Throws `code-check` or `invalid-request` with a pointer. */
export function parseUnit(input: { readonly code: string; readonly name: string }): { code: string; name: string } {
  const code = input.code.normalize('NFKC').replace(/\s/gu, '').toUpperCase();
  checkCreditCode(code, '/unit/code');
  const name = input.name.normalize('NFC').trim();
  if (name === '' || name.length > 200 || /\p{C}/u.test(name)) {
    throw new TrustError('invalid-request', 'unit/name is not accepted; expected 1 to 200 characters', {
      pointer: '/unit/name',
    });
  }
  return { code, name };
}
