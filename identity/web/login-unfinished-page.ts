// 没有完成验证: back from login without what the page needs. It says what is there, what is needed and how to get it.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { statusPage } from '../../common/web/status-page.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';
import { LEVEL_WORDS } from './level-words.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type LoginUnfinishedPage = {
  /** What the session has proven; null when nobody is logged in. */
  readonly level: Level | null;
  readonly needed: Level | null;
  /** Where it is tried once more. */
  readonly again: string;
  readonly reference: string;
  readonly at: Date;
  /** The protocol's code, for technicians. */
  readonly technical: string;
};

const TEXTS = {
  none: { zh: '您还没有登录', en: 'You are not logged in' },
  noneWhy: { zh: '刚才的登录没有完成。', en: 'Your login was not completed.' },
  low: { zh: '还需要|再验证一次', en: 'One more check |is needed' },
  lowWhy: {
    zh: '您这次登录达到{level}；这个页面要求{needed}。',
    en: 'This login reached {level}; the page needs {needed}.',
  },
  lowNext: {
    zh: '可在“登录方式”里添加更高级的登录方式，或提升实名等级。',
    en: 'Add a stronger way to log in, or raise your level.',
  },
  again: { zh: '再试一次', en: 'Try again' },
} satisfies Texts;

export function loginUnfinishedPage(frame: PageFrame, props: LoginUnfinishedPage): string {
  const say = sayIn(frame.lang);
  const { level, needed } = props;
  const again = html`<a class="button" href="${props.again}">${say(TEXTS.again)}</a>`;
  const common = {
    service: IDENTITY_SERVICE,
    reference: props.reference,
    at: props.at,
    technical: props.technical,
    home: level === null ? '/' : '/account',
  };
  if (level === null || needed === null) {
    return statusPage(frame, {
      ...common,
      mark: 'notice',
      title: say(TEXTS.none),
      why: say(TEXTS.noneWhy),
      next: again,
    });
  }
  const of = { level: say(LEVEL_WORDS[level].name), needed: say(LEVEL_WORDS[needed].name) };
  return statusPage(frame, {
    ...common,
    mark: 'warning',
    title: say(TEXTS.low),
    why: html`${say(TEXTS.lowWhy, of)} ${say(TEXTS.lowNext)}`,
    next: again,
  });
}
