// The check character of a citizen identity number (公民身份号码): ISO 7064 MOD 11-2 over 17 digits.
// Nothing else about the person is derived from it.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECKS = '10X98765432';

/** True for 17 digits and their check character; `x` must be written `X`. */
export function isCitizenNumber(code: string): boolean {
  if (!/^\d{17}[\dX]$/.test(code)) return false;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(code[index]), 0);
  return CHECKS[sum % 11] === code[17];
}
