// The forms about a system: one topic of its registration, a new one, and the acts that ask for a reason only.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  identifier,
  notice,
  phrases,
} from '../../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { Client } from '../../domain/client.ts';
import { CLIENT_TEXTS, TOPIC_WORDS, type Topic, type Typed, topicFields } from './client-fields.ts';
import { radios, reasonField } from './fields.ts';
import { type AdminView, adminPage } from './layout.ts';

const TEXTS = {
  edit: { zh: '修改{topic}', en: 'Edit: {topic}' },
  save: { zh: '保存修改', en: 'Save' },
  back: { zh: '不修改，返回', en: 'Leave it as it is' },
  registerTitle: { zh: '登记新系统', en: 'Register a system' },
  register: { zh: '登记系统', en: 'Register' },
  type: { zh: '类型', en: 'Kind' },
  web: { zh: '网站', en: 'Web, with a server' },
  native: { zh: '本机程序', en: 'Program on a person’s machine' },
  keysLead: {
    zh: '新公钥立即可用，现在的公钥同时保留，便于系统逐步更换；更早的公钥随即停用。',
    en: 'The new key is good at once. The one now stays good beside it until you end it; older ones end.',
  },
  changedMeanwhile: {
    zh: '这份登记已被他人修改，您的修改没有保存。请在现在的内容上重新修改。',
    en: 'Somebody changed this registration meanwhile; yours was not saved. Please repeat it on what is shown now.',
  },
  shownOnce: { zh: '新密钥|只显示这一次', en: 'The new secret |is shown only now' },
  secret: { zh: '密钥', en: 'Secret' },
  saved: { zh: '已保存，继续', en: 'I have saved it' },
  secretGone: {
    zh: '密钥已显示过，不能再次查看。遗失的，请更换密钥。',
    en: 'It was shown before and cannot be shown again. If it is lost, make a new one.',
  },
  secretNext: {
    zh: '请现在交给系统的维护人员保管。旧密钥在到期前仍可用。',
    en: 'Hand it to the people who run the system now. The one before stays good until its end.',
  },
} satisfies Texts;

type Form = { readonly view: AdminView; readonly typed: Typed; readonly faults: readonly Fault[] };
type OfClient = { readonly client: Pick<Client, 'clientId' | 'name' | 'version'> };

/** A topic of a registration; 422 when there are faults. */
export function clientFormPage(
  frame: PageFrame,
  props: Form & OfClient & { readonly topic: Topic; readonly scopes: readonly string[]; readonly isStale: boolean },
): string {
  const say = sayIn(frame.lang);
  const { client, topic, faults, typed, view } = props;
  const title = say(TEXTS.edit, { topic: say(TOPIC_WORDS[topic]) });
  const path = `/admin/clients/${client.clientId}`;
  return formPage(frame, {
    ...props,
    title,
    above: [{ text: client.name, href: path }],
    main: html`<h1>${title}</h1>${props.isStale ? notice({ mark: 'warning', role: 'alert', words: say(TEXTS.changedMeanwhile) }) : null}
${topic === 'keys' ? html`<p class="hint">${say(TEXTS.keysLead)}</p>` : null}
<form method="post" action="${path}/${topic}" novalidate>${hiddenFields({ ...view.formFields, version: String(client.version) })}
${topicFields(frame.lang, topic, { typed, faults, scopes: props.scopes })}
${reasonField(frame.lang, faults, typed['reason'])}
${buttons(say(TEXTS.save), path, say(TEXTS.back))}</form>`,
  });
}

