// HTML as values: the tag escapes everything that is put into it, so a page cannot be broken out of by what it shows.
// Only literal templates and `trustedHtml` (our own SVG and scripts) are taken as they are. It does not parse HTML.

const MARKUP: unique symbol = Symbol('html');

/** Markup that is safe to send. */
export type Html = { readonly [MARKUP]: string };

/** What may stand in a template: text is escaped, markup kept, lists joined, nothing (null, undefined, false) left out. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for elements and for attributes in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/**
 * Tagged template. Attribute values must be in double quotes; an address (href, action, src) must be relative or http(s).
 * Throws for a template that breaks these rules: that is a mistake of ours, not of the caller's.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const isAddress = addressesOf(strings);
  let text = strings[0] ?? '';
  for (let index = 0; index < values.length; index += 1) {
    text += isAddress[index] ? escapeHtml(checkAddress(values[index])) : render(values[index]);
    text += strings[index + 1] ?? '';
  }
  return { [MARKUP]: text };
}

/** Of each template, once: whether an address is put in at each place. */
const addresses = new WeakMap<TemplateStringsArray, readonly boolean[]>();

function addressesOf(strings: TemplateStringsArray): readonly boolean[] {
  const known = addresses.get(strings);
  if (known !== undefined) return known;
  const found = strings.slice(0, -1).map((before) => {
    if (/=\s*$/.test(before)) throw new Error(`attribute value without quotes after: ${before.slice(-40)}`);
    return /\s(href|action|src|formaction)="$/.test(before);
  });
  addresses.set(strings, found);
  return found;
}

/** Our own markup as it is: SVG paths, script text. Never anything that came from outside. */
export function trustedHtml(markup: string): Html {
  return { [MARKUP]: markup };
}

/** The markup itself, for sending. */
export function toMarkup(value: Html): string {
  return value[MARKUP];
}

/** ` name="value"` with its leading blank; nothing for null, undefined and false; the bare name for true. */
export function attribute(name: string, value: string | number | boolean | null | undefined): Html {
  if (value === null || value === undefined || value === false) return trustedHtml('');
  return trustedHtml(value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`);
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (isMarkup(value)) return value[MARKUP];
  return value.map(render).join('');
}

function isMarkup(value: Html | readonly HtmlValue[]): value is Html {
  return MARKUP in value;
}

function checkAddress(value: HtmlValue): string {
  if (typeof value !== 'string') throw new Error('an address must be a text');
  const scheme = /^[\x00-\x20]*([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    throw new Error(`an address with scheme ${scheme}`);
  return value;
}
