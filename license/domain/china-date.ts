// Calendar dates of a license, as text YYYY-MM-DD in the calendar of China. A license is dated by day, not by instant,
// so `Date` with its time zone stays out of these rules.

/** A license that never expires carries this date. */
export const NEVER = '9999-12-31';

const CHINA_OFFSET_MS = 8 * 3600 * 1000; // China keeps UTC+8 all year

/** The calendar date in China at the instant `now`. */
export function chinaDate(now: Date): string {
  return new Date(now.getTime() + CHINA_OFFSET_MS).toISOString().slice(0, 10);
}

/** True for a date that the calendar has: 2026-02-28, but not 2026-02-30. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The last day of `years` years that begin on `from`: the day before the anniversary. */
export function lastDayAfterYears(from: string, years: number): string {
  const date = new Date(`${from}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

/** 2026-11-20 as 2026年11月20日; `NEVER` as 长期. */
export function chineseDate(date: string): string {
  if (date === NEVER) return '长期';
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
