// Fields that only forms of administrators have: lines of text, boxes to tick, one of a few, a date in three boxes, a reason.
import { attribute, type Html, html } from '../../../common/web/html.ts';
import { icon } from '../../../common/web/icons.ts';
import { type Fault, faultOf, field } from '../../../common/web/parts.ts';
import { type Lang, sayIn, type Texts } from '../../../common/web/texts.ts';

const TEXTS = {
  reason: { zh: '原因', en: 'Reason' },
  reasonHint: {
    zh: '记入操作记录，4 至 500 字；请勿填写证件号码、手机号',
    en: 'Goes into the audit log, 4 to 500 characters; no document or phone numbers',
  },
  reasonFault: { zh: '请填写原因，4 至 500 字', en: 'State a reason of 4 to 500 characters' },
  year: { zh: '年', en: 'Year' },
  month: { zh: '月', en: 'Month' },
  day: { zh: '日', en: 'Day' },
} satisfies Texts;

export function reasonField(lang: Lang, faults: readonly Fault[], value = ''): Html {
  const say = sayIn(lang);
  return field({
    name: 'reason',
    label: say(TEXTS.reason),
    hint: say(TEXTS.reasonHint),
    value,
    fault: faultOf(faults, 'reason'),
  });
}

export function reasonFault(lang: Lang): Fault {
  return { field: 'reason', words: sayIn(lang)(TEXTS.reasonFault) };
}

type Labelled = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
};

/** Several lines: one entry a line. */
export function textArea(of: Labelled & { readonly value: string; readonly rows: number }): Html {
  const id = `field-${of.name}`;
  return html`<div class="field${of.fault ? ' faulty' : ''}"><label for="${id}">${of.label}</label>${hintAndFault(of)}<textarea id="${id}" name="${of.name}" rows="${of.rows}"${describedBy(of)}${attribute('aria-invalid', of.fault ? 'true' : null)} autocapitalize="none" spellcheck="false">${of.value}</textarea></div>`;
}

export type Option = { readonly value: string; readonly label: string; readonly hint?: string };

/** Boxes named `NAME.VALUE`, each sent as `on`: a form reader that keeps one value a name loses none. */
export function checkboxes(
  of: Labelled & { readonly options: readonly Option[]; readonly chosen: readonly string[] },
): Html {
  return group(
    of,
    of.options.map(({ value, label, hint }, at) =>
      choice({
        input: html`<input type="checkbox"${attribute('id', at === 0 ? `field-${of.name}` : null)} name="${`${of.name}.${value}`}"${attribute('checked', of.chosen.includes(value))}>`,
        label,
        hint,
      }),
    ),
  );
}

/** One of at most six. */
export function radios(of: Labelled & { readonly options: readonly Option[]; readonly chosen: string }): Html {
  return group(
    of,
    of.options.map(({ value, label, hint }, at) =>
      choice({
        input: html`<input type="radio"${attribute('id', at === 0 ? `field-${of.name}` : null)} name="${of.name}" value="${value}"${attribute('checked', value === of.chosen)}>`,
        label,
        hint,
      }),
    ),
  );
}

/** The boxes of `checkboxes` that were ticked. */
export function readTicked(form: Readonly<Record<string, string>>, name: string): readonly string[] {
  return Object.keys(form).flatMap((key) => (key.startsWith(`${name}.`) ? [key.slice(name.length + 1)] : []));
}

/** `2026-11-20` as three boxes `NAME-year`, `NAME-month`, `NAME-day`. */
export function dateFields(lang: Lang, of: Labelled & { readonly values: Readonly<Record<string, string>> }): Html {
  const say = sayIn(lang);
  const box = (part: 'year' | 'month' | 'day') => {
    const name = `${of.name}-${part}`;
    const id = part === 'year' ? `field-${of.name}` : `field-${name}`;
    return html`<div><label for="${id}">${say(TEXTS[part])}</label><input id="${id}" name="${name}" type="text" inputmode="numeric" value="${of.values[name] ?? ''}"></div>`;
  };
  return group(of, [html`<div class="with-button">${box('year')}${box('month')}${box('day')}</div>`]);
}

function group(of: Labelled, choices: readonly Html[]): Html {
  return html`<fieldset class="field cards${of.fault ? ' faulty' : ''}"${describedBy(of)}><legend>${of.label}</legend>${hintAndFault(of)}${choices}</fieldset>`;
}

function choice(of: { readonly input: Html; readonly label: string; readonly hint: string | undefined }): Html {
  return html`<label class="choice">${of.input}<span>${of.label}${of.hint ? html` <span class="hint small">${of.hint}</span>` : null}</span></label>`;
}

function hintAndFault({ name, hint, fault }: Labelled): Html {
  const id = `field-${name}`;
  return html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : null}${fault ? html`<p class="fault" id="${id}-fault">${icon('failed')}<span>${fault}</span></p>` : null}`;
}

function describedBy({ name, hint, fault }: Labelled): Html {
  const ids = [hint ? `field-${name}-hint` : '', fault ? `field-${name}-fault` : ''].filter((id) => id !== '');
  return attribute('aria-describedby', ids.length === 0 ? null : ids.join(' '));
}
