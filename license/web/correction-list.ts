// Corrections and complaints of a holder with their state and the answer, newest first.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { tag } from '../../common/web/parts.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { CorrectionKind, CorrectionState } from '../domain/correction.ts';
import { textLines } from './license-words.ts';

export type CorrectionEntry = {
  readonly kind: CorrectionKind;
  readonly state: CorrectionState;
  readonly request: string;
  readonly askedAt: Date;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
};

const TEXTS = {
  none: { zh: '没有提出过纠错或申诉。', en: 'Nothing has been asked.' },
  correction: { zh: '申请纠错', en: 'Correction asked' },
  complaint: { zh: '申诉', en: 'Complaint' },
  open: { zh: '等待颁发机构答复', en: 'Waiting for the issuing authority' },
  granted: { zh: '已采纳', en: 'Accepted' },
  declined: { zh: '未采纳', en: 'Not accepted' },
  answer: { zh: '{time} 答复：', en: 'Answer of {time}: ' },
} satisfies Texts;

export function correctionList(frame: PageFrame, entries: readonly CorrectionEntry[]): Html {
  const say = sayIn(frame.lang);
  if (entries.length === 0) return html`<p class="empty">${say(TEXTS.none)}</p>`;
  return html`${entries.map((entry) => {
    const mark = entry.state === 'granted' ? 'passed' : entry.state === 'open' ? 'notice' : 'unknown';
    const { answer, answeredAt } = entry;
    const answered =
      answer === null || answeredAt === null
        ? null
        : html`<p>${say(TEXTS.answer, { time: formatDateTime(frame.lang, answeredAt) })}${textLines(answer)}</p>`;
    return html`<div class="card"><div class="card-head"><h3>${say(TEXTS[entry.kind])}</h3>${tag(mark, say(TEXTS[entry.state]))}</div><p class="hint small">${formatDateTime(frame.lang, entry.askedAt)}</p><p>${textLines(entry.request)}</p>${answered}</div>`;
  })}`;
}