/** A new registration: all topics on one page. */
export function clientNewPage(frame: PageFrame, props: Form & { readonly scopes: readonly string[] }): string {
  const say = sayIn(frame.lang);
  const { typed, faults, view } = props;
  const title = say(TEXTS.registerTitle);
  const text = (name: 'clientId' | 'sector', hint: Text): Html =>
    field({
      name,
      label: say(CLIENT_TEXTS[name]),
      hint: say(hint),
      value: typed[name] ?? '',
      fault: faultOf(faults, name),
    });
  const topics: readonly Topic[] = ['about', 'addresses', 'claims', 'rules', 'keys'];
  return formPage(frame, {
    ...props,
    title,
    above: [],
    main: html`<h1>${title}</h1>
<form method="post" action="/admin/clients/new" novalidate>${hiddenFields(view.formFields)}
${text('clientId', CLIENT_TEXTS.clientIdHint)}${text('sector', CLIENT_TEXTS.sectorHint)}
${radios({
  name: 'applicationType',
  label: say(TEXTS.type),
  fault: faultOf(faults, 'applicationType'),
  options: (['web', 'native'] as const).map((value) => ({ value, label: say(TEXTS[value]) })),
  chosen: typed['applicationType'] ?? 'web',
})}
${topics.map((topic) => html`<h2>${say(TOPIC_WORDS[topic])}</h2>${topicFields(frame.lang, topic, props)}`)}
${reasonField(frame.lang, faults, typed['reason'])}
${buttons(say(TEXTS.register), '/admin/clients', say(TEXTS.back))}</form>`,
  });
}

/** An act that is confirmed with a reason. */
export type ActWords = {
  /** `|` marks where it may break. */
  readonly title: string;
  readonly consequence: string;
  readonly button: string;
  readonly back: string;
  /** Does it stop something. */
  readonly danger: boolean;
};

export function clientActPage(
  frame: PageFrame,
  props: Form & OfClient & { readonly words: ActWords; readonly action: string; readonly fields: HtmlValue },
): string {
  const { client, words, faults, typed, view } = props;
  const path = `/admin/clients/${client.clientId}`;
  return formPage(frame, {
    ...props,
    title: words.title.replaceAll('|', ''),
    above: [{ text: client.name, href: path }],
    main: html`<h1>${phrases(...words.title.split('|'))}</h1><p>${words.consequence}</p>
<form method="post" action="${props.action}" novalidate>${hiddenFields(view.formFields)}${props.fields}
${reasonField(frame.lang, faults, typed['reason'])}
${buttons(words.button, path, words.back, words.danger)}</form>`,
  });
}

/** The secret once; null when it was shown before. */
export function clientSecretPage(
  frame: PageFrame,
  props: {
    readonly view: AdminView;
    readonly client: Pick<Client, 'clientId' | 'name'>;
    readonly secret: string | null;
  },
): string {
  const say = sayIn(frame.lang);
  const { client, secret } = props;
  const path = `/admin/clients/${client.clientId}`;
  const title = say(TEXTS.shownOnce);
  return adminPage(frame, {
    view: props.view,
    duty: 'clients',
    title: title.replaceAll('|', ''),
    above: [{ text: client.name, href: path }],
    main: html`<h1>${phrases(...title.split('|'))}</h1>
${
  secret === null
    ? notice({ mark: 'notice', words: say(TEXTS.secretGone) })
    : html`<div class="card"><h2>${say(TEXTS.secret)}</h2><p>${identifier(secret)}</p></div><p>${say(TEXTS.secretNext)}</p>`
}
<p class="actions"><a class="button" href="${path}">${say(TEXTS.saved)}</a></p>`,
  });
}

type Whole = Form & {
  readonly title: string;
  readonly main: Html;
  readonly above: readonly { text: string; href: string }[];
};

function formPage(frame: PageFrame, { view, faults, title, main, above }: Whole): string {
  return adminPage(frame, {
    view,
    duty: 'clients',
    title,
    above,
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}${main}`,
  });
}

function buttons(button: string, backHref: string, back: string, danger = false): Html {
  return html`<div class="actions"><button class="${danger ? 'button danger' : 'button'}" type="submit">${button}</button><a class="link" href="${backHref}">${back}</a></div>`;
}
