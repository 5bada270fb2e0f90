// What OpenAPI says about the life of seals.
import type { z } from 'zod';
import {
  applicationParams,
  applicationQuery,
  cancellationRequest,
  filingRequest,
  grantParams,
  grantQuery,
  grantRequest,
  pageQuery,
  reasonedRequest,
  remakingRequest,
  sealApplication,
  sealApplicationList,
  sealApplicationRequest,
  sealGrant,
  sealGrantList,
  sealHistory,
  sealNoticeList,
  sealParams,
  sealUsage,
  stepRequest,
  usageQuery,
} from '../../common/contract/seal-life.ts';
import type { ProblemCode } from '../../common/errors.ts';
import type { Operation } from '../../common/http/operation.ts';
import { DER_TYPE, PEM_TYPE } from './life-acts.ts';

const STEP = ['seal-state-forbids', 'duty-conflict', 'role-missing', 'person-needed'] as const;

type Act = {
  readonly id: string;
  readonly texts: readonly [summary: string, summaryZh: string, description: string];
  readonly body: z.ZodType;
  readonly params?: z.ZodObject;
  readonly status?: 200 | 201;
  readonly answer?: z.ZodType;
  readonly problems: readonly ProblemCode[];
};

function anAct({ id, texts, body, params, status = 200, answer = sealApplication, problems }: Act): Operation {
  const [summary, summaryZh, description] = texts;
  return {
    id,
    summary,
    summaryZh,
    description,
    tag: 'life of seals',
    ...(params ? { params: params.shape } : {}),
    body: { schema: body },
    idempotent: true,
    answers: { [status]: { description: 'As it stands now', content: { schema: answer } } },
    problems: [...STEP, ...problems],
  };
}

const onApplication = (
  act: Omit<Act, 'params' | 'problems'> & { readonly problems?: readonly ProblemCode[] },
): Operation =>
  anAct({ ...act, params: applicationParams, problems: ['seal-application-not-found', ...(act.problems ?? [])] });
const onSeal = (act: Omit<Act, 'params' | 'problems'> & { readonly problems?: readonly ProblemCode[] }): Operation =>
  anAct({ ...act, params: sealParams, problems: ['seal-not-found', ...(act.problems ?? [])] });

export const apply = anAct({
  id: 'applyForSeal',
  texts: [
    'Apply for a seal',
    '申请电子印章',
    'Gives the seal its code. The picture is drawn once for trial; nothing is made yet.',
  ],
  body: sealApplicationRequest,
  status: 201,
  problems: ['code-check', 'glyph-missing', 'picture-refused', 'seal-codes-exhausted'],
});
export const approve = onApplication({
  id: 'approveSeal',
  texts: ['Approve an application', '批准印章申请', 'By somebody who has no other duty for this seal.'],
  body: stepRequest,
});
export const reject = onApplication({
  id: 'rejectSeal',
  texts: ['Reject an application', '驳回印章申请', 'Also one that was approved and not made yet. It is an end.'],
  body: reasonedRequest,
});
export const make = onApplication({
  id: 'makeSeal',
  texts: [
    'Make the seal',
    '制作电子印章',
    "Generates the owner's key, has it certified, draws the picture, and signs the seal as seal maker. While the certificate comes by file the answer is `certificate-pending`; repeat the request then with the same key.",
  ],
  body: stepRequest,
  problems: ['certificate-pending', 'certificate-unfit', 'glyph-missing', 'picture-refused'],
});
export const file = onApplication({
  id: 'fileSeal',
  texts: ['Put the making on file', '办理印章备案', 'Records the number under which it was put on file.'],
  body: filingRequest,
});
export const activate = onApplication({
  id: 'activateSeal',
  texts: [
    'Put a version in force',
    '启用电子印章',
    'The version before is superseded in the same moment: its key is destroyed, its certificate revoked.',
  ],
  body: stepRequest,
});
export const suspend = onSeal({
  id: 'suspendSeal',
  texts: ['Suspend a seal', '停用电子印章', 'From now on nobody can use it.'],
  body: reasonedRequest,
});
export const resume = onSeal({
  id: 'resumeSeal',
  texts: ['Resume a seal', '恢复电子印章', 'It can be used again.'],
  body: reasonedRequest,
});
export const remake = onSeal({
  id: 'remakeSeal',
  texts: [
    'Have a seal made again',
    '重新制作电子印章',
    'Begins the next version under the same code: with a new key and certificate, and on request a new picture, which has to be approved. The version in force goes on until the next one is.',
  ],
  body: remakingRequest,
  status: 201,
  problems: ['glyph-missing', 'picture-refused'],
});
export const cancel = onSeal({
  id: 'cancelSeal',
  texts: [
    'Cancel a seal',
    '注销电子印章',
    'For good: its key is destroyed, its certificate revoked, versions in the making end.',
  ],
  body: cancellationRequest,
});
export const grant = onSeal({
  id: 'grantSeal',
  texts: [
    'Grant the use of a seal',
    '授权系统使用印章',
    'To one system, for one class of documents, so often, from when to when.',
  ],
  body: grantRequest,
  status: 201,
  answer: sealGrant,
});
export const withdraw = anAct({
  id: 'withdrawGrant',
  texts: ['Withdraw a grant', '撤回用印授权', 'From now on it covers nothing.'],
  body: reasonedRequest,
  params: grantParams,
  answer: sealGrant,
  problems: ['seal-not-found', 'grant-not-found'],
});

