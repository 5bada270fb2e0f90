// 以谁的身份: one card for the person himself and one for each unit that he represents. Nothing is chosen beforehand, so that
// nobody acts for a unit, or leaves it out, by haste. A script lets the button name the choice.
import type { PageFrame } from '../../common/web/frame.ts';
import { attribute, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, FOCUS_SUMMARY_SCRIPT, hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type ActAsPage = {
  /** Where the form posts to; fields `csrf` and `acting_for`. */
  readonly action: string;
  readonly csrf: string;
  readonly system: string;
  /** The person's name. */
  readonly name: string;
  /** Value of the person's own card. */
  readonly self: string;
  readonly units: readonly { readonly code: string; readonly name: string }[];
  /** True when the form came back without a choice. */
  readonly isMissing: boolean;
};

const TEXTS = {
  title: { zh: '您要以谁的身份办理？', en: 'Who are you acting for?' },
  lead: {
    zh: '您的选择只用于本次登录的{system}，可随时切换。',
    en: 'Your choice counts for {system} in this login only; you can switch at any time.',
  },
  myself: { zh: '本人', en: 'Myself' },
  representative: { zh: '法定代表人', en: 'legal representative' },
  none: { zh: '您名下没有可代表的单位。', en: 'You represent no unit.' },
  missing: { zh: '请选择以谁的身份办理', en: 'Choose who you are acting for' },
  go: { zh: '以所选身份继续', en: 'Continue with this choice' },
  goAs: { zh: '以“{name}”的身份继续', en: 'Continue as “{name}”' },
} satisfies Texts;

const BUTTON_SCRIPT = `
for (const input of document.querySelectorAll('input[name="acting_for"]')) {
  input.addEventListener('change', () => {
    document.querySelector('button[data-go]').textContent = input.dataset.go;
  });
}`;

export function actAsPage(frame: PageFrame, props: ActAsPage): string {
  const say = sayIn(frame.lang);
  const faults = props.isMissing ? [{ field: 'acting_for', words: say(TEXTS.missing) }] : [];
  const go = (name: string): string => say(TEXTS.goAs, { name });
  const cards = [
    { value: props.self, title: `${say(TEXTS.myself)} ${props.name}`, hint: null, go: go(props.name) },
    ...props.units.map(({ code, name }) => ({
      value: code,
      title: `${name} ${say(TEXTS.representative)}`,
      hint: code,
      go: go(name),
    })),
  ];
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.title),
    column: 'task',
    faulty: props.isMissing,
    script: BUTTON_SCRIPT + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1 id="question">${say(TEXTS.title)}</h1>
<p>${say(TEXTS.lead, { system: props.system })}</p>
${props.units.length === 0 ? html`<p>${say(TEXTS.none)}</p>` : null}
<form method="post" action="${props.action}">
${hiddenFields({ csrf: props.csrf })}
<fieldset class="cards" aria-labelledby="question">
${cards.map(
  (card, index) =>
    html`<label class="choice card"><input type="radio" name="acting_for" value="${card.value}"${attribute('id', index === 0 ? 'field-acting_for' : null)}${attribute('data-go', card.go)}${attribute('checked', props.units.length === 0)}><span>${card.title}${card.hint === null ? null : html`<br><span class="hint small identifier">${card.hint}</span>`}</span></label>`,
)}</fieldset>
<div class="actions"><button class="button" type="submit" data-go="">${props.units.length === 0 ? go(props.name) : say(TEXTS.go)}</button></div>
</form>`,
  });
}
