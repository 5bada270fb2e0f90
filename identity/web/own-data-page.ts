// 我的数据: what the download holds, who should see it, and the button. The file itself is JSON.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';

export type OwnDataPage = { readonly viewer: Viewer; readonly formFields: Readonly<Record<string, string>> };

const TEXTS = {
  title: { zh: '我的数据', en: 'My data' },
  lead: {
    zh: '下载统一登录保存的关于您的全部数据，一个 JSON 文件。',
    en: 'Download everything that the shared login holds about you, in one JSON file.',
  },
  holds: { zh: '文件包含', en: 'The file holds' },
  person: {
    zh: '姓名、证件号码、手机号、电子邮箱，均为完整内容',
    en: 'Your name, ID number, phone and mail address, in full',
  },
  ways: { zh: '登录方式、用过的设备、现在的登录', en: 'Ways to log in, devices used, present logins' },
  history: { zh: '登录记录和操作记录', en: 'Login history and what was done with the account' },
  shared: { zh: '各系统得到过什么，您同意过什么', en: 'What each system was told and what you agreed to' },
  roles: { zh: '核验记录、代表的单位和工作角色', en: 'Proofs of identity, units you represent, roles at work' },
  without: {
    zh: '不含密码和密钥；证照和业务数据在各业务系统，请向其索取。',
    en: 'No passwords or keys. Licenses and matters lie with the systems concerned; ask them.',
  },
  careful: {
    zh: '文件里有您的证件号码。请只存在自己的设备上，不要转发；每次下载都会留下记录。',
    en: 'The file holds your ID number. Keep it on your own device and do not pass it on; each download is recorded.',
  },
  download: { zh: '下载我的数据', en: 'Download my data' },
} satisfies Texts;

export function ownDataPage(frame: PageFrame, { viewer, formFields }: OwnDataPage): string {
  const say = sayIn(frame.lang);
  const parts = [TEXTS.person, TEXTS.ways, TEXTS.history, TEXTS.shared, TEXTS.roles];
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer,
    current: '/account',
    main: html`<h1>${say(TEXTS.title)}</h1>
<p class="lead">${say(TEXTS.lead)}</p>
<div class="card"><h2>${say(TEXTS.holds)}</h2><ul>${parts.map((part) => html`<li>${say(part)}</li>`)}</ul>
<p class="hint">${say(TEXTS.without)}</p></div>
<p>${say(TEXTS.careful)}</p>
<form method="post" action="/account/data" class="actions">${hiddenFields(formFields)}
<button class="button" type="submit">${say(TEXTS.download)}</button></form>`,
  });
}
