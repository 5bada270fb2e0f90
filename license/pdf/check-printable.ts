// Whether a request can be printed, before anything is on record.
import type { IssueRequest } from '../../common/contract/license.ts';
import { checkGlyphs, type Typeface } from '../../common/pdf/typeface.ts';

/** `checkGlyphs` for what a request brings, so that the refusal points at the field. */
export function checkPrintable(typeface: Typeface, request: IssueRequest): void {
  checkGlyphs(typeface, request.holder.name, '/holder/name');
  checkGlyphs(typeface, request.license_number, '/license_number');
  for (const [name, value] of Object.entries(request.fields)) checkGlyphs(typeface, value, `/fields/${name}`);
}
