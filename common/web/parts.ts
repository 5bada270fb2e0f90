// The pieces that pages are put together from. Each takes words that are already in the page's language.
import { attribute, type Html, type HtmlValue, html } from './html.ts';
import { icon, type Mark } from './icons.ts';
import { type Lang, sayIn, type Texts } from './texts.ts';

const TEXTS = {
  faults: { zh: '有 {n} 处需要改正', en: 'There are {n} things to fix' },
  fault: { zh: '有 1 处需要改正', en: 'There is 1 thing to fix' },
  crumbs: { zh: '当前位置', en: 'You are here' },
  blank: { zh: '未填写', en: 'Not given' },
  passed: { zh: '通过', en: 'Passed' },
  failed: { zh: '不通过', en: 'Failed' },
  not_checked: { zh: '未能检查', en: 'Not checked' },
  skipped: { zh: '未执行', en: 'Skipped' },
} satisfies Texts;

/** A conclusion: shape, words, one sentence why, one what to do. The page's only h1 unless `level` says 2. */
export function verdict(of: {
  mark: Mark;
  title: HtmlValue;
  why?: HtmlValue;
  next?: HtmlValue;
  level?: 1 | 2;
  id?: string;
}): Html {
  const id = of.id ?? 'verdict';
  const heading = of.level === 2 ? html`<h2 id="${id}">${of.title}</h2>` : html`<h1 id="${id}">${of.title}</h1>`;
  return html`<section class="verdict ${of.mark}" aria-labelledby="${id}">${icon(of.mark)}<div class="verdict-words">${heading}${paragraph(of.why)}${paragraph(of.next)}</div></section>`;
}

/** A title cut into phrases: a line breaks between them, not inside a word. */
export function phrases(...parts: readonly string[]): Html {
  // A blank at the end of a phrase stands behind its box, where it is seen.
  return html`${parts.map((part) => html`<span class="phrase">${part.trimEnd()}</span>${part.endsWith(' ') ? ' ' : ''}`)}`;
}

/** A message in the page, above what it concerns. `role` alert or status where it must be spoken. */
export function notice(of: { mark: Mark; words: HtmlValue; role?: 'alert' | 'status' }): Html {
  return html`<div class="notice ${of.mark}"${attribute('role', of.role)}>${icon(of.mark)}<div class="notice-words">${of.words}</div></div>`;
}

export function tag(mark: Mark, words: string): Html {
  return html`<span class="tag ${mark}">${icon(mark)}${words}</span>`;
}

export type StepState = 'passed' | 'failed' | 'not_checked' | 'skipped';
export type Step = {
  readonly state: StepState;
  readonly name: string;
  readonly finding: string;
  readonly clause: string;
};
const MARK_OF: Readonly<Record<StepState, Mark>> = {
  passed: 'passed',
  failed: 'failed',
  not_checked: 'unknown',
  skipped: 'unknown',
};

/** Checks in the order of the standard, never re-sorted. */
export function stepList(lang: Lang, steps: readonly Step[]): Html {
  const say = sayIn(lang);
  const colon = lang === 'zh' ? '：' : ': ';
  return html`<ol class="steps">${steps.map(
    (step) =>
      html`<li class="${MARK_OF[step.state]}">${icon(MARK_OF[step.state])}<div><p class="step-name">${say(TEXTS[step.state])}${colon}${step.name}</p>${paragraph(step.finding)}<p class="clause">${step.clause}</p></div></li>`,
  )}</ol>`;
}

export type Fact = { readonly name: string; readonly value: HtmlValue };

/** Key and value; an empty value says so. */
export function facts(lang: Lang, rows: readonly Fact[]): Html {
  const blank = sayIn(lang)(TEXTS.blank);
  const shown = (value: HtmlValue): HtmlValue =>
    value === null || value === undefined || value === '' ? blank : value;
  return html`<dl class="facts">${rows.map((row) => html`<dt>${row.name}</dt><dd>${shown(row.value)}</dd>`)}</dl>`;
}

/** An identifier in groups that are apart for the eye only; copying gives it whole. */
export function identifier(text: string, groupSize?: number): Html {
  const groups = groupSize === undefined ? [text] : (text.match(new RegExp(`.{1,${groupSize}}`, 'g')) ?? [text]);
  return html`<span class="identifier">${groups.map((group) => html`<span class="group">${group}</span>`)}</span>`;
}

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'file';
  readonly value?: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly autocomplete?: string;
  readonly inputmode?: string;
  readonly accept?: string;
  readonly required?: boolean;
};

/** Label above, hint, error, input; hint and error are read out with the field. */
export function field(of: Field): Html {
  const id = `field-${of.name}`;
  const described = [of.hint ? `${id}-hint` : '', of.fault ? `${id}-fault` : '']
    .filter((part) => part !== '')
    .join(' ');
  const input = html`<input id="${id}" name="${of.name}" type="${of.type ?? 'text'}"${attribute('value', of.type === 'password' ? null : of.value)}${attribute('autocomplete', of.autocomplete)}${attribute('inputmode', of.inputmode)}${attribute('accept', of.accept)}${attribute('aria-describedby', described === '' ? null : described)}${attribute('aria-invalid', of.fault ? 'true' : null)}${attribute('autocapitalize', of.type === 'file' ? null : 'none')}${attribute('spellcheck', of.type === 'file' ? null : 'false')}>`;
  return html`<div class="field${of.fault ? ' faulty' : ''}"><label for="${id}">${of.label}</label>${of.hint ? html`<p class="hint" id="${id}-hint">${of.hint}</p>` : null}${of.fault ? html`<p class="fault" id="${id}-fault">${icon('failed')}<span>${of.fault}</span></p>` : null}<div class="with-button">${input}</div></div>`;
}

export type Fault = { readonly field: string; readonly words: string };

/** What stands beside the field of this name. */
export function faultOf(faults: readonly Fault[], name: string): string | undefined {
  return faults.find((fault) => fault.field === name)?.words;
}

/** Above the h1 after a form with faults: the same words as beside the fields, as links in their order. */
export function errorSummary(lang: Lang, faults: readonly Fault[]): Html | null {
  if (faults.length === 0) return null;
  const title = sayIn(lang)(faults.length === 1 ? TEXTS.fault : TEXTS.faults, { n: faults.length });
  return html`<div class="summary" id="summary" tabindex="-1"><div role="alert"><h2>${title}</h2><ul>${faults.map((fault) => html`<li><a href="#field-${fault.field}">${fault.words}</a></li>`)}</ul></div></div>`;
}

/** Gives the summary the focus; part of the script of every page that has a form. */
export const FOCUS_SUMMARY_SCRIPT = "document.getElementById('summary')?.focus();";

export type Crumb = { readonly text: string; readonly href?: string };

export function breadcrumb(lang: Lang, crumbs: readonly Crumb[]): Html {
  return html`<nav class="crumbs" aria-label="${sayIn(lang)(TEXTS.crumbs)}"><ol>${crumbs.map((crumb) =>
    crumb.href === undefined
      ? html`<li><span aria-current="page">${crumb.text}</span></li>`
      : html`<li><a href="${crumb.href}">${crumb.text}</a></li>`,
  )}</ol></nav>`;
}

/** The hidden fields of a form: the token against forged forms and what else must come back. */
export function hiddenFields(values: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(values).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}

export function paragraph(words: HtmlValue): Html | null {
  if (words === null || words === undefined || words === false || words === '') return null;
  return html`<p>${words}</p>`;
}
