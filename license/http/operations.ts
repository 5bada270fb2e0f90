// What the room's API tells OpenAPI about itself; the schemas are the contracts that the handlers parse with.
import {
  codeVerification,
  codeVerificationRequest,
  fileVerification,
  issueRequest,
  licenseDocument,
  licenseIdentifier,
  presentationDocument,
  presentationRequest,
  redemptionDocument,
  redemptionRequest,
  revocationRequest,
} from '../../common/contract/license.ts';
import type { Operation } from '../../common/http/operation.ts';

const identifier = { identifier: licenseIdentifier };
const pdf = { type: 'application/pdf' } as const;
const readProblems = ['identifier-malformed', 'identifier-check', 'license-not-found'] as const;

export const OPERATIONS = {
  issue: {
    id: 'issueLicense',
    tag: 'Licenses',
    summary: 'Issue a license',
    summaryZh: '签发电子证照',
    description:
      'The key of the act is (client, case_id, license_type). The same case with the same request answers 200 with the same license; ' +
      'another request under the same case is case-conflict. After seal-unavailable nothing is lost: repeat, or wait.',
    body: { schema: issueRequest },
    answers: {
      201: { description: 'Issued now', content: { schema: licenseDocument } },
      200: { description: 'The case had its license already', content: { schema: licenseDocument } },
    },
    problems: [
      'issuing-not-allowed',
      'license-type-not-found',
      'license-fields-invalid',
      'code-check',
      'glyph-missing',
      'case-conflict',
      'license-pending',
      'seal-not-found',
      'seal-not-granted',
      'seal-not-usable',
      'time-stamp-unavailable',
      'seal-unavailable',
      'identity-unavailable',
    ],
  },
  read: {
    id: 'readLicense',
    tag: 'Licenses',
    summary: 'Read a license',
    summaryZh: '查询电子证照',
    description: 'Only licenses that the issuing authority of this client issued.',
    params: identifier,
    answers: { 200: { description: 'The license with its state now', content: { schema: licenseDocument } } },
    problems: readProblems,
  },
  readFile: {
    id: 'readLicenseFile',
    tag: 'Licenses',
    summary: 'Fetch the sealed file of a license',
    summaryZh: '下载电子证照文件',
    params: identifier,
    answers: { 200: { description: 'The PDF as it was issued', content: pdf } },
    problems: readProblems,
  },
  revoke: {
    id: 'revokeLicense',
    tag: 'Licenses',
    summary: 'Withdraw, revoke or cancel a license',
    summaryZh: '撤销、吊销或注销电子证照',
    description: 'The sealed file stays intact; the state of the license is a separate fact.',
    params: identifier,
    body: { schema: revocationRequest },
    idempotent: true,
    answers: {
      201: { description: 'Done now', content: { schema: licenseDocument } },
      200: { description: 'This key did it before', content: { schema: licenseDocument } },
    },
    problems: [...readProblems, 'license-state-forbids'],
  },
  present: {
    id: 'presentLicense',
    tag: 'Presentations',
    summary: 'Make a presentation code',
    summaryZh: '生成亮证码',
    description:
      'By the holder, in a session of the pages, with the form token of the page in the header X-CSRF-Token. ' +
      'The code lives for 60 seconds and can be redeemed once.',
    body: { schema: presentationRequest },
    answers: { 201: { description: 'The code, told only now', content: { schema: presentationDocument } } },
    problems: [...readProblems, 'csrf-failed', 'license-state-forbids'],
  },
  redeem: {
    id: 'redeemPresentation',
    tag: 'Presentations',
    summary: 'Redeem a presentation code',
    summaryZh: '核验亮证码',
    description:
      'By a registered verifier. One code, one redemption. The same Idempotency-Key of the same client gets the same answer again. ' +
      'A license that was revoked after it was presented is shown with its state.',
    body: { schema: redemptionRequest },
    idempotent: true,
    answers: {
      201: { description: 'Redeemed now', content: { schema: redemptionDocument } },
      200: { description: 'This key redeemed it before', content: { schema: redemptionDocument } },
    },
    problems: ['verifier-not-registered', 'code-malformed', 'code-unknown', 'code-used', 'code-expired'],
  },
  verify: {
    id: 'verifyFileOrCode',
    tag: 'Verifications',
    summary: 'Judge a license file, or look at a presentation code',
    summaryZh: '核验证照文件，或查看亮证码是否有效',
    description:
      'A failed verification is a report, not an error. The seals of the file and the state of the license are separate facts. ' +
      'A code is looked at and never redeemed.',
    body: [pdf, { schema: codeVerificationRequest }],
    answers: {
      200: { description: 'The report', content: [{ schema: fileVerification.or(codeVerification) }] },
    },
    problems: [
      'not-a-pdf',
      'pdf-truncated',
      'pdf-encrypted',
      'pdf-hybrid',
      'pdf-broken',
      'pdf-too-large',
      'code-malformed',
      'seal-unavailable',
    ],
  },
} as const satisfies Record<string, Operation>;
