// What came of a draft that was issued: the license or its next version, or when it comes, or why not.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, identifier, verdict } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { VersionOperation } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { typeName } from './license-words.ts';
import { VERSION_TEXTS } from './version-words.ts';

const TEXTS = {
  issuedTitle: { zh: '已签发', en: 'Issued' },
  issued: { zh: '已签发，标识 {id}', en: 'Issued, identifier {id}' },
  again: {
    zh: '该办件已签发过，没有重复签发，以下是原证照',
    en: 'Already issued for this case; here it is',
  },
  pending: { zh: '已受理', en: 'Accepted' },
  pendingWhy: {
    zh: '盖章服务暂时没有回应，恢复后自动完成，不必重填。',
    en: 'The seal service does not answer now; we finish by ourselves, nothing has to be typed again.',
  },
  refresh: { zh: '刷新', en: 'Refresh' },
  gaveUp: { zh: '没有签发', en: 'Not issued' },
  versionTitle: { zh: '已{act}', en: '{act}: done' },
  version: { zh: '新版本已生效，标识 {id}', en: 'The new version is in force, identifier {id}' },
  versionAgain: {
    zh: '该办件已办理过，没有重复办理，以下是当时的版本',
    en: 'Already done for this case; here is its version',
  },
  versionGaveUp: {
    zh: '这次办理没有完成，原因：{reason}。请改正后用同一办件编号重新办理。',
    en: 'It was given up: {reason}. Mend it and try again under the same case id.',
  },
  gaveUpWhy: {
    zh: '这次签发没有完成，原因：{reason}。请改正后用同一办件编号重新签发。',
    en: 'The issue was given up: {reason}. Mend it and issue again under the same case id.',
  },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  type: { zh: '证照类型', en: 'License type' },
  case: { zh: '办件编号', en: 'Case id' },
  show: { zh: '查看证照', en: 'See the license' },
  file: { zh: '下载', en: 'Download' },
  next: { zh: '再签发一张', en: 'Issue another' },
} satisfies Texts;

export type IssueDone = {
  readonly type: LicenseType;
  readonly issueId: string;
  readonly operation: VersionOperation;
  readonly caseId: string;
  readonly state: 'done' | 'intended' | 'given_up';
  readonly identifier: string;
  /** The version before; null for a first one. */
  readonly replaces: string | null;
  /** True when the case had its license before. */
  readonly again: boolean;
  /** In the page's language, of what was given up. */
  readonly reason: string;
};

export function issueDonePage(frame: PageFrame, desk: DeskFrame, done: IssueDone): string {
  const say = sayIn(frame.lang);
  const { state } = done;
  const title = state === 'done' ? doneTitle(frame, done) : say(state === 'intended' ? TEXTS.pending : TEXTS.gaveUp);
  return deskPage(frame, desk, {
    place: done.operation === 'issue' ? 'home' : 'licenses',
    title,
    crumbs: [],
    main: html`${conclusion(frame, done)}
${facts(frame.lang, [
  { name: say(TEXTS.type), value: typeName(frame.lang, done.type) },
  { name: say(TEXTS.case), value: identifier(done.caseId) },
  ...(state === 'done' ? [{ name: say(TEXTS.identifier), value: identifier(done.identifier) }] : []),
])}
<div class="actions">${actions(frame, desk, done)}</div>`,
  });
}

function doneTitle({ lang }: PageFrame, { operation }: IssueDone): string {
  const say = sayIn(lang);
  return operation === 'issue'
    ? say(TEXTS.issuedTitle)
    : say(TEXTS.versionTitle, { act: say(VERSION_TEXTS[operation].name) });
}

function conclusion(frame: PageFrame, done: IssueDone): Html {
  const say = sayIn(frame.lang);
  const { state, operation, again, reason, identifier: id } = done;
  const isFirst = operation === 'issue';
  const title = doneTitle(frame, done);
  if (state === 'intended') return verdict({ mark: 'notice', title: say(TEXTS.pending), why: say(TEXTS.pendingWhy) });
  if (state === 'given_up')
    return verdict({
      mark: 'failed',
      title: say(TEXTS.gaveUp),
      why: say(isFirst ? TEXTS.gaveUpWhy : TEXTS.versionGaveUp, { reason }),
    });
  return again
    ? verdict({ mark: 'warning', title, why: say(isFirst ? TEXTS.again : TEXTS.versionAgain) })
    : verdict({ mark: 'passed', title, why: say(isFirst ? TEXTS.issued : TEXTS.version, { id }) });
}

function actions({ lang }: PageFrame, desk: DeskFrame, done: IssueDone): Html {
  const say = sayIn(lang);
  const next =
    done.replaces === null
      ? html`<a class="button plain" href="${deskPath(desk, 'issue', done.type.code)}">${say(TEXTS.next)}</a>`
      : null;
  if (done.state === 'intended')
    return html`<a class="button" href="${deskPath(desk, 'issues', done.issueId)}">${say(TEXTS.refresh)}</a>`;
  if (done.state === 'given_up') {
    return (
      next ??
      html`<a class="button plain" href="${deskPath(desk, 'licenses', done.replaces ?? '')}">${say(TEXTS.show)}</a>`
    );
  }
  const path = deskPath(desk, 'licenses', done.identifier);
  return html`<a class="button" href="${`${path}/file`}" download>${say(TEXTS.file)}</a><a class="button plain" href="${path}">${say(TEXTS.show)}</a>${next}`;
}
