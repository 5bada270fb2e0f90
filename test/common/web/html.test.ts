// Auto-escaping: whatever is put into a template, the markup around it stays what was written.
import test from 'ava';
import fc from 'fast-check';
import { attribute, escapeHtml, html, toMarkup, trustedHtml } from '../../../common/web/html.ts';

/** What a browser reads back from escaped text. */
function unescapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => names[name] ?? '');
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>',
    '"><img src=x onerror=1>',
    "' onmouseover='1",
    '</title>',
    '<!--',
    '&lt;',
    ']]>',
    '\u2028',
  ),
);

test('no text put into an element or an attribute leaves its place, and every text comes back as it was', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(nasty, nasty, (text, value) => {
        const markup = toMarkup(html`<p title="${value}">${text}</p>`);
        const match = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(markup);
        return match !== null && unescapeHtml(match[1] ?? '') === value && unescapeHtml(match[2] ?? '') === text;
      }),
    ),
  );
});

test('markup is kept, lists are joined, nothing is left out, numbers are written', (t) => {
  const item = (text: string) => html`<li>${text}</li>`;
  t.is(
    toMarkup(html`<ul>${['a', '<b>'].map(item)}</ul>${null}${undefined}${false}${0}`),
    '<ul><li>a</li><li>&lt;b&gt;</li></ul>0',
  );
  t.is(toMarkup(html`${trustedHtml('<hr>')}`), '<hr>');
});

test('an object that looks like markup but was not made here is not taken', (t) => {
  const forged = { markup: '<script>' } as unknown as string;
  t.throws(() => html`${forged}`);
});

test('an attribute without quotes is refused, and so is an address that runs script', (t) => {
  t.throws(() => html`<p title=${'a'}>`, { message: /quotes/ });
  for (const bad of [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    '\u0001javascript:1',
    'data:text/html,x',
    'vbscript:x',
  ]) {
    t.throws(() => html`<a href="${bad}">`, { message: /scheme/ });
    t.throws(() => html`<form action="${bad}">`, { message: /scheme/ });
  }
  for (const good of ['/a?b=1&c=2', 'https://a.example/', '#x', 'a:b'.slice(2)])
    t.notThrows(() => html`<a href="${good}">`);
});

test('attribute() escapes its value, drops null and false, writes true as a bare name', (t) => {
  t.is(toMarkup(attribute('value', '"<')), ' value="&quot;&lt;"');
  t.is(toMarkup(attribute('value', '')), ' value=""');
  t.is(toMarkup(html`<a${attribute('hidden', true)}${attribute('b', false)}${attribute('c', null)}>`), '<a hidden>');
  t.is(escapeHtml('&<>"\''), '&amp;&lt;&gt;&quot;&#39;');
});
