// /desk/{org}/corrections: what holders ask of this authority; each request is answered once.
import type Koa from 'koa';
import { TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { Correction } from '../domain/correction.ts';
import { answerCorrection, listCorrectionsForClerks } from '../flow/corrections.ts';
import { deskAnswerPage, deskCorrectionsPage, isAnswerText, isDecision } from '../web/desk-correction-pages.ts';
import { deskPath } from '../web/desk-frame.ts';
import { type AtDesk, atDesk, type DeskParts } from './desk-person.ts';
import { paramOf } from './person.ts';

export type DeskCorrectionHandlers = Readonly<Record<'list' | 'show' | 'answer', Handler>>;

/** The oldest first: those that have waited longest. */
const OPEN = 200;
const ANSWERED = 50;

export function makeDeskCorrectionHandlers(parts: DeskParts): DeskCorrectionHandlers {
  const { deps, sessions } = parts;
  const list = ({ clerk }: AtDesk, isOpen: boolean): Promise<readonly Correction[]> =>
    listCorrectionsForClerks(deps, {
      authorityCodes: [clerk.organisation],
      isOpen,
      offset: 0,
      limit: isOpen ? OPEN : ANSWERED,
    });
  const find = async (ctx: Koa.Context): Promise<{ at: AtDesk; correction: Correction }> => {
    const at = await atDesk(parts, ctx);
    const id = paramOf(ctx, 'correction_id');
    const correction = (await list(at, true)).find(({ correctionId }) => correctionId === id);
    if (!correction) throw new TrustError('not-found', 'no such request waits for an answer');
    return { at, correction };
  };
  return {
    list: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const [open, answered] = await Promise.all([list(at, true), list(at, false)]);
      sendPage(ctx, deskCorrectionsPage(pageFrame(ctx), at.desk, { open, answered }));
    },
    show: async (ctx) => {
      const { at, correction } = await find(ctx);
      sendPage(ctx, deskAnswerPage(pageFrame(ctx), at.desk, { correction, state: '', text: '', isSent: false }));
    },
    answer: async (ctx) => {
      const { at, correction } = await find(ctx);
      const form = await readForm(ctx);
      sessions.checkCsrf(ctx, form);
      const state = form['state'] ?? '';
      const text = (form['text'] ?? '').normalize('NFC').trim();
      if (!isDecision(state) || !isAnswerText(text)) {
        const page = deskAnswerPage(pageFrame(ctx), at.desk, { correction, state, text, isSent: true });
        return sendPage(ctx, page, 422);
      }
      await answerCorrection(deps, at.clerk, correction.correctionId, { state, text });
      seeOther(ctx, deskPath(at.desk, 'corrections'));
    },
  };
}
