// /desk/{org}/drafts/{draft_id}/preview: the face of what would be issued, as a PDF to look at.
import type Koa from 'koa';
import { seeOther } from '../../common/http/see-other.ts';
import type { Draft } from '../domain/draft.ts';
import { deskPath } from '../web/desk-frame.ts';
import type { AtDesk } from './desk-person.ts';

/** A draft with faults has no face: it leads back to its form. */
export function sendPreview(ctx: Koa.Context, { desk }: AtDesk, { draftId }: Draft, pdf: Uint8Array | null): void {
  if (pdf === null) {
    seeOther(ctx, deskPath(desk, 'drafts', draftId, 'edit'));
    return;
  }
  ctx.type = 'application/pdf';
  ctx.set('Content-Disposition', 'inline; filename="preview.pdf"');
  ctx.body = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}
