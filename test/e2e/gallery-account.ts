// The pages of the user centre in their states, for the gallery.
import type { PageFrame } from '../../common/web/frame.ts';
import { type AddressPage, addressPage } from '../../identity/web/address-page.ts';
import { consentsPage, type SystemAccess } from '../../identity/web/consents-page.ts';
import { type DeviceSession, devicesPage } from '../../identity/web/devices-page.ts';
import { factorsPage } from '../../identity/web/factors-page.ts';
import { type HistoryEntry, historyPage } from '../../identity/web/history-page.ts';
import { loginUnfinishedPage } from '../../identity/web/login-unfinished-page.ts';
import { newPasswordPage } from '../../identity/web/new-password-page.ts';
import { ownDataPage } from '../../identity/web/own-data-page.ts';
import { profilePage } from '../../identity/web/profile-page.ts';
import { type RecoverIdentityPage, recoverIdentityPage } from '../../identity/web/recover-identity-page.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const viewer = { name: '张三' };
const formFields = { csrf: 'token', owner: 'token' };

const profile = {
  viewer,
  formFields,
  level: 4,
  sessionLevel: 2,
  loginName: 'zhangsan',
  name: '张三',
  mail: 'z***@example.cn',
  holderCode: '360***********7718',
  phone: '138****0001',
  addressKinds: ['phone', 'mail'],
  uncovered: false,
} as const;

const address: AddressPage = {
  ...{ viewer, formFields, kind: 'mail', current: null, isRemovable: false },
  ...{ typed: '', faults: [], sent: null, message: null },
};

const recovery: RecoverIdentityPage = {
  ...{ csrf: 'token', faults: [], trouble: null, ways: [], passkeyOptions: null },
  typed: { name: '张三', codeType: '111', code: '' },
};

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

const SYSTEM = '不动产登记网上办事大厅';
const devices: readonly DeviceSession[] = Array.from({ length: 4 }, (_, at) => ({
  reference: at === 0 ? null : `ref${at}`,
  device: at === 3 ? null : ['Chrome · Windows', '微信 · HarmonyOS', 'Safari · iPhone'][at]!,
  place: at === 3 ? null : '203.0.113.7',
  lastUsedAt: new Date(NOW.getTime() - at * 86_400_000),
  loggedInAt: at === 3 ? null : new Date(NOW.getTime() - at * 90_000_000),
  systems: at === 3 ? [] : [SYSTEM, '医疗保障网上服务平台', '住房公积金查询、提取与贷款全流程网上办理系统（试运行）'],
}));
const access: SystemAccess = {
  clientId: 'shop',
  name: SYSTEM,
  operator: '示例市自然资源和规划局',
  firstParty: false,
  told: { claims: ['name', 'phone_number'], times: 12, lastAt: NOW },
  consent: {
    claims: ['name', 'phone_number', 'holder_code', 'holder_code_type'],
    declined: ['email'],
    offline: true,
    givenAt: new Date('2026-10-01T01:00:00Z'),
    until: new Date('2027-10-01T01:00:00Z'),
    state: 'live',
  },
};
const consents = { viewer, formFields, withdrawnFrom: null };

const unfinished = { again: '/account', reference: 'req_0123', at: NOW, technical: 'access_denied' };

