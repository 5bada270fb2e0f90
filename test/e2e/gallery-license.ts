// The pages of the license room for the gallery: the wallet, a license, its presentation, and what a verification comes to.
import type { FileVerification } from '../../common/contract/license.ts';
import type { SignatureReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { codeResultPage } from '../../license/web/code-result-page.ts';
import { licensePage } from '../../license/web/license-page.ts';
import { presentationPage } from '../../license/web/presentation-page.ts';
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

const license = {
  person,
  identifier: IDENTIFIER,
  name: face.name,
  licenseNumber: face.licenseNumber,
  issuingAuthority: AUTHORITY,
  holder: { name: '张三', code: '360102199003077718' },
  issuedOn: '2026-11-20',
  validFrom: '2026-11-20',
  validTo: '2027-11-19',
  state: 'valid',
  daysLeft: 364,
  stateReason: null,
  stateChangedAt: NOW,
  fields: [
    { label: '工种', value: '食品加工' },
    { label: '体检机构', value: '示例市疾病预防控制中心' },
    { label: '体检日期', value: '2026-11-10' },
    { label: '体检结论', value: '合格' },
  ],
  presentAction: '/gallery/presentation',
  fileHref: '/file.pdf',
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
const results = {
  passed: passedResult,
  revoked: { ...passedResult, license: { ...passedResult.license, status: 'revoked' as const } },
  copy: { ...passedResult, license: { ...passedResult.license, registered_file: false } },
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
const presentation = {
  person,
  license: { name: face.name, href: '/gallery/license' },
  newCodeAction: '/presentations',
  now: NOW,
};
const live = {
  code: 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q',
  qrText: 'https://license.example.gov.cn/verify?code=lz_5k3m9q2w7x4t8v6z1y0r5k3m9q',
  expiresAt: new Date(NOW.getTime() + 60_000),
  stateUrl: '/gallery/state',
};
const file = (frame: PageFrame, result: Omit<FileVerification, 'kind'>) =>
  fileResultPage(frame, { fileName: '健康证明.pdf', result });

/** Name -> page. */
export const LICENSE_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  wallet: (frame) =>
    walletPage(frame, {
      person,
      licenses: [
        face,
        { ...face, name: '食品经营许可证', daysLeft: 12, validTo: '2026-12-02' },
        { ...face, name: '中华人民共和国特种设备安全管理和作业人员证', state: 'suspended' },
        { ...face, state: 'revoked' },
        { ...face, state: 'expired', daysLeft: -3 },
        { ...face, state: 'cancelled', validTo: '9999-12-31', daysLeft: null },
      ],
    }),
  'wallet-empty': (frame) => walletPage(frame, { person, licenses: [], message: null }),
  license: (frame) => licensePage(frame, license),
  'license-revoked': (frame) =>
    licensePage(frame, { ...license, state: 'revoked', stateReason: '体检结论有误', presentAction: null }),
  presentation: (frame) => presentationPage(frame, { ...presentation, state: { kind: 'live', live } }),
  'presentation-read': (frame) =>
    presentationPage(frame, {
      ...presentation,
      state: { kind: 'read', reading: { verifier: '示例市政务服务大厅', at: NOW } },
    }),
  'presentation-expired': (frame) => presentationPage(frame, { ...presentation, state: { kind: 'expired' } }),
  verify: (frame) => verifyPage(frame, verify),
  'verify-422': (frame) => verifyPage(frame, { ...verify, faults: [{ kind: 'not-a-pdf', looksLike: 'ZIP' }] }),
  'verify-passed': (frame) => file(frame, results.passed),
  'verify-revoked': (frame) => file(frame, results.revoked),
  'verify-copy': (frame) => file(frame, results.copy),
  'verify-failed': (frame) => file(frame, results.failed),
  'verify-unknown': (frame) => file(frame, results.unknown),
  'verify-unsigned': (frame) => file(frame, results.unsigned),
  'verify-three': (frame) => file(frame, results.three),
  'code-live': (frame) => codeResultPage(frame, { state: 'live', expiresAt: NOW, now: NOW }),
  'code-used': (frame) => codeResultPage(frame, { state: 'used', expiresAt: null, now: NOW }),
};
