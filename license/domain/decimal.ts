// Decimal numbers as text, compared without floating point: amounts and areas are compared as they were written.
// The form is DECIMAL of type-field.ts.

const DECIMALS_AT_MOST = 6;

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: string, b: string): number {
  const difference = millionths(a) - millionths(b);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Digits after the point, as written. */
export function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

function millionths(text: string): bigint {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole + decimals.padEnd(DECIMALS_AT_MOST, '0'));
  return text.startsWith('-') ? -size : size;
}
