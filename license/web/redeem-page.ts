// 核验亮证码: what a verifier who is logged in types or scans, and what he is told: the verdict, then nothing but what the
// holder chose. Every other outcome has words of its own.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import {
  errorSummary,
  type Fact,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  field,
  hiddenFields,
  identifier,
  tag,
  verdict,
} from '../../common/web/parts.ts';
import { formatDate, formatDateTime, formatTime, type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { ShownLicense } from '../domain/shown-parts.ts';
import { dateWords, partWords, periodWords, STATE_TEXTS, valueWords } from './license-words.ts';
import { navItems, type Person, personPart, REDEEM_PATH, REDEEM_SERVICE } from './service.ts';

export type RedeemFault =
  | { readonly kind: 'missing' | 'malformed' }
  | { readonly kind: 'unknown' | 'expired' }
  | { readonly kind: 'used'; readonly at: Date; readonly unit: string }
  | { readonly kind: 'too-many'; readonly until: Date };

export type Organisation = { readonly code: string; readonly name: string };

export type RedeemPage = {
  readonly person: Person;
  /** For which the person can read; he chooses where there are several. */
  readonly organisations: readonly Organisation[];
  /** New for every form: sent twice it is one reading. */
  readonly key: string;
  readonly typed: string;
  readonly fault: RedeemFault | null;
};

export type ResultPage = {
  readonly person: Person;
  readonly at: Date;
  readonly organisation: string;
  readonly licenses: readonly {
    readonly license: ShownLicense;
    readonly type: LicenseType | null;
    readonly photoHref: string | null;
  }[];
};

const TEXTS = {
  lead: {
    zh: '扫描对方手机上的亮证码，或输入码下面的 8 位数字。每个码只能读取一次，对方会看到是{unit}读取的。',
    en: 'Scan the code on the holder’s phone, or type the 8 digits below it. A code can be read once, and the holder sees that {unit} read it.',
  },
  yourUnit: { zh: '您的单位', en: 'your unit' },
  code: { zh: '扫码内容或 8 位数字', en: 'Scanned content or 8 digits' },
  hint: { zh: '扫码枪扫描后会自动填入；空格不影响。', en: 'A scanner fills it in by itself; blanks do no harm.' },
  organisation: { zh: '代表哪个单位读取', en: 'For which unit you read' },
  read: { zh: '读取证照', en: 'Read the license' },
  missing: { zh: '请扫码或输入 8 位数字', en: 'Scan a code or type the 8 digits' },
  malformed: {
    zh: '这不是亮证码。亮证码是二维码里的内容，或 8 位数字',
    en: 'Not a presentation code: it is what the QR code holds, or 8 digits',
  },
  unknown: {
    zh: '没有这个亮证码，请核对数字，或请持证人换一个新码',
    en: 'There is no such code; check the digits, or ask the holder for a new code',
  },
  expired: { zh: '此码已过期，请持证人换一个新码', en: 'Expired, ask the holder for a new code' },
  used: {
    zh: '此码已用过（{time}，由{unit}），请持证人换一个新码',
    en: 'Already used ({time}, {unit}), ask the holder for a new code',
  },
  'too-many': {
    zh: '数字输错太多次，请于 {time} 后再试，或改用扫码',
    en: 'Too many wrong digits; try again at {time}, or scan the code',
  },
  checked: { zh: '核验时间：{time}，读取单位：{unit}', en: 'Checked at {time} by {unit}' },
  onlyThis: { zh: '持证人选择只出示以上内容。', en: 'The holder chose to show only this.' },
  next: { zh: '核验下一张', en: 'Check the next' },
  authority: { zh: '颁发机构', en: 'Issued by' },
  validTitle: { zh: '证照有效', en: 'The license is valid' },
  validAll: { zh: '{n} 张证照均有效', en: 'All {n} licenses are valid' },
  notAll: { zh: '{n} 张证照中有 {m} 张不是有效状态', en: 'Not valid: {m} of {n} licenses' },
  invalidTitle: { zh: '证照{state}', en: 'The license is not valid: {state}' },
  since: { zh: '自 {date}起，由{authority}决定', en: 'Since {date}, by {authority}' },
  notValidNext: {
    zh: '请勿凭不是有效状态的证照办理；有疑问的，请向颁发机构核实。',
    en: 'Do not rely on a license that is not valid; if in doubt, ask the issuing authority.',
  },
  expiredWhy: { zh: '有效期已过，请核对是否已换发新证。', en: 'Its period is over; ask whether there is a new one.' },
  holder: { zh: '持证主体', en: 'Holder' },
  photoOf: { zh: '持证人照片', en: 'Photo of the holder' },
} satisfies Texts;

export function redeemPage(frame: PageFrame, props: RedeemPage): string {
  const say = sayIn(frame.lang);
  const { person, organisations, key, typed, fault } = props;
  const faults = fault === null ? [] : [{ field: 'code', words: faultWords(frame.lang, fault) }];
  const unit = organisations.length === 1 ? organisations[0]!.name : say(TEXTS.yourUnit);
  return renderPage({
    ...frame,
    service: REDEEM_SERVICE,
    title: say(REDEEM_SERVICE),
    home: REDEEM_PATH,
    nav: navItems(frame, 'redeem', person),
    user: personPart(frame, person),
    column: 'task',
    faulty: fault !== null,
    script: fault === null ? "document.getElementById('field-code')?.focus();" : FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${say(REDEEM_SERVICE)}</h1>
<p class="lead">${say(TEXTS.lead, { unit })}</p>
<form method="post" action="${REDEEM_PATH}" novalidate>${hiddenFields({ csrf: person.csrf, key })}
${organisationChoice(frame, organisations)}
${field({ name: 'code', label: say(TEXTS.code), hint: say(TEXTS.hint), value: typed, fault: faults[0]?.words, autocomplete: 'off', inputmode: 'text' })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.read)}</button></div></form>`,
  });
}

/** What was read. The way to the next one has the focus: at a counter the next person waits. */
export function redeemResultPage(frame: PageFrame, props: ResultPage): string {
  const say = sayIn(frame.lang);
  const { licenses, person, at, organisation } = props;
  const { mark, title, why } = conclusion(
    frame.lang,
    licenses.map(({ license }) => license),
  );
  const isAllValid = licenses.every(({ license }) => license.state === 'valid');
  const checked = say(TEXTS.checked, { time: formatDateTime(frame.lang, at), unit: organisation });
  return renderPage({
    ...frame,
    service: REDEEM_SERVICE,
    title,
    home: REDEEM_PATH,
    nav: navItems(frame, 'redeem', person),
    user: personPart(frame, person),
    now: at,
    script: "document.getElementById('next')?.focus();",
    main: html`${verdict({ mark, title, why, next: isAllValid ? checked : html`${say(TEXTS.notValidNext)}<br>${checked}` })}
${licenses.map((row) => licenseCard(frame, row))}
<p class="hint">${say(TEXTS.onlyThis)}</p>
<p class="actions"><a class="button" id="next" href="${REDEEM_PATH}">${say(TEXTS.next)}</a></p>`,
  });
}

function organisationChoice(frame: PageFrame, organisations: readonly Organisation[]): Html {
  const [first] = organisations;
  if (organisations.length === 1 && first !== undefined) return hiddenFields({ organisation: first.code });
  return html`<fieldset class="field"><legend>${sayIn(frame.lang)(TEXTS.organisation)}</legend>${organisations.map(({ code, name }, index) => html`<label class="choice"><input type="radio" name="organisation" value="${code}"${index === 0 ? html` checked` : null}><span>${name}</span></label>`)}</fieldset>`;
}

function faultWords(lang: Lang, fault: RedeemFault): string {
  const say = sayIn(lang);
  if (fault.kind === 'used') return say(TEXTS.used, { time: formatTime(fault.at), unit: fault.unit });
  if (fault.kind === 'too-many') return say(TEXTS['too-many'], { time: formatTime(fault.until) });
  return say(TEXTS[fault.kind]);
}

const MARKS: Readonly<Partial<Record<ShownLicense['state'], Mark>>> = {
  valid: 'passed',
  suspended: 'warning',
  withdrawn: 'failed',
  revoked: 'failed',
};
const markOf = ({ state }: ShownLicense): Mark => MARKS[state] ?? 'unknown';

/** Of several the worst one speaks; which it is, stands on its card. */
function conclusion(
  lang: Lang,
  licenses: readonly ShownLicense[],
): { readonly mark: Mark; readonly title: string; readonly why: string | null } {
  const say = sayIn(lang);
  const order: readonly Mark[] = ['failed', 'warning', 'unknown', 'passed'];
  const [worst] = licenses.toSorted((a, b) => order.indexOf(markOf(a)) - order.indexOf(markOf(b)));
  if (worst === undefined) throw new Error('a redemption shows a license');
  const mark = markOf(worst);
  const n = licenses.length;
  const m = licenses.filter(({ state }) => state !== 'valid').length;
  if (n > 1) return { mark, title: m === 0 ? say(TEXTS.validAll, { n }) : say(TEXTS.notAll, { n, m }), why: null };
  if (worst.state === 'valid') return { mark, title: say(TEXTS.validTitle), why: worst.name };
  const state = say(STATE_TEXTS[worst.state]);
  return { mark, title: say(TEXTS.invalidTitle, { state }), why: sinceWords(lang, worst) };
}

function sinceWords(lang: Lang, { state, stateSince, issuingAuthority }: ShownLicense): string | null {
  const say = sayIn(lang);
  if (state === 'valid') return null;
  if (state === 'expired') return say(TEXTS.expiredWhy);
  return say(TEXTS.since, { date: formatDate(lang, stateSince), authority: issuingAuthority.name });
}

function licenseCard(frame: PageFrame, { license, type, photoHref }: ResultPage['licenses'][number]): Html {
  const say = sayIn(frame.lang);
  const words = say(STATE_TEXTS[license.state]);
  const since = sinceWords(frame.lang, license);
  const photo =
    photoHref === null ? null : html`<img class="photo" src="${photoHref}" alt="${say(TEXTS.photoOf)}" width="120">`;
  return html`<div class="card"><div class="card-head"><h2>${license.name}</h2>${tag(markOf(license), words)}</div>${since === null ? null : html`<p>${since}</p>`}${photo}${facts(frame.lang, rowsOf(frame.lang, license, type))}</div>`;
}

function rowsOf(lang: Lang, license: ShownLicense, type: LicenseType | null): readonly Fact[] {
  const say = sayIn(lang);
  const row = (part: string, value: Fact['value']): Fact => ({ name: partWords(lang, type, part), value });
  const { licenseNumber, validFrom, validTo, issuedOn, holders, fields = {} } = license;
  const ofHolders = (holders ?? []).flatMap(({ name, code }) => [
    { name: say(TEXTS.holder), value: name },
    ...(code === undefined ? [] : [row('holder_code', identifier(code))]),
  ]);
  return [
    ...ofHolders,
    ...(licenseNumber === undefined ? [] : [row('license_number', identifier(licenseNumber))]),
    ...(validFrom === undefined || validTo === undefined
      ? []
      : [row('validity', periodWords(lang, validFrom, validTo))]),
    ...(issuedOn === undefined ? [] : [row('issued_on', dateWords(lang, issuedOn))]),
    ...Object.entries(fields).map(([name, value]) => row(`field:${name}`, valueWords(lang, type, name, value))),
    { name: say(TEXTS.authority), value: license.issuingAuthority.name },
    ...(license.identifier === undefined ? [] : [row('identifier', identifier(license.identifier))]),
  ];
}
