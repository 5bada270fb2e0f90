// The question before the rest of a list is stopped.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { BATCH_TEXTS, type BatchView, figure, titleOf } from './batch-words.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';

const TEXTS = {
  stopTitle: { zh: '停止剩余签发？', en: 'Stop the rest?' },
  stopWhy: {
    zh: '还有 {waiting} 行未签发，停止后不再签发。已签发的 {issued} 张不受影响。',
    en: '{waiting} rows wait and will not be issued. The {issued} that are issued stay.',
  },
  stopNo: { zh: '不停止，返回', en: 'Go on, back' },
} satisfies Texts;

export function stopBatchPage(frame: PageFrame, desk: DeskFrame, { batch, counts }: BatchView): string {
  const say = sayIn(frame.lang);
  const back = deskPath(desk, 'batches', batch.batchId);
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(TEXTS.stopTitle),
    crumbs: [{ text: titleOf(frame.lang, batch), href: back }],
    main: html`<h1>${say(TEXTS.stopTitle)}</h1><p>${say(TEXTS.stopWhy, { waiting: figure(counts.waiting + counts.good), issued: figure(counts.issued) })}</p>
<form method="post" action="${`${back}/stop`}">${hiddenFields({ csrf: desk.person.csrf })}<div class="actions"><button class="button danger" type="submit">${say(BATCH_TEXTS.stop)}</button><a class="link" href="${back}">${say(TEXTS.stopNo)}</a></div></form>`,
  });
}