export const giveCertificate: Operation = {
  id: 'giveSealCertificate',
  summary: 'Bring the certificate that an authority made',
  summaryZh: '导入印章证书',
  description:
    'Judged by key, subject, period and trust. The same certificate again changes nothing; then repeat the making.',
  tag: 'life of seals',
  params: applicationParams.shape,
  body: [
    { type: PEM_TYPE, description: 'PEM' },
    { type: DER_TYPE, description: 'DER' },
  ],
  answers: { 200: { description: 'Taken', content: { schema: sealApplication } } },
  problems: [...STEP, 'seal-application-not-found', 'certificate-malformed', 'certificate-unfit'],
};
export const readRequest: Operation = {
  id: 'readSealCertificateRequest',
  summary: 'Read the certificate request of a seal (PKCS#10)',
  summaryZh: '下载印章证书请求',
  tag: 'life of seals',
  params: applicationParams.shape,
  answers: { 200: { description: 'The request', content: { type: PEM_TYPE, description: 'PEM' } } },
  problems: ['seal-application-not-found', 'seal-state-forbids'],
};

const reading = (
  [id, summary, summaryZh]: readonly [string, string, string],
  schema: z.ZodType,
  more: Pick<Operation, 'params' | 'query' | 'problems'>,
): Operation => ({
  id,
  summary,
  summaryZh,
  tag: 'life of seals',
  answers: { 200: { description: 'What you may see', content: { schema } } },
  ...more,
});

export const listApplications = reading(
  ['listSealApplications', 'List applications, newest first', '查询印章申请'],
  sealApplicationList,
  { query: applicationQuery },
);
export const readApplication = reading(
  ['readSealApplication', 'Read an application', '查看印章申请'],
  sealApplication,
  {
    params: applicationParams.shape,
    problems: ['seal-application-not-found'],
  },
);
export const readHistory = reading(['readSealHistory', 'Read the history of a seal', '查看印章履历'], sealHistory, {
  params: sealParams.shape,
  query: pageQuery,
  problems: ['seal-not-found'],
});
export const readUsage = reading(
  ['readSealUsage', 'Read the usage log of a seal, newest first', '查看用印日志'],
  sealUsage,
  { params: sealParams.shape, query: usageQuery, problems: ['seal-not-found'] },
);
export const listGrants = reading(['listGrants', 'List the grants of a seal', '查询用印授权'], sealGrantList, {
  params: sealParams.shape,
  query: grantQuery,
  problems: ['seal-not-found'],
});
export const listNotices = reading(
  ['listSealNotices', 'List what applicants and keepers are told, oldest first', '查询印章通知'],
  sealNoticeList,
  { query: pageQuery },
);
