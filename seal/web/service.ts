// The names of the room's pages, in the header and in every title.
import type { PageFrame } from '../../common/web/frame.ts';
import type { NavItem } from '../../common/web/layout.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';

export const SEAL_SERVICE: Text = { zh: '信基盖章服务', en: 'Xinji Seal' };
export const VERIFY_PATH = '/verify';
export const REFERENCE_PATH = '/reference';

const TEXTS = {
  verify: { zh: '验章', en: 'Check a file' },
  reference: { zh: '接口文档', en: 'API reference' },
} satisfies Texts;

export function navItems(frame: PageFrame, current?: 'verify'): readonly NavItem[] {
  const say = sayIn(frame.lang);
  return [
    { text: say(TEXTS.verify), href: VERIFY_PATH, current: current === 'verify' },
    { text: say(TEXTS.reference), href: REFERENCE_PATH },
  ];
}
