// 更换手机号, 更换邮箱: the number or mail address, then the code that reached it.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  notice,
} from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { codeForm } from './code-forms.ts';

/** Each page's own address. */
export const ADDRESS_PATHS = { phone: '/account/phone', mail: '/account/mail' } as const;

const MESSAGES = ['bound', 'proof-needed', 'removed'] as const;
/** What the last act came to. */
export type AddressMessage = (typeof MESSAGES)[number];

export function isAddressMessage(code: string | undefined): code is AddressMessage {
  return MESSAGES.some((known) => known === code);
}

export type AddressPage = {
  readonly kind: 'phone' | 'mail';
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  /** Masked; null: none is bound. */
  readonly current: string | null;
  readonly isRemovable: boolean;
  readonly typed: string;
  readonly faults: readonly Fault[];
  /** A code that is under way. */
  readonly sent: { readonly maskedTo: string; readonly expiresAt: Date; readonly resendAt: Date } | null;
  readonly message: AddressMessage | null;
};

const TEXTS = {
  current: { zh: '现在绑定：{to}', en: 'Bound now: {to}' },
  send: { zh: '获取验证码', en: 'Send code' },
  prove: { zh: '核对身份', en: 'Prove who you are' },
  removed: { zh: '电子邮箱已解除绑定。', en: 'Your mail address is removed.' },
  remove: { zh: '解除绑定', en: 'Remove' },
  removeWhy: {
    zh: '解除后，不能再用邮箱验证码登录或找回账号，通知只发到手机。',
    en: 'Codes by mail then no longer log you in or recover the account, and notices go to your phone only.',
  },
} satisfies Texts;

const KIND_TEXTS = {
  phone: {
    title: { zh: '更换手机号', en: 'Change phone' },
    none: { zh: '还没有绑定手机号。', en: 'No phone is bound.' },
    label: { zh: '新手机号', en: 'New phone number' },
    other: { zh: '换一个号码', en: 'Use another number' },
    bound: {
      zh: '手机号已更换，新旧号码都会收到通知。',
      en: 'Your phone is changed; both numbers are told.',
    },
    'proof-needed': {
      zh: '该手机号已绑定其他账号，先核对身份才能改绑。',
      en: 'This phone belongs to another account. Prove who you are first.',
    },
  },
  mail: {
    title: { zh: '更换电子邮箱', en: 'Change mail address' },
    none: { zh: '还没有绑定电子邮箱。', en: 'No mail address is bound.' },
    label: { zh: '新电子邮箱', en: 'New mail address' },
    other: { zh: '换一个邮箱', en: 'Use another address' },
    bound: {
      zh: '电子邮箱已绑定，新旧邮箱和手机都会收到通知。',
      en: 'Your mail address is bound; the new one, the old one and your phone are told.',
    },
    'proof-needed': {
      zh: '该邮箱已绑定其他账号，先核对身份才能改绑。',
      en: 'This mail address belongs to another account. Prove who you are first.',
    },
  },
} as const satisfies Readonly<Record<AddressPage['kind'], Texts>>;

const FIELD = {
  phone: { autocomplete: 'tel-national', inputmode: 'tel' },
  mail: { autocomplete: 'email', inputmode: 'email' },
} as const;

export function addressPage(frame: PageFrame, props: AddressPage): string {
  const say = sayIn(frame.lang);
  const { kind, message, sent, faults } = props;
  const words = KIND_TEXTS[kind];
  const title = say(words.title);
  return accountPage(frame, {
    title,
    viewer: props.viewer,
    current: '/account',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${title}</h1>
${message === null ? null : messageNotice(frame, kind, message)}
<p>${props.current === null ? say(words.none) : say(TEXTS.current, { to: props.current })}</p>
${sent === null ? addressForm(frame, props) : sentForms(frame, props, sent)}
${props.isRemovable && sent === null ? removeForm(frame, props) : null}`,
  });
}

function messageNotice(frame: PageFrame, kind: AddressPage['kind'], message: AddressMessage): Html {
  const say = sayIn(frame.lang);
  const needsProof = message === 'proof-needed';
  const words = message === 'removed' ? TEXTS.removed : KIND_TEXTS[kind][message];
  return notice({
    mark: needsProof ? 'warning' : 'passed',
    role: 'status',
    words: html`<p>${say(words)}${needsProof ? html` <a class="link" href="/prove">${say(TEXTS.prove)}</a>` : null}</p>`,
  });
}

function addressForm(frame: PageFrame, { kind, formFields, typed, faults }: AddressPage): Html {
  const say = sayIn(frame.lang);
  return html`<form method="post" action="${ADDRESS_PATHS[kind]}" novalidate>
${hiddenFields(formFields)}
${field({ name: kind, label: say(KIND_TEXTS[kind].label), value: typed, ...FIELD[kind], fault: faultOf(faults, kind) })}
<div class="actions"><button class="button" name="step" value="begin">${say(TEXTS.send)}</button></div>
</form>`;
}

function sentForms(
  frame: PageFrame,
  { kind, formFields, faults }: AddressPage,
  sent: NonNullable<AddressPage['sent']>,
): Html {
  const action = ADDRESS_PATHS[kind];
  const hidden = hiddenFields(formFields);
  return html`${codeForm(frame, { action, hidden, faults, sent, isFixed: true })}
<form method="post" action="${action}">${hidden}
<div class="actions"><button class="button plain" name="step" value="other">${sayIn(frame.lang)(KIND_TEXTS[kind].other)}</button></div></form>`;
}

function removeForm(frame: PageFrame, { kind, formFields }: AddressPage): Html {
  const say = sayIn(frame.lang);
  return html`<h2>${say(TEXTS.remove)}</h2>
<form method="post" action="${ADDRESS_PATHS[kind]}">${hiddenFields(formFields)}
<p class="hint">${say(TEXTS.removeWhy)}</p>
<div class="actions"><button class="button danger" name="step" value="remove">${say(TEXTS.remove)}</button></div></form>`;
}
