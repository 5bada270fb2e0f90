// The names of the room's two services: the citizen's and everybody's.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { NavItem } from '../../common/web/layout.ts';
import { hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';

export const WALLET_SERVICE: Text = { zh: '我的证照', en: 'My licenses' };
/** The room as programs know it. */
export const API_SERVICE: Text = { zh: '电子证照', en: 'E-licenses' };
export const VERIFY_SERVICE: Text = { zh: '验章', en: 'Check a sealed file' };
export const WALLET_PATH = '/licenses';
export const VERIFY_PATH = '/verify';

/** The person in the header and the way out: a form, because logging out changes something. */
export type Person = {
  readonly name: string;
  /** POST address with field `csrf`. */
  readonly logoutAction: string;
  readonly csrf: string;
};

const TEXTS = { logout: { zh: '退出', en: 'Log out' }, verify: { zh: '验章', en: 'Check a file' } } satisfies Texts;

export function personPart(frame: PageFrame, person: Person): Html {
  const say = sayIn(frame.lang);
  return html`<form class="user" method="post" action="${person.logoutAction}">${hiddenFields({ csrf: person.csrf })}<span>${person.name}</span><button class="as-link" type="submit">${say(TEXTS.logout)}</button></form>`;
}

/** The other of the two services; the name at the left leads to this one. */
export function navItems(frame: PageFrame, current: 'wallet' | 'verify'): readonly NavItem[] {
  const say = sayIn(frame.lang);
  return current === 'wallet'
    ? [{ text: say(TEXTS.verify), href: VERIFY_PATH }]
    : [{ text: say(WALLET_SERVICE), href: WALLET_PATH }];
}
