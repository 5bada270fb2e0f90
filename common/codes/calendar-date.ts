// Dates by day, as text YYYY-MM-DD in the calendar of China: what is dated by day, not by instant, keeps `Date` with its
// time zone out of the rules.

const CHINA_OFFSET_MS = 8 * 3600 * 1000; // China keeps UTC+8 all year

/** The calendar date in China at the instant `now`. */
export function chinaDate(now: Date): string {
  return new Date(now.getTime() + CHINA_OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant at which that date begins in China. */
export function beginOfChinaDate(date: string): Date {
  return new Date(`${date}T00:00:00+08:00`);
}

/** True for a date that the calendar has: 2026-02-28, but not 2026-02-30. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
