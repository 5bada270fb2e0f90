// 通行密钥 of an account: which there are, since when, when last used; add one, take one off.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import {
  breadcrumb,
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  notice,
} from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { type FactorRow, factorCards, proveFirst } from './factor-cards.ts';
import { PASSKEY_SCRIPT, passkeyForm } from './passkey-form.ts';

export type PasskeysPage = {
  readonly viewer: Viewer;
  /** Where more is proven before anything can be changed; null when enough is. */
  readonly proveHref: string | null;
  readonly formFields: Readonly<Record<string, string>>;
  readonly passkeys: readonly FactorRow[];
  /** For `navigator.credentials.create`. */
  readonly options: object;
  /** What was typed, or a first proposal. */
  readonly label: string;
  readonly faults?: readonly PasskeyFault[];
  readonly done?: 'added' | 'removed' | null;
};

export type PasskeyFault = 'label' | 'refused' | 'taken' | 'too-many';

const PATH = '/account/factors/passkeys';

const TEXTS = {
  title: { zh: '通行密钥', en: 'Passkeys' },
  factors: { zh: '登录方式', en: 'Ways to log in' },
  what: {
    zh: '通行密钥用本机的指纹、面容或锁屏密码登录，不会被骗走，也不用记。经过验证的，达到三级。',
    en: 'A passkey logs you in by the fingerprint, face or screen lock of your device. It cannot be phished and needs no remembering; verified it reaches level 3.',
  },
  none: { zh: '还没有通行密钥。', en: 'No passkeys yet.' },
  add: { zh: '添加一把', en: 'Add one' },
  label: { zh: '名称', en: 'Name' },
  labelHint: { zh: '便于您认出它在哪台设备上', en: 'So that you know which device it is on' },
  added: { zh: '已添加通行密钥。我们已发通知给您。', en: 'The passkey was added. We have sent you a message.' },
  removed: {
    zh: '已移除通行密钥，它不能再登录。设备上保存的那一份，请在设备的密码设置里删除。',
    en: 'The passkey was removed and logs nobody in. Delete the copy on your device in its password settings.',
  },
} satisfies Texts;

const FAULTS: Readonly<Record<PasskeyFault, Text>> = {
  label: { zh: '请填写名称，最多 40 个字', en: 'Enter a name of at most 40 characters' },
  refused: { zh: '通行密钥没有通过验证，请再试一次', en: 'The passkey was not accepted; try again' },
  taken: { zh: '这把通行密钥已经添加过了', en: 'This passkey was added before' },
  'too-many': { zh: '最多 20 把，请先移除一把', en: 'At most 20; remove one first' },
};

export function passkeysPage(frame: PageFrame, props: PasskeysPage): string {
  const say = sayIn(frame.lang);
  const faults: readonly Fault[] = (props.faults ?? []).map((kind) => ({
    field: kind === 'label' ? 'label' : 'passkey',
    words: say(FAULTS[kind]),
  }));
  const labelFault = faultOf(faults, 'label');
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account/factors',
    faulty: faults.length > 0,
    script: PASSKEY_SCRIPT + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
${breadcrumb(frame.lang, [{ text: say(TEXTS.factors), href: '/account/factors' }, { text: say(TEXTS.title) }])}
<h1>${say(TEXTS.title)}</h1>
${props.done ? notice({ mark: 'passed', role: 'status', words: html`<p>${say(TEXTS[props.done])}</p>` }) : null}
<p>${say(TEXTS.what)}</p>
${factorCards(frame.lang, { rows: props.passkeys, none: say(TEXTS.none), removeAction: props.proveHref === null ? `${PATH}/remove` : null, formFields: props.formFields })}
${props.proveHref === null ? html`<h2>${say(TEXTS.add)}</h2>${addForm(frame, props, labelFault)}` : proveFirst(frame.lang, props.proveHref)}`,
  });
}

function addForm(frame: PageFrame, { formFields, options, label }: PasskeysPage, fault: string | undefined): Html {
  const say = sayIn(frame.lang);
  return passkeyForm({
    lang: frame.lang,
    kind: 'create',
    action: PATH,
    hidden: hiddenFields(formFields),
    options,
    fields: field({ name: 'label', label: say(TEXTS.label), hint: say(TEXTS.labelHint), value: label, fault }),
  });
}
