// What administrators type, read: a text of a query or form, and the reason that nearly every act asks for.
import { isTrustError } from '../../../common/errors.ts';
import type { Fault } from '../../../common/web/parts.ts';
import type { Lang } from '../../../common/web/texts.ts';
import { parseReason } from '../../domain/reason.ts';
import { reasonFault } from '../../web/admin/fields.ts';
import type { Typed } from '../kept-forms.ts';

/** Anything but one text is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 200) : '';
}

export function reasonFaults(lang: Lang, form: Typed): readonly Fault[] {
  try {
    parseReason(form['reason'] ?? '');
    return [];
  } catch (error) {
    if (!isTrustError(error, 'invalid-request')) throw error;
    return [reasonFault(lang)];
  }
}
