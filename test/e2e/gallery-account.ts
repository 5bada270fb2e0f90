// The pages of the user centre in their states, for the gallery.
import type { PageFrame } from '../../common/web/frame.ts';
import { type HistoryEntry, historyPage } from '../../identity/web/history-page.ts';
import { loginUnfinishedPage } from '../../identity/web/login-unfinished-page.ts';
import { profilePage } from '../../identity/web/profile-page.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const viewer = { name: '张三' };
const formFields = { csrf: 'token', owner: 'token' };

const profile = {
  viewer,
  formFields,
  level: 2,
  name: '张三',
  holderCode: '360***********7718',
  phone: '138****0001',
  uncovered: false,
} as const;

const entry: HistoryEntry = {
  at: NOW,
  system: '不动产登记网上办事大厅',
  method: 'pwd',
  stepUp: false,
  level: 2,
  place: '203.0.113.7',
  device: 'Chrome，Windows',
  here: true,
};
const entries: readonly HistoryEntry[] = Array.from({ length: 20 }, (_, at) => ({
  ...entry,
  at: new Date(NOW.getTime() - at * 7_200_000),
  here: at === 0,
  stepUp: at % 5 === 0,
  ...(at % 5 === 0 ? { method: 'totp', level: 3 } : {}),
  ...(at % 7 === 3 ? { system: null, place: null, device: null } : {}),
}));

const unfinished = { again: '/account', reference: 'req_0123', at: NOW, technical: 'access_denied' };

export const ACCOUNT_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'account-profile': (frame) => profilePage(frame, profile),
  'account-profile-shown': (frame) =>
    profilePage(frame, {
      ...profile,
      level: 4,
      holderCode: '360102199003077718',
      phone: null,
      uncovered: true,
    }),
  'account-history': (frame) => historyPage(frame, { viewer, entries, page: 2, pages: 31 }),
  'account-history-empty': (frame) => historyPage(frame, { viewer, entries: [], page: 1, pages: 1 }),
  'account-not-logged-in': (frame) => loginUnfinishedPage(frame, { ...unfinished, level: null, needed: 2 }),
  'account-level-missing': (frame) => loginUnfinishedPage(frame, { ...unfinished, level: 2, needed: 3 }),
};
