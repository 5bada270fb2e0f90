// The factors of one kind that an account has, each with a way to take it off. What becomes of it is said after the act.
import { type Html, html } from '../../common/web/html.ts';
import { type Fact, facts, hiddenFields, notice } from '../../common/web/parts.ts';
import { formatDateTime, type Lang, sayIn, type Texts } from '../../common/web/texts.ts';

export type FactorRow = {
  readonly id: number;
  readonly label: string;
  readonly addedAt: Date;
  readonly lastUsedAt: Date | null;
  /** What else there is to say. */
  readonly more?: readonly Fact[];
};

const TEXTS = {
  added: { zh: '添加时间', en: 'Added' },
  used: { zh: '最近使用', en: 'Last used' },
  never: { zh: '还没有用过', en: 'Not used yet' },
  proveWhy: {
    zh: '添加或移除登录方式前，需要再验证一次。',
    en: 'One more check is needed before a way to log in is added or removed.',
  },
  prove: { zh: '去验证', en: 'Go on to the check' },
  remove: { zh: '移除', en: 'Remove' },
} satisfies Texts;

export function factorCards(
  lang: Lang,
  of: {
    readonly rows: readonly FactorRow[];
    readonly none: string;
    /** Null: nothing can be taken off now. */
    readonly removeAction: string | null;
    readonly formFields: Readonly<Record<string, string>>;
  },
): Html {
  if (of.rows.length === 0) return html`<p>${of.none}</p>`;
  const say = sayIn(lang);
  const card = ({ id, label, addedAt, lastUsedAt, more = [] }: FactorRow): Html => {
    const rows = [
      ...more,
      { name: say(TEXTS.added), value: formatDateTime(lang, addedAt) },
      { name: say(TEXTS.used), value: lastUsedAt === null ? say(TEXTS.never) : formatDateTime(lang, lastUsedAt) },
    ];
    return html`<div class="card"><h2>${label}</h2>${facts(lang, rows)}
${removeForm(id, label)}</div>`;
  };
  const removeForm = (id: number, label: string): Html | null =>
    of.removeAction === null
      ? null
      : html`<form method="post" action="${of.removeAction}" class="actions">${hiddenFields({ ...of.formFields, id: String(id) })}<button class="button danger" type="submit">${say(TEXTS.remove)}<span class="hidden"> ${label}</span></button></form>`;
  return html`${of.rows.map(card)}`;
}

/** In the place of what cannot be done yet. */
export function proveFirst(lang: Lang, href: string): Html {
  const say = sayIn(lang);
  return html`${notice({ mark: 'warning', words: html`<p>${say(TEXTS.proveWhy)}</p>` })}
<p class="actions"><a class="button" href="${href}">${say(TEXTS.prove)}</a></p>`;
}
