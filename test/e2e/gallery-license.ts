// The pages of the license room for the gallery: the wallet, a license, its presentation, and what a verification comes to.
import type { FileVerification } from '../../common/contract/license.ts';
import type { SignatureReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { codeResultPage } from '../../license/web/code-result-page.ts';
import { correctionPage, reportPage } from '../../license/web/correction-page.ts';
import { licensePage } from '../../license/web/license-page.ts';
import { presentPage } from '../../license/web/present-page.ts';
import { presentationPage } from '../../license/web/presentation-page.ts';
import { redeemPage, redeemResultPage } from '../../license/web/redeem-page.ts';
import { verifyPage } from '../../license/web/verify-page.ts';
import { fileResultPage } from '../../license/web/verify-result-page.ts';
import { walletPage } from '../../license/web/wallet-page.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const person = { name: '张三', logoutAction: '/logout', csrf: 'token' };
const AUTHORITY = { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' };
const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5.001.X';

const face = {
  href: '/gallery/license',
  name: '从业人员健康证明（样例）',
  licenseNumber: 'JK-2026-000123',
  issuingAuthority: AUTHORITY.name,
  validTo: '2027-11-19',
  state: 'valid',
  daysLeft: 364,
} as const;

const version = {
  version: 2,
  operation: 'renew',
  issuedOn: '2026-11-20',
  identifier: IDENTIFIER,
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
  identifier: IDENTIFIER,
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
  versions: [version, { ...version, version: 1, operation: 'issue', issuedOn: '2025-11-20' }],
  readings: {
    entries: [
      reading(3, '示例市政务服务大厅读取了：证照编号、有效期', '您出示的亮证码'),
      reading(
        90,
        '示例市市场监督管理局读取了：证照编号、有效期、完整姓名或名称',
        '食品经营许可，依据《食品经营许可管理办法》',
      ),
      reading(3000, '示例市政务服务大厅查看了证照文件', '您的授权'),
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

const passed = (finding: string) => ({ status: 'passed', finding }) as const;
const seal: SignatureReport = {
  field: 'Signature1',
  container: 'dual',
  indication: 'TOTAL-PASSED',
  sub_indication: null,
  integrity: passed('The digest over the byte range is the signed one.'),
  cryptography: passed('The SM2 signature verifies.'),
  certificate_trust: passed('The chain ends at a trusted root.'),
  seal_status: passed('The signer is listed in the seal.'),
  time: { status: 'indeterminate', finding: 'The time is claimed by the signer.' },
  level: 'B' as const,
  covers_whole_file: true,
  byte_range: [0, 40960, 57344, 2048],
  signing_time: '2026-11-20T02:24:00Z',
  time_source: 'claimed',
  signer: {
    subject: 'CN=36010000000001',
    common_name: '36010000000001',
    organization: `${AUTHORITY.code}${AUTHORITY.name}`,
    serial_number: '0a1b2c',
    valid_from: '2026-01-01T00:00:00Z',
    valid_to: '2029-01-01T00:00:00Z',
  },
  seal: {
    esID: '36010000000001',
    name: AUTHORITY.name,
    version: 4,
    valid_from: '2026-01-01T00:00:00Z',
    valid_to: '2029-01-01T00:00:00Z',
    maker: 'DEV ONLY 制章机构',
    eseal_sm3: '5b'.repeat(32),
  },
  deviations: [],
  steps: [
    { name: 'document-digest', clause: 'GB/T 38540-2020', status: 'passed', finding: 'The digest fits.' },
    { name: 'certificate-chain', clause: 'RFC 5280', status: 'passed', finding: 'Three certificates to the root.' },
    { name: 'certificate-period', clause: 'RFC 5280', status: 'passed', finding: 'Valid at the time of sealing.' },
    { name: 'certificate-revocation', clause: 'RFC 5280', status: 'not_checked', finding: 'No list was given.' },
  ],
};

const passedResult: Omit<FileVerification, 'kind'> = {
  report: {
    indication: 'TOTAL-PASSED',
    sub_indication: null,
    summary: 'One seal, valid.',
    verified_at: NOW.toISOString(),
    file: { size: 123456, sm3: 'ab'.repeat(32) },
    changes_after_sealing: [],
    signatures: [seal],
  },
  license: {
    identifier: IDENTIFIER,
    status: 'valid',
    registered_file: true,
    state_at: null,
    annotated_copy: null,
    as_of: NOW.toISOString(),
    finding: 'Valid.',
  },
};
const failedSeal: SignatureReport = {
  ...seal,
  indication: 'TOTAL-FAILED',
  sub_indication: 'HASH_FAILURE',
  integrity: { status: 'failed', finding: 'The digest differs.' },
  steps: [
    {
      name: 'document-digest',
      clause: 'GB/T 38540-2020',
      status: 'failed',
      finding: 'Expected ab…, found cd….',
      sub_indication: 'HASH_FAILURE',
    },
    ...seal.steps.slice(1).map((step) => ({ ...step, status: 'skipped' as const })),
  ],
};
const unknownSeal: SignatureReport = {
  ...seal,
  indication: 'INDETERMINATE',
  sub_indication: 'NO_CERTIFICATE_CHAIN_FOUND',
  certificate_trust: { status: 'indeterminate', finding: 'No trusted root.' },
};
const { report } = passedResult;
const notLicense = {
  ...passedResult.license,
  identifier: null,
  status: 'not_a_license' as const,
  registered_file: false,
};
const copyUntil = (valid_until: string, is_live: boolean) => ({
  ...passedResult,
  license: { ...passedResult.license, registered_file: false, annotated_copy: { valid_until, is_live } },
});
const results = {
  passed: passedResult,
  revoked: { ...passedResult, license: { ...passedResult.license, status: 'revoked' as const } },
  other: { ...passedResult, license: { ...passedResult.license, registered_file: false } },
  copy: copyUntil('2026-11-27T10:00:00Z', true),
  copyEnded: copyUntil('2026-11-13T10:00:00Z', false),
  failed: {
    ...passedResult,
    report: {
      ...report,
      indication: 'TOTAL-FAILED' as const,
      sub_indication: 'HASH_FAILURE' as const,
      signatures: [failedSeal],
    },
  },
  unknown: {
    report: {
      ...report,
      indication: 'INDETERMINATE' as const,
      sub_indication: 'NO_CERTIFICATE_CHAIN_FOUND' as const,
      signatures: [unknownSeal],
    },
    license: notLicense,
  },
  unsigned: {
    report: {
      ...report,
      indication: 'INDETERMINATE' as const,
      sub_indication: 'NO_SIGNATURE_FOUND' as const,
      signatures: [],
    },
    license: notLicense,
  },
  three: {
    report: {
      ...report,
      indication: 'TOTAL-FAILED' as const,
      sub_indication: 'HASH_FAILURE' as const,
      signatures: [seal, failedSeal, unknownSeal],
    },
    license: notLicense,
  },
};

const verify = { fileAction: '/verify', codeAction: '/verify/code', maxMegabytes: 20 };
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
const clerk = { ...person, name: '王五', isVerifier: true };
const hall = { code: '11360100MB0D00037D', name: '示例市政务服务大厅' };
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
const file = (frame: PageFrame, result: Omit<FileVerification, 'kind'>) =>
  fileResultPage(frame, { fileName: '健康证明.pdf', result });

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
  'license-old': (frame) => licensePage(frame, { ...license, currentHref: '/gallery/license', presentHref: null }),
  'license-revoked': (frame) =>
    licensePage(frame, { ...license, state: 'revoked', stateReason: '体检结论有误', presentHref: null }),
  'license-suspended': (frame) =>
    licensePage(frame, { ...license, state: 'suspended', stateReason: '复检期间', presentHref: '/present' }),
  correction: (frame) => correctionPage(frame, { ...complaint, license: correctionOf, fault: null }),
  'correction-422': (frame) => correctionPage(frame, { ...complaint, license: correctionOf, fault: 'missing' }),
  report: (frame) => reportPage(frame, complaint),
  'report-unread': (frame) => reportPage(frame, { ...complaint, reading: null }),
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
  verify: (frame) => verifyPage(frame, verify),
  'verify-422': (frame) => verifyPage(frame, { ...verify, faults: [{ kind: 'not-a-pdf', looksLike: 'ZIP' }] }),
  'verify-422-day': (frame) =>
    verifyPage(frame, { ...verify, day: '2026-02-30', faults: [{ kind: 'file-missing' }, { kind: 'date-malformed' }] }),
  'verify-on-a-day': (frame) =>
    fileResultPage(frame, {
      fileName: '健康证明.pdf',
      day: '2026-11-20',
      result: {
        ...results.revoked,
        license: { ...results.revoked.license, state_at: { date: '2026-11-20', state: 'valid' } },
      },
    }),
  'verify-passed': (frame) => file(frame, results.passed),
  'verify-revoked': (frame) => file(frame, results.revoked),
  'verify-other-file': (frame) => file(frame, results.other),
  'verify-copy': (frame) => file(frame, results.copy),
  'verify-copy-ended': (frame) => file(frame, results.copyEnded),
  'verify-failed': (frame) => file(frame, results.failed),
  'verify-unknown': (frame) => file(frame, results.unknown),
  'verify-unsigned': (frame) => file(frame, results.unsigned),
  'verify-three': (frame) => file(frame, results.three),
  'code-live': (frame) => codeResultPage(frame, { state: 'live', expiresAt: NOW, now: NOW }),
  'code-used': (frame) => codeResultPage(frame, { state: 'used', expiresAt: null, now: NOW }),
};
