// 验章, the answer about a presentation code: live or not. Looking never uses it up.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import { verdict } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { navItems, VERIFY_PATH, VERIFY_SERVICE } from './service.ts';

export type CodeResultPage = {
  readonly state: 'live' | 'used' | 'expired';
  /** The end of a live or expired code. */
  readonly expiresAt: Date | null;
  readonly now: Date;
};

const TEXTS = {
  again: { zh: '再验一份', en: 'Check another' },
  codeLive: { zh: '此亮证码有效', en: 'The presentation code is live' },
  codeLiveWhy: {
    zh: '{time} 前可由用证单位读取一次；在这里查看不会用掉它。',
    en: 'A verifier can read it once before {time}; looking here does not use it up.',
  },
  codeUsed: { zh: '此码已用过', en: 'This code was used already' },
  codeExpired: { zh: '此码已过期，请持证人换一个新码', en: 'Expired, ask the holder for a new code' },
  codeNext: { zh: '请持证人换一个新码。', en: 'Ask the holder for a new code.' },
  codeNever: { zh: '也可能没有这个码，请核对。', en: 'Or there never was such a code; please check it.' },
  codeExpiredAt: { zh: '它在 {time} 到期。', en: 'It ended at {time}.' },
} satisfies Texts;

/** The page for a presentation code that was looked at. */
export function codeResultPage(frame: PageFrame, { state, expiresAt, now }: CodeResultPage): string {
  const say = sayIn(frame.lang);
  const time = expiresAt === null ? '' : formatTime(expiresAt);
  const words: Readonly<Record<CodeResultPage['state'], { mark: Mark; title: string; why: string }>> = {
    live: { mark: 'passed', title: say(TEXTS.codeLive), why: say(TEXTS.codeLiveWhy, { time }) },
    used: { mark: 'unknown', title: say(TEXTS.codeUsed), why: say(TEXTS.codeNext) },
    expired: {
      mark: 'unknown',
      title: say(TEXTS.codeExpired),
      why: time === '' ? say(TEXTS.codeNever) : say(TEXTS.codeExpiredAt, { time }),
    },
  };
  const { mark, title, why } = words[state];
  return renderPage({
    ...frame,
    service: VERIFY_SERVICE,
    title,
    home: VERIFY_PATH,
    nav: navItems(frame, 'verify'),
    now,
    main: html`${verdict({ mark, title, why })}<p class="actions"><a class="button" href="${VERIFY_PATH}">${say(TEXTS.again)}</a></p>`,
  });
}
