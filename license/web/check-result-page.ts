// 核验证照, the answer: state first, then what license it is, and of its holder no more than the QR code of the face gives.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { facts, identifier, phrases, verdict } from '../../common/web/parts.ts';
import { formatDateTime, formatIsoDate, sayIn, type Texts } from '../../common/web/texts.ts';
import type { LicenseState } from '../domain/license-states.ts';
import { listWords, STATE_TEXTS, stateMark, stateWord } from './license-words.ts';
import { navItems, VERIFY_PATH, VERIFY_SERVICE } from './service.ts';

export type CheckResultPage = {
  /** Null: no such license, or something that was shown is wrong. */
  readonly license: {
    readonly identifier: string;
    readonly isCurrent: boolean;
    readonly name: string;
    readonly authority: string;
    readonly state: LicenseState;
    readonly stateAt: { readonly date: string; readonly state: LicenseState | null } | null;
    readonly holders: readonly string[] | null;
    /** In words: what was shown. */
    readonly shown: readonly string[];
  } | null;
  readonly now: Date;
};

const TEXTS = {
  valid: { zh: '证照有效', en: 'The license is valid' },
  other: { zh: '证照{state}', en: 'The license is {state}' },
  older: { zh: '这是证照的旧版本，|已有新版本', en: 'An earlier version: |a later one took its place' },
  none: { zh: '没有这张证照，|或所填信息不符', en: 'No such license, |or something entered is wrong' },
  noneWhy: {
    zh: '为保护持证主体，不说明是哪一项不符。请对照证照逐字核对后再试。',
    en: 'To protect the holder you are not told which. Compare with the license, character by character.',
  },
  asOf: { zh: '截至 {time}', en: 'As of {time}' },
  olderNext: { zh: '请向持证主体索取现行版本。', en: 'Ask the holder for the current version.' },
  stateNext: {
    zh: '请勿凭它办理；有疑问的，请向颁发机构核实。',
    en: 'Do not rely on it; if in doubt, ask the issuing authority.',
  },
  sealHint: {
    zh: '这里只核验证照登记的状态。要核验电子签章，请上传证照文件。',
    en: 'This is the state on record. To check the electronic seal, upload the file.',
  },
  name: { zh: '证照名称', en: 'License' },
  authority: { zh: '颁发机构', en: 'Issued by' },
  holder: { zh: '持证主体', en: 'Holder' },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  on: { zh: '{date}的状态', en: 'State on {date}' },
  notIssued: { zh: '当时尚未签发', en: 'Not issued then' },
  stateNow: { zh: '当前状态', en: 'State now' },
  shown: { zh: '核对一致的内容', en: 'What agrees' },
  again: { zh: '再验一份', en: 'Check another' },
} satisfies Texts;

export function checkResultPage(frame: PageFrame, { license, now }: CheckResultPage): string {
  const say = sayIn(frame.lang);
  const title = license === null ? say(TEXTS.none) : titleOf(frame, license);
  const why = license === null ? say(TEXTS.noneWhy) : say(TEXTS.asOf, { time: formatDateTime(frame.lang, now) });
  const mark = license === null || !license.isCurrent ? 'unknown' : stateMark({ state: license.state, daysLeft: null });
  return renderPage({
    ...frame,
    service: VERIFY_SERVICE,
    title: title.replace('|', ''),
    home: VERIFY_PATH,
    nav: navItems(frame, 'verify'),
    now,
    main: html`${verdict({ mark, title: phrases(...title.split('|')), why, next: license && nextOf(frame, license) })}
${license === null ? null : html`<div class="card">${facts(frame.lang, rowsOf(frame, license))}</div><p class="hint">${say(TEXTS.sealHint)}</p>`}
<p class="actions"><a class="button" href="${VERIFY_PATH}">${say(TEXTS.again)}</a></p>`,
  });
}

type Checked = NonNullable<CheckResultPage['license']>;

/** What to do with one that is not to be relied on; a state that ended it counts before its age. */
function nextOf({ lang }: PageFrame, { state, isCurrent }: Checked): string | null {
  if (state !== 'valid') return sayIn(lang)(TEXTS.stateNext);
  return isCurrent ? null : sayIn(lang)(TEXTS.olderNext);
}

function titleOf(frame: PageFrame, { state, isCurrent }: Checked): string {
  const say = sayIn(frame.lang);
  if (!isCurrent) return say(TEXTS.older);
  if (state === 'valid') return say(TEXTS.valid);
  return say(TEXTS.other, { state: stateWord(frame.lang, state) });
}

function rowsOf(frame: PageFrame, license: Checked) {
  const say = sayIn(frame.lang);
  const { stateAt, holders } = license;
  return [
    { name: say(TEXTS.name), value: license.name },
    { name: say(TEXTS.authority), value: license.authority },
    ...(holders === null ? [] : [{ name: say(TEXTS.holder), value: listWords(frame.lang, holders) }]),
    { name: say(TEXTS.identifier), value: identifier(license.identifier) },
    { name: say(TEXTS.stateNow), value: say(STATE_TEXTS[license.state]) },
    ...(stateAt === null
      ? []
      : [
          {
            name: say(TEXTS.on, { date: formatIsoDate(frame.lang, stateAt.date) }),
            value: stateAt.state === null ? say(TEXTS.notIssued) : say(STATE_TEXTS[stateAt.state]),
          },
        ]),
    ...(license.shown.length === 0 ? [] : [{ name: say(TEXTS.shown), value: listWords(frame.lang, license.shown) }]),
  ];
}
