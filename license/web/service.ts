// The names of the room's services: the citizen's, the verifier's and everybody's.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { NavItem } from '../../common/web/layout.ts';
import { hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';

export const WALLET_SERVICE: Text = { zh: '我的证照', en: 'My licenses' };
/** The desk of those who issue. */
export const DESK_SERVICE: Text = { zh: '电子证照管理', en: 'License desk' };
/** The room as programs know it. */
export const API_SERVICE: Text = { zh: '电子证照', en: 'E-licenses' };
export const VERIFY_SERVICE: Text = { zh: '验章', en: 'Check a sealed file' };
export const REDEEM_SERVICE: Text = { zh: '核验亮证码', en: 'Read a presentation code' };
export const WALLET_PATH = '/licenses';
export const PRESENT_PATH = '/present';
export const REDEEM_PATH = '/redeem';
export const DESK_PATH = '/desk';
export const CONSENTS_PATH = '/consents';
export const VERIFY_PATH = '/verify';
/** Asks the identity room in whose name to go on. */
export const SWITCH_PATH = '/login?as=choose';

/** The person in the header and the way out: a form, because logging out changes something. */
export type Person = {
  readonly name: string;
  /** The unit in whose name the person acts; left out for himself. */
  readonly unit?: string | undefined;
  /** True for who has a role of an organisation and may read what others show. */
  readonly isVerifier?: boolean;
  /** POST address with field `csrf`. */
  readonly logoutAction: string;
  readonly csrf: string;
};

const TEXTS = {
  logout: { zh: '退出', en: 'Log out' },
  verify: { zh: '验章', en: 'Check a file' },
  present: { zh: '亮证', en: 'Show' },
  acting: { zh: '{unit}（{name} 经办）', en: '{unit} (by {name})' },
  switch: { zh: '切换', en: 'Switch' },
} satisfies Texts;

export function personPart(frame: PageFrame, person: Person): Html {
  const say = sayIn(frame.lang);
  const { name, unit } = person;
  const who = unit === undefined ? name : say(TEXTS.acting, { unit, name });
  const change = unit === undefined ? null : html`<a href="${SWITCH_PATH}">${say(TEXTS.switch)}</a>`;
  return html`<form class="user" method="post" action="${person.logoutAction}">${hiddenFields({ csrf: person.csrf })}<span>${who}</span>${change}<button class="as-link" type="submit">${say(TEXTS.logout)}</button></form>`;
}

export type Place = 'wallet' | 'present' | 'redeem' | 'verify';

/** What else the person may do here; the name at the left leads to the service itself. */
export function navItems(frame: PageFrame, current: Place, person?: Person): readonly NavItem[] {
  const say = sayIn(frame.lang);
  const rows: readonly { readonly place: Place; readonly text: string; readonly href: string; readonly is: boolean }[] =
    [
      {
        place: 'wallet',
        text: say(WALLET_SERVICE),
        href: WALLET_PATH,
        is: current === 'verify' || current === 'redeem',
      },
      { place: 'present', text: say(TEXTS.present), href: PRESENT_PATH, is: person !== undefined },
      { place: 'redeem', text: say(REDEEM_SERVICE), href: REDEEM_PATH, is: person?.isVerifier === true },
      { place: 'verify', text: say(TEXTS.verify), href: VERIFY_PATH, is: current !== 'verify' },
    ];
  return rows
    .filter(({ is }) => is)
    .map(({ place, text, href }) => ({ text, href, ...(place === current ? { current: true } : {}) }));
}
