// 核验证照 without its file: the two facts that the license type names. Public, whole without script; nothing is kept.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import {
  breadcrumb,
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  identifier,
} from '../../common/web/parts.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { labelWords, typeName } from './license-words.ts';
import { navItems, VERIFY_PATH, VERIFY_SERVICE } from './service.ts';
import { type DayFault, dayFault, dayField } from './state-day.ts';

export type CheckFault = 'fact-missing' | DayFault;

export type CheckPage = {
  /** POST: `identifier`, `fact-1`, `fact-2`, `date`. */
  readonly action: string;
  readonly identifier: string;
  readonly type: Pick<LicenseType, 'name' | 'name_en' | 'verify_facts' | 'fields'>;
  /** As typed: of the two facts in their order, and the date. */
  readonly values: readonly [string, string, string];
  readonly faults: readonly { readonly field: string; readonly kind: CheckFault }[];
};

const TEXTS = {
  title: { zh: '核验证照', en: 'Check a license' },
  lead: {
    zh: '请填写证照上的两项信息。与登记不符时，不会说明哪一项不符。',
    en: 'Enter two entries as the license shows them. If something differs, you are not told which.',
  },
  license: { zh: '{name}', en: '{name}' },
  check: { zh: '开始核验', en: 'Check' },
  missing: { zh: '请填写“{name}”', en: 'Enter "{name}"' },
} satisfies Texts;

const FACT_TEXTS: Readonly<Record<string, Text>> = {
  holder_name: { zh: '持证主体名称', en: 'Name of the holder' },
  holder_code_last4: { zh: '持证主体证件号码后 4 位', en: "Last 4 characters of the holder's ID number" },
  license_number: { zh: '证照编号', en: 'Number' },
  issued_on: { zh: '颁发日期（例如 2026-11-20）', en: 'Issued on (such as 2026-11-20)' },
  valid_to: { zh: '有效期截止日期（例如 2026-11-20，没有则填长期）', en: 'Valid until (such as 2026-11-20, or 长期)' },
};

export function checkPage(frame: PageFrame, props: CheckPage): string {
  const say = sayIn(frame.lang);
  const faults = props.faults.map((fault) => inWords(frame.lang, props, fault));
  const name = typeName(frame.lang, props.type);
  const [first, second, date] = props.values;
  const facts = [first, second].map((value, index) => {
    const of = `fact-${index + 1}`;
    const label = factWords(frame.lang, props.type, props.type.verify_facts[index] ?? '');
    return field({ name: of, label, value, autocomplete: 'off', fault: faultOf(faults, of) });
  });
  return renderPage({
    ...frame,
    service: VERIFY_SERVICE,
    title: say(TEXTS.title),
    home: VERIFY_PATH,
    nav: navItems(frame, 'verify'),
    column: 'task',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}${breadcrumb(frame.lang, [
      { text: say(VERIFY_SERVICE), href: VERIFY_PATH },
      { text: say(TEXTS.title) },
    ])}<h1>${say(TEXTS.title)}</h1><p class="lead">${name}</p><p>${identifier(props.identifier)}</p><p class="hint">${say(TEXTS.lead)}</p>
<form method="post" action="${props.action}" novalidate>${hiddenFields({ identifier: props.identifier })}
${facts}
${dayField(frame.lang, date, faults)}
<div class="actions"><button class="button" type="submit">${say(TEXTS.check)}</button></div></form>`,
  });
}

/** A fact in words; of a field of the type its label. */
export function factWords(lang: Lang, type: Pick<LicenseType, 'fields'>, fact: string): string {
  const text = FACT_TEXTS[fact];
  if (text) return sayIn(lang)(text);
  const found = type.fields.find(({ name }) => `field:${name}` === fact);
  if (!found) return fact;
  return labelWords(lang, found);
}

function inWords(lang: Lang, { type }: CheckPage, { field: name, kind }: CheckPage['faults'][number]): Fault {
  if (kind !== 'fact-missing') return dayFault(lang, kind);
  const fact = type.verify_facts[name === 'fact-1' ? 0 : 1] ?? '';
  return { field: name, words: sayIn(lang)(TEXTS.missing, { name: factWords(lang, type, fact) }) };
}
