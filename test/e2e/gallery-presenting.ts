// The pages of 亮证 for the gallery: choosing, the code, what a verifier reads.
import type { PageFrame } from '../../common/web/frame.ts';
import { presentPage } from '../../license/web/present-page.ts';
import { presentationPage } from '../../license/web/presentation-page.ts';
import { redeemPage, redeemResultPage } from '../../license/web/redeem-page.ts';
import { AUTHORITY, face, hall, IDENTIFIER, NOW, person } from './gallery-license-kit.ts';

const item = { name: face.name, parts: ['证照编号', '有效期', '部分隐去的姓名'] } as const;
const presentation = { person, presentationId: 'prs_0', items: [item], now: NOW } as const;
const live = {
  code: 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q',
  digits: '81372046',
  expiresAt: new Date(NOW.getTime() + 60_000),
};
const part = (name: string, label: string, value: string, isTicked: boolean) => ({
  part: name,
  label,
  value,
  isTicked,
});
const presentable = {
  identifier: IDENTIFIER,
  name: face.name,
  licenseNumber: face.licenseNumber,
  state: 'valid',
  daysLeft: 364,
  isChosen: true,
  parts: [
    part('license_number', '证照编号', 'JK-2026-000123', true),
    part('validity', '有效期', '2026年11月20日至2027年11月19日', true),
    part('holder', '部分隐去的姓名', '张*', true),
    part('holder_name', '完整姓名或名称', '张三', false),
    part('holder_code', '证件号码', '360***********7718', false),
    part('field:occupation', '工种', '食品加工', false),
  ],
} as const;
const clerk = { ...person, name: '王五', isVerifier: true };
const redeeming = { person: clerk, organisations: [hall], key: 'key', typed: '', fault: null } as const;
const shown = {
  licenseType: '11100000MB0D000965001',
  typeVersion: 1,
  name: face.name,
  issuingAuthority: AUTHORITY,
  state: 'valid',
  stateSince: NOW,
  licenseNumber: face.licenseNumber,
  validFrom: '2026-11-20',
  validTo: '2027-11-19',
  holders: [{ name: '张*' }],
} as const;
const read = (...states: ('valid' | 'suspended' | 'revoked' | 'expired')[]) => ({
  person: clerk,
  at: NOW,
  organisation: hall.name,
  licenses: states.map((state) => ({ license: { ...shown, state }, type: null, photoHref: null })),
});

/** Name -> page. */
export const PRESENTING_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  present: (frame) =>
    presentPage(frame, {
      person,
      fault: null,
      maxLicenses: 10,
      licenses: [presentable, { ...presentable, name: '食品经营许可证', isChosen: false, daysLeft: 12 }],
    }),
  'present-422': (frame) =>
    presentPage(frame, {
      person,
      fault: 'none-chosen',
      maxLicenses: 10,
      licenses: [
        { ...presentable, isChosen: false },
        { ...presentable, isChosen: false },
      ],
    }),
  'present-none': (frame) => presentPage(frame, { person, fault: null, maxLicenses: 10, licenses: [] }),
  presentation: (frame) => presentationPage(frame, { ...presentation, state: { kind: 'live', live } }),
  'presentation-several': (frame) =>
    presentationPage(frame, {
      ...presentation,
      items: [item, { ...item, name: '食品经营许可证' }],
      state: { kind: 'live', live },
    }),
  'presentation-read': (frame) =>
    presentationPage(frame, { ...presentation, state: { kind: 'read', reading: { unit: hall.name, at: NOW } } }),
  'presentation-expired': (frame) => presentationPage(frame, { ...presentation, state: { kind: 'expired' } }),
  'presentation-stopped': (frame) => presentationPage(frame, { ...presentation, state: { kind: 'stopped' } }),
  redeem: (frame) => redeemPage(frame, redeeming),
  'redeem-two-units': (frame) => redeemPage(frame, { ...redeeming, organisations: [hall, { ...hall, code: '2' }] }),
  'redeem-malformed': (frame) => redeemPage(frame, { ...redeeming, typed: '8137', fault: { kind: 'malformed' } }),
  'redeem-used': (frame) => redeemPage(frame, { ...redeeming, fault: { kind: 'used', at: NOW, unit: hall.name } }),
  'redeem-expired': (frame) => redeemPage(frame, { ...redeeming, fault: { kind: 'expired' } }),
  'redeem-unknown': (frame) => redeemPage(frame, { ...redeeming, fault: { kind: 'unknown' } }),
  'redeem-too-many': (frame) => redeemPage(frame, { ...redeeming, fault: { kind: 'too-many', until: NOW } }),
  'redeemed-valid': (frame) => redeemResultPage(frame, read('valid')),
  'redeemed-suspended': (frame) => redeemResultPage(frame, read('suspended')),
  'redeemed-revoked': (frame) => redeemResultPage(frame, read('revoked')),
  'redeemed-expired': (frame) => redeemResultPage(frame, read('expired')),
  'redeemed-several': (frame) => redeemResultPage(frame, read('valid', 'valid', 'suspended')),
};