export const ACCOUNT_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'account-profile': (frame) => profilePage(frame, profile),
  'account-profile-shown': (frame) =>
    profilePage(frame, {
      ...profile,
      level: 5,
      sessionLevel: 5,
      loginName: null,
      holderCode: '360102199003077718',
      phone: null,
      mail: null,
      uncovered: true,
    }),
  'account-factors': (frame) =>
    factorsPage(frame, {
      viewer,
      ways: [
        { kind: 'password', entries: [{ label: null, addedAt: null, lastUsedAt: null }], href: '/a' },
        { kind: 'phone', entries: [{ label: '138****0001', addedAt: null, lastUsedAt: null }], href: '/b' },
        { kind: 'totp', entries: [{ label: null, addedAt: NOW, lastUsedAt: NOW }], href: '/c' },
        { kind: 'recovery', entries: Array(8).fill({ label: '', addedAt: NOW, lastUsedAt: null }), href: '/d' },
        {
          kind: 'passkey',
          entries: [
            { label: '我的手机', addedAt: NOW, lastUsedAt: NOW },
            { label: '办公室的一台名字很长很长的台式计算机（备用，放在二楼）', addedAt: NOW, lastUsedAt: null },
          ],
          href: '/e',
        },
        { kind: 'certificate', entries: [], href: '/f' },
      ],
    }),
  'account-phone': (frame) => addressPage(frame, { ...address, kind: 'phone', current: '138****0001' }),
  'account-phone-taken': (frame) =>
    addressPage(frame, { ...address, kind: 'phone', current: '138****0001', message: 'proof-needed' }),
  'account-mail': (frame) => addressPage(frame, { ...address, current: 'z***@example.cn', isRemovable: true }),
  'account-mail-none': (frame) => addressPage(frame, { ...address, message: 'removed' }),
  'account-mail-422': (frame) =>
    addressPage(frame, {
      ...{ ...address, typed: 'zhangsan' },
      faults: [{ field: 'mail', words: '请填写电子邮箱，例如 name@example.cn' }],
    }),
  'account-mail-sent': (frame) =>
    addressPage(frame, {
      ...{
        ...address,
        current: 'z***@example.cn',
        sent: { maskedTo: 'y***@example.cn', expiresAt: NOW, resendAt: NOW },
      },
      faults: [{ field: 'code', words: '验证码不正确或已过期，请重新获取' }],
    }),
  'account-mail-bound': (frame) => addressPage(frame, { ...address, current: 'y***@example.cn', message: 'bound' }),
  'recover-identity': (frame) =>
    recoverIdentityPage(frame, { ...recovery, ways: ['passkey', 'totp', 'recovery', 'face'], passkeyOptions: {} }),
  'recover-identity-422': (frame) =>
    recoverIdentityPage(frame, {
      ...{ ...recovery, ways: ['passkey', 'totp'], passkeyOptions: {}, trouble: { kind: 'refused' } },
      faults: [{ field: 'second', words: '请填写此码，或用其他一种方式核验' }],
    }),
  'recover-identity-passkey': (frame) =>
    recoverIdentityPage(frame, {
      ...{ ...recovery, ways: ['passkey'], passkeyOptions: {} },
      faults: [{ field: 'passkey', words: '请使用通行密钥核验' }],
    }),
  'recover-identity-hall': (frame) => recoverIdentityPage(frame, recovery),
  'account-data': (frame) => ownDataPage(frame, { viewer, formFields }),
  'account-password': (frame) =>
    newPasswordPage(frame, { viewer, formFields, notMe: false, asksCurrent: true, minLength: 8, faults: [] }),
  'account-password-422': (frame) =>
    newPasswordPage(frame, {
      ...{ viewer, formFields, notMe: true, asksCurrent: true, minLength: 8 },
      faults: [
        { field: 'current', kind: 'wrong' },
        { field: 'next', fault: { kind: 'personal' } },
      ],
    }),
  'account-history': (frame) => historyPage(frame, { viewer, entries, page: 2, pages: 31 }),
  'account-history-empty': (frame) => historyPage(frame, { viewer, entries: [], page: 1, pages: 1 }),
  'account-devices': (frame) => devicesPage(frame, { viewer, formFields, sessions: devices, result: null }),
  'account-devices-kicked': (frame) =>
    devicesPage(frame, {
      viewer,
      formFields,
      sessions: devices.slice(0, 1),
      result: { sessions: 3, told: 7, unanswered: 2, newPassword: false },
    }),
  'account-consents': (frame) =>
    consentsPage(frame, {
      ...consents,
      systems: [
        access,
        { ...access, clientId: 'b', firstParty: true, consent: null },
        { ...access, clientId: 'c', told: null, consent: { ...access.consent!, declined: [], state: 'withdrawn' } },
        { ...access, clientId: 'd', operator: null, consent: { ...access.consent!, offline: false, state: 'over' } },
      ],
      withdrawnFrom: SYSTEM,
    }),
  'account-consents-empty': (frame) => consentsPage(frame, { ...consents, systems: [] }),
  'account-consents-30': (frame) =>
    consentsPage(frame, {
      ...consents,
      systems: Array.from({ length: 30 }, (_, at) => ({ ...access, clientId: `s${at}` })),
    }),
  'account-not-logged-in': (frame) => loginUnfinishedPage(frame, { ...unfinished, level: null, needed: 2 }),
  'account-level-missing': (frame) => loginUnfinishedPage(frame, { ...unfinished, level: 2, needed: 3 }),
};
