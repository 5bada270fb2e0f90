// Codes as they are shown where the whole is not needed: enough to know one's own, not enough to use another's.

/** The first three and the last four characters: `360***********7718`. What is too short for that shows its last one. */
export function maskCode(code: string): string {
  if (code.length < 10) return '*'.repeat(Math.max(0, code.length - 1)) + code.slice(-1);
  return `${code.slice(0, 3)}${'*'.repeat(code.length - 7)}${code.slice(-4)}`;
}
