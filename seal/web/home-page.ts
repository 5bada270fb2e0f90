// The first page of the seal room: what anybody can do here, and where programs begin.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { REFERENCE_PATH, SEAL_SERVICE, VERIFY_PATH } from './service.ts';

const TEXTS = {
  title: { zh: '电子印章：盖章与验章', en: 'Electronic seals: sealing and checking' },
  lead: {
    zh: '任何人都可以在这里核对盖章文件的真伪，无需登录；文件十分钟后删除。',
    en: 'Anybody can check here whether a sealed file is genuine, without logging in; files are deleted after ten minutes.',
  },
  verify: { zh: '验章', en: 'Check a file' },
  systems: { zh: '给业务系统', en: 'For business systems' },
  systemsLead: {
    zh: '盖章、验章、查询印章和时间戳都有接口。',
    en: 'Sealing, checking, reading seals and time stamps are open to programs.',
  },
  reference: { zh: '接口文档', en: 'API reference' },
  roots: { zh: '本服务信任的根证书（PEM）', en: 'Root certificates trusted here (PEM)' },
} satisfies Texts;

export function homePage(frame: PageFrame): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: SEAL_SERVICE,
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1>
<p class="lead">${say(TEXTS.lead)}</p>
<p><a class="button" href="${VERIFY_PATH}">${say(TEXTS.verify)}</a></p>
<h2>${say(TEXTS.systems)}</h2>
<p>${say(TEXTS.systemsLead)}</p>
<ul class="links"><li><a class="link" href="${REFERENCE_PATH}">${say(TEXTS.reference)}</a></li><li><a class="link" href="/v1/trust-roots">${say(TEXTS.roots)}</a></li></ul>`,
  });
}
