// What a verification of a file or a code comes to, for the gallery.
import type { FileVerification } from '../../common/contract/license.ts';
import type { SignatureReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { codeResultPage } from '../../license/web/code-result-page.ts';
import { verifyPage } from '../../license/web/verify-page.ts';
import { fileResultPage } from '../../license/web/verify-result-page.ts';
import { AUTHORITY, IDENTIFIER, NOW } from './gallery-license-kit.ts';

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
    current_identifier: IDENTIFIER,
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
  current_identifier: null,
  status: 'not_a_license' as const,
  registered_file: false,
};
const copyUntil = (valid_until: string, is_live: boolean) => ({
  ...passedResult,
  license: { ...passedResult.license, registered_file: false, annotated_copy: { valid_until, is_live } },
});
const newer = { current_identifier: IDENTIFIER.replace('.001.X', '.002.V') };
const results = {
  older: { ...passedResult, license: { ...passedResult.license, ...newer } },
  olderRevoked: { ...passedResult, license: { ...passedResult.license, ...newer, status: 'revoked' as const } },
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
const file = (frame: PageFrame, result: Omit<FileVerification, 'kind'>) =>
  fileResultPage(frame, { fileName: '健康证明.pdf', result });

/** Name -> page. */
export const VERIFY_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
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
  'verify-older': (frame) => file(frame, results.older),
  'verify-older-revoked': (frame) => file(frame, results.olderRevoked),
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
