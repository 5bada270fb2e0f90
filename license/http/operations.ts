// What the room's API tells OpenAPI about presenting and verifying; the schemas are the contracts that the handlers parse
// with. Issuing, reading and acting: license-operations.ts.
import {
  codeVerification,
  codeVerificationRequest,
  fileVerification,
  fileVerificationQuery,
} from '../../common/contract/license.ts';
import { licenseCheck, licenseCheckRequest } from '../../common/contract/license-check.ts';
import {
  presentationDocument,
  presentationParams,
  presentationRequest,
  redemptionDocument,
  redemptionRequest,
} from '../../common/contract/presentation.ts';
import type { Operation } from '../../common/http/operation.ts';

const pdf = { type: 'application/pdf' } as const;
const readProblems = ['identifier-malformed', 'identifier-check', 'license-not-found'] as const;

export const OPERATIONS = {
  present: {
    id: 'presentLicenses',
    tag: 'Presentations',
    summary: 'Show licenses by a code',
    summaryZh: '亮证：生成亮证码',
    description:
      'By the holder, in a session of the pages, with the form token of the page in the header X-CSRF-Token. One code stands ' +
      'for one or several licenses, of each for the parts that the holder chose. A code lives for 60 seconds at most, the ' +
      'presentation for ten minutes; whatever codes it has, it can be redeemed once.',
    body: { schema: presentationRequest },
    answers: { 201: { description: 'The code, told only now', content: { schema: presentationDocument } } },
    problems: [...readProblems, 'csrf-failed', 'license-state-forbids'],
  },
  renew: {
    id: 'renewPresentationCode',
    tag: 'Presentations',
    summary: 'Get a further code of a presentation',
    summaryZh: '换一个新码',
    description: 'The codes before it stay good until their own end; one redemption voids them all.',
    params: presentationParams.shape,
    answers: { 201: { description: 'The new code', content: { schema: presentationDocument } } },
    problems: ['csrf-failed', 'code-unknown', 'code-used', 'code-expired'],
  },
  redeem: {
    id: 'redeemPresentation',
    tag: 'Presentations',
    summary: 'Redeem a presentation code',
    summaryZh: '核验亮证码',
    description:
      'By a client that is registered to redeem, with the content of the QR code. One presentation, one redemption. The same ' +
      'Idempotency-Key of the same client gets the same answer again. The answer holds what the holder chose and nothing ' +
      'more; a license that was revoked after it was presented is shown with its state.',
    body: { schema: redemptionRequest },
    idempotent: true,
    answers: {
      201: { description: 'Redeemed now', content: { schema: redemptionDocument } },
      200: { description: 'This key redeemed it before', content: { schema: redemptionDocument } },
    },
    problems: ['verifier-not-registered', 'code-malformed', 'code-unknown', 'code-used', 'code-expired', 'answer-gone'],
  },
  verify: {
    id: 'verifyFileOrCode',
    tag: 'Verifications',
    summary: 'Judge a license file, check a license, or look at a presentation code',
    summaryZh: '核验证照文件，按照面码或两项信息核验证照，或查看亮证码是否有效',
    description:
      'A failed verification is a report, not an error. The seals of the file and the state of the license are separate facts. ' +
      'A code is looked at and never redeemed. A license is checked by the code of its face, or by the two facts that verify_facts ' +
      'of its type names; which of them is wrong is never said.',
    query: fileVerificationQuery,
    body: [pdf, { schema: codeVerificationRequest.or(licenseCheckRequest) }],
    answers: {
      200: { description: 'The report', content: [{ schema: fileVerification.or(codeVerification).or(licenseCheck) }] },
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
