// The pages of the desk on which issued licenses are found, acted upon and complained about, for the gallery.
import type { PageFrame } from '../../common/web/frame.ts';
import type { Correction } from '../../license/domain/correction.ts';
import { deskActPage } from '../../license/web/desk-act-page.ts';
import { deskAnswerPage, deskCorrectionsPage } from '../../license/web/desk-correction-pages.ts';
import { deskSearchPage } from '../../license/web/desk-license-pages.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5F6G7H8J9K0.001.X';
const organisation = { code: '11360100MB0D00010M', name: '示例市卫生健康委员会' };
const desk = { person: { name: '李四', logoutAction: '/logout', csrf: 'token' }, organisation };
const codeTypes = [
  { value: '111', label: '公民身份号码' },
  { value: '001', label: '统一社会信用代码' },
];
const license = {
  identifier: IDENTIFIER,
  name: '从业人员健康证明（样例）',
  licenseNumber: '示例健证（2026）第000123号',
  holders: [{ name: '张三' }],
};
const correction: Correction = {
  correctionId: 'cor_0',
  kind: 'correction',
  licenseId: 'x',
  identifier: IDENTIFIER,
  authorityCode: organisation.code,
  presentationId: null,
  state: 'open',
  askedAt: NOW,
  answeredAt: null,
  answeredBy: null,
  request: '工种应为“食品销售”，申请时填写有误。',
  answer: null,
};
const granted = { ...correction, state: 'granted', kind: 'complaint' } as const;
const act = { act: 'suspend', key: 'k', license, reason: '', isFaulty: false } as const;

export const DESK_LICENSE_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'desk-search': (frame) => deskSearchPage(frame, desk, { words: '', codeTypes, found: null }),
  'desk-search-none': (frame) => deskSearchPage(frame, desk, { words: 'CASE-1', codeTypes, found: [] }),
  'desk-act': (frame) => deskActPage(frame, desk, act),
  'desk-act-422': (frame) => deskActPage(frame, desk, { ...act, act: 'revoke', isFaulty: true }),
  'desk-corrections': (frame) => deskCorrectionsPage(frame, desk, { open: [correction], answered: [granted] }),
  'desk-corrections-empty': (frame) => deskCorrectionsPage(frame, desk, { open: [], answered: [] }),
  'desk-answer': (frame) => deskAnswerPage(frame, desk, { correction, state: '', text: '', isSent: false }),
  'desk-answer-422': (frame) => deskAnswerPage(frame, desk, { correction, state: '', text: '', isSent: true }),
};
