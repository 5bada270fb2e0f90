// 谁看过, one entry in words: {unit} 因“{matter}”读取了：{parts}.
import type { TimelineEntry } from '../../common/web/records.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import { RECORD_PART, VERSIONS_PART } from '../domain/authority-reading.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { ALL_ELEMENTS } from '../domain/shared-elements.ts';
import { COMMON_PARTS, fieldOfPart } from '../domain/shown-parts.ts';
import { elementWords } from './element-words.ts';
import { listWords, partWords } from './license-words.ts';
import { refusalWords } from './refusal-words.ts';

/** As flow/list-readings.ts gives it. */
export type ReadingView = {
  readonly at: Date;
  readonly kind: 'read' | 'file-read' | 'redeemed' | 'shared' | 'annotated' | 'refused';
  readonly organisation: string | null;
  readonly organisationName: string | null;
  readonly ground: string;
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly fields: readonly string[];
  /** Of a refusal. */
  readonly reason: string | null;
};

const TEXTS = {
  read: { zh: '{unit}读取了：{what}', en: '{unit} read: {what}' },
  redeemed: { zh: '{unit}读取了您出示的：{what}', en: '{unit} read what you showed: {what}' },
  shared: { zh: '{unit}读取了：{what}', en: '{unit} read: {what}' },
  'file-read': { zh: '{unit}查看了证照文件', en: '{unit} fetched the file' },
  annotated: { zh: '{unit}取得了一份加注件', en: '{unit} got an annotated copy' },
  refused: { zh: '{unit}请求读取，被系统拒绝', en: '{unit} asked to read and was refused' },
  always: { zh: '证照名称、颁发机构、状态', en: 'name, issuing authority, state' },
  all: { zh: '全部照面信息', en: 'everything on the face' },
  versions: { zh: '历次版本', en: 'its versions' },
  record: { zh: '办理和使用记录', en: 'its record' },
  somebody: { zh: '某单位', en: 'A unit' },
  presentation: { zh: '依据：您出示的亮证码', en: 'Because you showed a presentation code' },
  consent: { zh: '依据：您的授权', en: 'Because you gave access' },
  basis: { zh: '依据：法律规定', en: 'By law' },
  authority: { zh: '颁发机构依职权', en: 'As the issuing authority' },
  holder: { zh: '您本人', en: 'Yourself' },
  because: { zh: '原因：{reason}', en: 'Because: {reason}' },
  why: { zh: '{ground}；事由：{purpose}', en: '{ground}; purpose: {purpose}' },
  purpose: { zh: '{matter}，{purpose}', en: '{matter}, {purpose}' },
} satisfies Texts;

export function readingEntry(lang: Lang, reading: ReadingView, type: LicenseType | null): TimelineEntry {
  const say = sayIn(lang);
  const { at, kind, organisation, organisationName, fields } = reading;
  const unit = organisationName ?? organisation ?? say(TEXTS.somebody);
  const parts = fields.map((name) => toldWords(lang, type, name));
  const what = parts.length === 0 ? say(TEXTS.always) : listWords(lang, parts);
  return { at, what: say(TEXTS[kind], { unit, what }), why: whyWords(lang, reading) };
}

/** What was shown is named by parts, what was shared by elements of GB/T 36903. */
function toldWords(lang: Lang, type: LicenseType | null, name: string): string {
  if (name === ALL_ELEMENTS) return sayIn(lang)(TEXTS.all);
  if (name === VERSIONS_PART || name === RECORD_PART) return sayIn(lang)(TEXTS[name]);
  const isPart = COMMON_PARTS.some((part) => part === name) || fieldOfPart(name) !== null;
  return isPart ? partWords(lang, type, name) : elementWords(lang, name, type?.fields ?? []);
}

const GROUNDS = ['presentation', 'consent', 'basis', 'holder'] as const;

function whyWords(lang: Lang, { kind, ground, purpose, matter, reason }: ReadingView): string {
  const say = sayIn(lang);
  const carried = say(TEXTS[GROUNDS.find((known) => known === ground) ?? 'authority']);
  const words = kind === 'refused' ? say(TEXTS.because, { reason: refusalWords(lang, reason ?? '') }) : carried;
  const cause = matter !== null && purpose !== null ? say(TEXTS.purpose, { matter, purpose }) : (matter ?? purpose);
  return cause === null ? words : say(TEXTS.why, { ground: words, purpose: cause });
}
