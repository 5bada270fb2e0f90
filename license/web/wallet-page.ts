// 我的证照: the holder's licenses, valid ones first, those that are over folded below.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { facts, identifier, notice } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { dateWords, isExpiring, type StateView, stateMark, stateTag } from './license-words.ts';
import { navItems, type Person, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

export type WalletLicense = StateView & {
  /** Page of this license. */
  readonly href: string;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: string;
  /** YYYY-MM-DD */
  readonly validTo: string;
};

export type WalletPage = {
  readonly person: Person;
  readonly licenses: readonly WalletLicense[];
  /** Said once, after an act that ended here. */
  readonly message?: string | null;
};

const TEXTS = {
  none: {
    zh: '没有查到您的证照。刚办结的，几秒内会出现；仍没有的，请向发证机关查询。',
    en: 'No licenses found. New ones appear within seconds; otherwise ask the issuing authority.',
  },
  number: { zh: '证照编号', en: 'Number' },
  authority: { zh: '颁发机构', en: 'Issued by' },
  until: { zh: '有效期至', en: 'Valid until' },
  over: { zh: '已失效的证照（{n}）', en: 'No longer valid ({n})' },
  expiring: {
    zh: '有 {n} 张证照即将到期，请及时向颁发机构申请换发。',
    en: '{n} of your licenses expire soon; ask the issuing authority for a renewal.',
  },
  suspended: {
    zh: '有 {n} 张证照被暂扣，原因见证照详情。',
    en: '{n} of your licenses are suspended; the reason is on the page of the license.',
  },
} satisfies Texts;

const OVER: ReadonlySet<string> = new Set(['expired', 'revoked', 'cancelled']);

export function walletPage(frame: PageFrame, { person, licenses, message }: WalletPage): string {
  const say = sayIn(frame.lang);
  const current = licenses.filter((license) => !OVER.has(license.state));
  const over = licenses.filter((license) => OVER.has(license.state));
  const expiring = current.filter(isExpiring).length;
  const suspended = current.filter((license) => license.state === 'suspended').length;
  const warning = (words: string) => notice({ mark: 'warning', words: html`<p>${words}</p>` });
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: say(WALLET_SERVICE),
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet'),
    user: personPart(frame, person),
    main: html`${message ? notice({ mark: 'passed', words: html`<p>${message}</p>`, role: 'status' }) : null}
<h1>${say(WALLET_SERVICE)}</h1>
${suspended > 0 ? warning(say(TEXTS.suspended, { n: suspended })) : null}
${expiring > 0 ? warning(say(TEXTS.expiring, { n: expiring })) : null}
${licenses.length === 0 ? html`<p>${say(TEXTS.none)}</p>` : null}
${current.length > 0 ? faces(frame, current) : null}
${over.length > 0 ? html`<details${current.length === 0 ? html` open` : null}><summary>${say(TEXTS.over, { n: over.length })}</summary>${faces(frame, over)}</details>` : null}`,
  });
}

function faces(frame: PageFrame, licenses: readonly WalletLicense[]): Html {
  return html`<ul class="faces">${licenses.map((license) => html`<li>${face(frame, license)}</li>`)}</ul>`;
}

function face(frame: PageFrame, license: WalletLicense): Html {
  const say = sayIn(frame.lang);
  const rows = [
    { name: say(TEXTS.number), value: identifier(license.licenseNumber) },
    { name: say(TEXTS.authority), value: license.issuingAuthority },
    { name: say(TEXTS.until), value: html`<span class="figures">${dateWords(frame.lang, license.validTo)}</span>` },
  ];
  return html`<div class="face ${stateMark(license)}"><div class="face-head"><h2 class="face-name"><a class="whole" href="${license.href}">${license.name}</a></h2>${stateTag(frame.lang, license)}</div>${facts(frame.lang, rows)}</div>`;
}
