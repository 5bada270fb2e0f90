// What the room's API tells OpenAPI about issuing, reading and acting on licenses; the schemas are the contracts that the
// handlers parse with. Presenting and verifying: operations.ts.
import {
  actDocument,
  actRequest,
  issueDocument,
  issueRequest,
  licenseDocument,
  licenseIdentifier,
  versionList,
  versionRequest,
} from '../../common/contract/license.ts';
import type { ProblemCode } from '../../common/errors.ts';
import type { Operation } from '../../common/http/operation.ts';

const params = { identifier: licenseIdentifier };
const tag = 'Licenses';
const pdf = { type: 'application/pdf' } as const;
const readProblems = ['identifier-malformed', 'identifier-check', 'license-not-found', 'license-shredded'] as const;
const issueProblems: readonly ProblemCode[] = [
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
];
const issueAnswers = {
  201: {
    description: 'Issued now',
    content: { schema: licenseDocument },
    headers: { Location: 'Where the license is read' },
  },
  200: { description: 'The case had its license already', content: { schema: licenseDocument } },
  202: {
    description: 'Not done within 5 seconds; exactly one license comes',
    content: { schema: issueDocument },
    headers: { Location: 'Where the issue is asked for', 'Retry-After': 'Seconds' },
  },
};

export const LICENSE_OPERATIONS = {
  issue: {
    id: 'issueLicense',
    tag,
    summary: 'Issue a license',
    summaryZh: '签发电子证照',
    description:
      'The key of the act is (organisation, case_id, license_type, operation, item). The same case with the same request ' +
      'answers 200 with the same license; another request under the same case is case-conflict, which names what differs. ' +
      'What the seal room refuses for good is told, and the same request again is a new attempt.',
    body: { schema: issueRequest },
    answers: issueAnswers,
    problems: [...issueProblems, 'license-number-taken'],
  },
  addVersion: {
    id: 'issueVersion',
    tag,
    summary: 'Renew, change, replace or correct a license',
    summaryZh: '延续、变更、补发或更正电子证照',
    description:
      'Makes the next version with a file of its own; the serial stays. What is left out of the request stays as it is. ' +
      'Until the new version is sealed, the one before it is the license. Repetition as for issuing.',
    params,
    body: { schema: versionRequest },
    answers: issueAnswers,
    problems: [...readProblems, ...issueProblems, 'license-superseded', 'license-state-forbids'],
  },
  readIssue: {
    id: 'readIssue',
    tag,
    summary: 'What became of an issue',
    summaryZh: '查询签发结果',
    params: { issue_id: issueDocument.shape.issue_id },
    answers: { 200: { description: 'The issue as it is now', content: { schema: issueDocument } } },
    problems: ['issue-not-found'],
  },
  read: {
    id: 'readLicense',
    tag,
    summary: 'Read a license',
    summaryZh: '查询电子证照',
    description:
      'Only licenses that an authority of this client issued. An old identifier answers with the current one. The holder ' +
      'sees who read.',
    params,
    answers: {
      200: { description: 'The version, with the state of its license now', content: { schema: licenseDocument } },
    },
    problems: readProblems,
  },
  listVersions: {
    id: 'listVersions',
    tag,
    summary: 'All versions of a license, the newest first',
    summaryZh: '查询电子证照的全部版本',
    description: 'The holder sees who read.',
    params,
    answers: { 200: { description: 'The versions', content: { schema: versionList } } },
    problems: readProblems,
  },
  readFile: {
    id: 'readLicenseFile',
    tag,
    summary: 'Fetch the sealed file of a version',
    summaryZh: '下载电子证照文件',
    description: 'The holder sees who read.',
    params,
    answers: { 200: { description: 'The PDF as it was issued', content: pdf } },
    problems: readProblems,
  },
  act: {
    id: 'actOnLicense',
    tag,
    summary: 'Suspend, resume, withdraw, revoke, cancel, lapse or transfer a license',
    summaryZh: '暂扣、发还、撤销、吊销、注销、失效或转出电子证照',
    description:
      'Withdraw, revoke and cancel need scope license:revoke, the others license:change. The sealed file stays intact; the ' +
      'state of the license is a separate fact.',
    params,
    body: { schema: actRequest },
    idempotent: true,
    answers: {
      201: { description: 'Done now', content: { schema: actDocument } },
      200: { description: 'This key did it before', content: { schema: actDocument } },
    },
    problems: [...readProblems, 'scope-missing', 'license-superseded', 'license-state-forbids', 'license-pending'],
  },
} as const satisfies Record<string, Operation>;
