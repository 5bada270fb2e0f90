// The pages of the user centre in their states, for the gallery.
import type { PageFrame } from '../../common/web/frame.ts';
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
  'account-not-logged-in': (frame) => loginUnfinishedPage(frame, { ...unfinished, level: null, needed: 2 }),
  'account-level-missing': (frame) => loginUnfinishedPage(frame, { ...unfinished, level: 2, needed: 3 }),
};
