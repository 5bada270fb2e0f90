// Two languages, one table a page: a text that lacks one of them does not compile. `{name}` marks a value. zh is written
// first and is the voice of the house (您, no exclamation marks); en is its twin in sentence case.

export type Lang = 'zh' | 'en';

/** One text in both languages. */
export type Text = { readonly zh: string; readonly en: string };
export type Texts = Readonly<Record<string, Text>>;
export type TextValues = Readonly<Record<string, string | number>>;

/** `say(TEXTS.title, { n: 2 })` in one language. */
export type Say = (text: Text, values?: TextValues) => string;

/** The speaker for a page. Throws when a value that the text names is missing: a page never shows a bare placeholder. */
export function sayIn(lang: Lang): Say {
  return (text, values = {}) => {
    const words = text[lang];
    if (!words.includes('{')) return words;
    return words.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`the text "${text.en}" needs the value ${name}`);
      return String(value);
    });
  };
}

/** The value of the `lang` attribute. */
export function langTag(lang: Lang): string {
  return lang === 'zh' ? 'zh-CN' : 'en';
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// China has one time zone without daylight saving: UTC+8 all year.
const shifted = (time: Date): Date => new Date(time.getTime() + 8 * 3_600_000);
const two = (number: number): string => String(number).padStart(2, '0');

/** `2026年11月20日` / `20 Nov 2026`, in China's time. */
export function formatDate(lang: Lang, time: Date): string {
  const local = shifted(time);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  return lang === 'zh' ? `${year}年${month + 1}月${day}日` : `${day} ${MONTHS[month]} ${year}`;
}

/** A calendar date of the wire, `2026-11-20`, written out; nothing is shifted. */
export function formatIsoDate(lang: Lang, isoDate: string): string {
  const [year = 0, month = 0, day = 0] = isoDate.split('-').map(Number);
  return lang === 'zh' ? `${year}年${month}月${day}日` : `${day} ${MONTHS[month - 1]} ${year}`;
}

/** `2026年11月20日 10:24` / `20 Nov 2026, 10:24`, in China's time. */
export function formatDateTime(lang: Lang, time: Date): string {
  const local = shifted(time);
  return `${formatDate(lang, time)}${lang === 'zh' ? ' ' : ', '}${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

/** `10:24:35`, in China's time. */
export function formatTime(time: Date): string {
  const local = shifted(time);
  return [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
}

/** `10:24`, in China's time. */
export function formatClock(time: Date): string {
  return formatTime(time).slice(0, 5);
}
