// What a clerk can do once everything was shown once more: issue, look at the face first, go back.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';

const TEXTS = {
  issue: { zh: '签发并盖章', en: 'Issue and seal' },
  preview: { zh: '预览照面（PDF，新窗口）', en: 'Preview the face (PDF, new window)' },
  previewWhy: {
    zh: '预览带有水印，没有标识和二维码，不盖章，也不算签发。',
    en: 'A preview has a watermark and no identifier, code or seal; nothing is issued by it.',
  },
  edit: { zh: '修改', en: 'Edit' },
} satisfies Texts;

/** `path`: of the draft. */
export function reviewActions({ lang }: PageFrame, path: string): Html {
  const say = sayIn(lang);
  return html`<p class="hint">${say(TEXTS.previewWhy)}</p><div class="actions"><button class="button" type="submit">${say(TEXTS.issue)}</button><a class="button plain" href="${`${path}/preview`}" target="_blank" rel="noopener">${say(TEXTS.preview)}</a><a class="link" href="${`${path}/edit`}">${say(TEXTS.edit)}</a></div>`;
}
