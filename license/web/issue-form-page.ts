// 签发: the form of a license that is to be (draft-form.ts).
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { errorSummary, FOCUS_SUMMARY_SCRIPT, notice } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { DraftContent, DraftFault } from '../domain/draft.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { draftFaults, draftForm } from './draft-form.ts';
import { typeName } from './license-words.ts';

const TEXTS = {
  title: { zh: '签发{type}', en: 'Issue: {type}' },
  lead: {
    zh: '填好后先核对，确认无误再签发并盖章。没填完可以先保存草稿。',
    en: 'Fill in, review, then issue and seal. You can save a draft at any time.',
  },
} satisfies Texts;

export type IssueForm = {
  readonly type: LicenseType;
  readonly draftId: string;
  readonly content: DraftContent;
  /** How many holders the form has room for. */
  readonly holders: number;
  readonly faults: readonly DraftFault[];
};

export function issueFormPage(frame: PageFrame, desk: DeskFrame, { faults, ...form }: IssueForm): string {
  const say = sayIn(frame.lang);
  const { type } = form;
  const title = say(TEXTS.title, { type: typeName(frame.lang, type) });
  const words = draftFaults(frame, type, faults);
  const action = deskPath(desk, 'issue', type.code);
  return deskPage(frame, desk, {
    place: 'home',
    title,
    crumbs: [],
    faulty: words.length > 0,
    ...(words.length > 0 ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(frame.lang, words)}<h1>${title}</h1>${notice({ mark: 'notice', words: say(TEXTS.lead) })}
${draftForm(frame, desk, { ...form, action, words, hints: {}, mayEdit: () => true })}`,
  });
}
