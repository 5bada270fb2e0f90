// Seal codes: by default the 6 digits of the area (GB/T 2260) and a serial number of 8. The rule is a setting: text with
// {area} and one {serial:N}, so that a province with another rule changes no code. Whether a code is free, the store decides.
import { TrustError } from '../../common/errors.ts';

export type SealCodeRule = {
  /** Everything in front of and behind the serial number for an owner; serial numbers are counted for each pair. */
  readonly frame: (ownerCode: string) => { readonly before: string; readonly after: string };
  readonly digits: number;
};

export const DEFAULT_CODE_RULE = '{area}{serial:8}';

/** Throws an Error with a sentence for a rule without serial number, or one that gives codes that no seal can carry. */
export function parseCodeRule(text: string): SealCodeRule {
  const match = /^([^{}]*(?:\{area\}[^{}]*)?)\{serial:(\d{1,2})\}([^{}]*(?:\{area\}[^{}]*)?)$/.exec(text);
  const digits = Number(match?.[2]);
  if (!match || digits < 4 || digits > 12)
    throw new Error('expected text with {area} and one {serial:N}, N from 4 to 12');
  const sample = `${match[1]}${match[3]}`.replaceAll('{area}', '000000');
  if (!/^[0-9A-Za-z-]*$/.test(sample) || sample.length + digits > 64)
    throw new Error('a seal code has at most 64 digits, letters and hyphens');
  return {
    digits,
    frame: (ownerCode) => {
      const fill = (part: string): string => part.replaceAll('{area}', areaOf(ownerCode));
      return { before: fill(match[1]!), after: fill(match[3]!) };
    },
  };
}

/** The code of a serial number; `seal-codes-exhausted` when it has more digits than the rule. */
export function sealCodeOf(rule: SealCodeRule, ownerCode: string, serial: number): string {
  const { before, after } = rule.frame(ownerCode);
  const digits = String(serial).padStart(rule.digits, '0');
  if (digits.length > rule.digits)
    throw new TrustError(
      'seal-codes-exhausted',
      `After ${before} there is no serial number of ${rule.digits} digits left`,
    );
  return `${before}${digits}${after}`;
}

/** 统一社会信用代码, characters 3 to 8: the area where the organisation is registered. */
function areaOf(ownerCode: string): string {
  return ownerCode.slice(2, 8);
}
