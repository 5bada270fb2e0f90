// The fields of forms that are made from license types, beside those of common/web/parts.ts: a choice as radio buttons up to
// six options and as a list above, a text of several lines. Label, hint, error, control: all are read out with the control.
import { attribute, type Html, html } from '../../common/web/html.ts';
import { icon } from '../../common/web/icons.ts';
import type { Choice } from '../../common/web/records.ts';

type Control = {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
};
/** `blank`: the words of the option that leaves the field empty; left out where one must be chosen. */
export type ChoiceField = Control & { readonly choices: readonly Choice[]; readonly blank?: string | undefined };

const MOST_RADIOS = 6;

export function choiceField(of: ChoiceField): Html {
  const blank = of.blank === undefined ? [] : [{ value: '', label: of.blank }];
  return of.choices.length <= MOST_RADIOS
    ? radioField(of, [...of.choices, ...blank])
    : listField(of, [...blank, ...of.choices]);
}

export function textArea(of: Control & { readonly rows?: number }): Html {
  const id = `field-${of.name}`;
  const control = html`<textarea id="${id}" name="${of.name}" rows="${of.rows ?? 3}"${describedBy(of)}>${of.value}</textarea>`;
  return html`<div class="${classOf(of)}"><label for="${id}">${of.label}</label>${words(of)}${control}</div>`;
}

function radioField(of: ChoiceField, choices: readonly Choice[]): Html {
  const radio = ({ value, label }: Choice, index: number): Html =>
    html`<label class="choice"><input type="radio" name="${of.name}" value="${value}"${attribute('id', index === 0 ? `field-${of.name}` : null)}${attribute('checked', value === of.value)}><span>${label}</span></label>`;
  return html`<fieldset class="${classOf(of)}"${describedBy(of)}><legend>${of.label}</legend>${words(of)}${choices.map(radio)}</fieldset>`;
}

function listField(of: ChoiceField, choices: readonly Choice[]): Html {
  const id = `field-${of.name}`;
  const option = ({ value, label }: Choice): Html =>
    html`<option value="${value}"${attribute('selected', value === of.value)}>${label}</option>`;
  return html`<div class="${classOf(of)}"><label for="${id}">${of.label}</label>${words(of)}<select id="${id}" name="${of.name}"${describedBy(of)}>${choices.map(option)}</select></div>`;
}

const classOf = ({ fault }: Control): string => (fault === undefined ? 'field' : 'field faulty');

function words({ name, hint, fault }: Control): Html {
  const id = `field-${name}`;
  return html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : null}${fault ? html`<p class="fault" id="${id}-fault">${icon('failed')}<span>${fault}</span></p>` : null}`;
}

function describedBy({ name, hint, fault }: Control): Html {
  const ids = [hint ? `field-${name}-hint` : '', fault ? `field-${name}-fault` : ''].filter((id) => id !== '');
  return html`${attribute('aria-describedby', ids.length === 0 ? null : ids.join(' '))}${attribute('aria-invalid', fault ? 'true' : null)}`;
}
