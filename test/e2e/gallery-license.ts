// The pages of a holder for the gallery: the wallet, a license, corrections and complaints.
import type { PageFrame } from '../../common/web/frame.ts';
import { correctionPage, reportPage } from '../../license/web/correction-page.ts';
import { licensePage } from '../../license/web/license-page.ts';
import { walletPage } from '../../license/web/wallet-page.ts';
import { AUTHORITY, face, IDENTIFIER, NOW, person } from './gallery-license-kit.ts';

const CURRENT = IDENTIFIER.replace('.001.X', '.002.V');
const version = {
  version: 2,
  operation: 'renew',
  issuedOn: '2026-11-20',
  identifier: CURRENT,
  href: '/gallery/license',
  fileHref: '/file.pdf',
} as const;
const correction = {
  kind: 'correction',
  state: 'open',
  request: '工种应为“食品销售”，申请时填写有误。\n办件编号 CASE-2026-000123。',
  askedAt: NOW,
  answer: null,
  answeredAt: null,
} as const;
const reading = (minutes: number, what: string, why: string) => ({
  at: new Date(NOW.getTime() - minutes * 60_000),
  what,
  why,
});

const license = {
  person,
  identifier: CURRENT,
  name: face.name,
  licenseNumber: face.licenseNumber,
  issuingAuthority: AUTHORITY,
  holders: [{ name: '张三', code: '360102199003077718' }],
  issuedOn: '2026-11-20',
  validFrom: '2026-11-20',
  validTo: '2027-11-19',
  state: 'valid',
  daysLeft: 364,
  stateReason: null,
  stateChangedAt: NOW,
  groups: [
    {
      label: '体检',
      rows: [
        { label: '工种', value: '食品加工' },
        { label: '体检机构', value: '示例市疾病预防控制中心' },
        { label: '体检日期', value: '2026年11月10日' },
        { label: '体检结论', value: '合格' },
      ],
    },
    { label: '其他', rows: [{ label: '备注', value: '限本市使用' }] },
  ],
  presentHref: '/present?license=1',
  fileHref: '/file.pdf',
  currentHref: null,
  versions: [
    version,
    {
      ...version,
      version: 1,
      operation: 'issue',
      issuedOn: '2025-11-20',
      identifier: IDENTIFIER,
      href: '/gallery/license-old',
    },
  ],
  readings: {
    entries: [
      reading(3, '示例市政务服务大厅读取了：证照编号、有效期', '您出示的亮证码'),
      reading(
        90,
        '示例市市场监督管理局读取了：证照编号、有效期、完整姓名或名称',
        '食品经营许可，依据《食品经营许可管理办法》',
      ),
      reading(3000, '示例市政务服务大厅查看了证照文件', '您的授权'),
      reading(
        4000,
        '示例市税务局请求读取，被系统拒绝',
        '原因：没有持证人授权，也没有登记的法律依据；事由：核定税额时核对从业资格',
      ),
    ],
    olderHref: '/gallery/license?before=1',
    newestHref: null,
  },
  consents: [{ unit: '示例市市场监督管理局', what: '证照编号、有效期截止日期', until: NOW, href: '/consents/1' }],
  consentsHref: '/consents',
  corrections: [
    correction,
    { ...correction, kind: 'complaint', state: 'granted', answer: '已核实，该单位的读取权限已停用。', answeredAt: NOW },
  ],
  correctionHref: '/gallery/correction',
} as const;

const complaint = {
  person,
  action: '/present/prs_0/report',
  text: '',
  fault: null,
  reading: { unit: '示例市政务服务大厅', at: NOW },
  licenses: [face.name],
  backHref: '/licenses',
} as const;
const correctionOf = { name: face.name, href: '/gallery/license', authority: AUTHORITY.name };
const filter = { name: '', state: 'all' } as const;

/** Name -> page. */
export const LICENSE_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  wallet: (frame) =>
    walletPage(frame, {
      person,
      filter,
      waiting: 1,
      news: [
        { at: NOW, what: '食品经营许可证将于2026年12月2日到期' },
        { at: NOW, what: '从业人员健康证明（样例）有了新版本' },
      ],
      licenses: [
        face,
        { ...face, name: '食品经营许可证', daysLeft: 12, validTo: '2026-12-02' },
        { ...face, name: '中华人民共和国特种设备安全管理和作业人员证', state: 'suspended' },
        { ...face, state: 'revoked' },
        { ...face, state: 'expired', daysLeft: -3 },
        { ...face, state: 'cancelled', validTo: '9999-12-31', daysLeft: null },
      ],
    }),
  'wallet-empty': (frame) => walletPage(frame, { person, filter, licenses: [], message: null }),
  'wallet-no-hit': (frame) =>
    walletPage(frame, { person, filter: { name: '结婚', state: 'valid' }, licenses: [face], message: null }),
  'wallet-of-unit': (frame) =>
    walletPage(frame, { person: { ...person, unit: '示例市赣江餐饮管理有限公司' }, filter, licenses: [face] }),
  'wallet-offline': (frame) => walletPage(frame, { person, filter, licenses: [face], asOf: NOW }),
  license: (frame) => licensePage(frame, license),
  'license-plain': (frame) =>
    licensePage(frame, {
      ...license,
      groups: license.groups.slice(0, 1),
      readings: { entries: [], olderHref: null, newestHref: null },
      corrections: [],
      consents: [],
      message: frame.lang === 'zh' ? '纠错申请已提交。' : 'The request was sent.',
    }),
  'license-old': (frame) =>
    licensePage(frame, { ...license, identifier: IDENTIFIER, currentHref: '/gallery/license', presentHref: null }),
  'license-revoked': (frame) =>
    licensePage(frame, { ...license, state: 'revoked', stateReason: '体检结论有误', presentHref: null }),
  'license-suspended': (frame) =>
    licensePage(frame, { ...license, state: 'suspended', stateReason: '复检期间', presentHref: '/present' }),
  correction: (frame) => correctionPage(frame, { ...complaint, license: correctionOf, fault: null }),
  'correction-422': (frame) => correctionPage(frame, { ...complaint, license: correctionOf, fault: 'missing' }),
  report: (frame) => reportPage(frame, complaint),
  'report-unread': (frame) => reportPage(frame, { ...complaint, reading: null }),
};
