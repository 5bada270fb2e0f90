// The day whose state a form asks for, as typed.
import { isCalendarDate } from '../../common/codes/calendar-date.ts';
import type { DayFault } from '../web/state-day.ts';

/** `date` null: none was asked for, or there is a fault. `today`: YYYY-MM-DD in China. */
export function readAskedDay(
  typed: string,
  today: string,
): { readonly date: string | null; readonly fault: DayFault | null } {
  const date = typed.normalize('NFKC').trim();
  if (date === '') return { date: null, fault: null };
  if (!isCalendarDate(date)) return { date: null, fault: 'date-malformed' };
  return date > today ? { date: null, fault: 'date-future' } : { date, fault: null };
}
