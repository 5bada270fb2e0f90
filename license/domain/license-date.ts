// Dates of a license, as text YYYY-MM-DD (common/codes/calendar-date.ts): its end, and how it is printed.

/** A license that never expires carries this date. */
export const NEVER = '9999-12-31';

/** The last day of a period that begins on `from`: the day before its anniversary (a day too many falls into the next month). */
export function lastDayAfter(from: string, period: { years?: number; months?: number; days?: number }): string {
  const date = new Date(`${from}T00:00:00Z`);
  const { years = 0, months = 0, days = 0 } = period;
  const day = date.getUTCDate();
  date.setUTCFullYear(date.getUTCFullYear() + years, date.getUTCMonth() + months, day + days - 1);
  return date.toISOString().slice(0, 10);
}

/** So many days later, or earlier; nothing is later than `NEVER`. */
export function addDays(from: string, days: number): string {
  const at = Date.parse(`${from}T00:00:00Z`) + days * 86_400_000;
  return at >= Date.parse(NEVER) ? NEVER : new Date(at).toISOString().slice(0, 10);
}

/** 2026-11-20 as 2026年11月20日; `NEVER` as 长期. */
export function chineseDate(date: string): string {
  if (date === NEVER) return '长期';
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
