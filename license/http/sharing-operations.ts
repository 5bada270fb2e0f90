// What the sharing interface tells OpenAPI about itself: consents, legal bases, the operations of GB/T 36906.
import {
  consentRequestBody,
  consentRequestDocument,
  legalBasisBody,
  legalBasisDocument,
  legalBasisList,
  sharingClientBody,
  sharingClientDocument,
} from '../../common/contract/license-consent.ts';
import { SHARING_OPERATIONS, type SharingOperation } from '../../common/contract/license-sharing.ts';
import type { Operation } from '../../common/http/operation.ts';
import { requestIdParam } from './consent-requests.ts';
import { basisIdParam, basisQuery, clientIdParam } from './legal-bases.ts';
import { copyQuery } from './sharing-acts.ts';

const CONSENTS = 'Consents';
const BASES = 'Legal bases';
const SHARING = 'Sharing (GB/T 36906)';

const ENVELOPE =
  'HTTP 200 whatever head.status says: 1 without a ground (head.reason says why), 2 when something does not answer, 3 when nothing is found, 4 for a wrong parameter. ';

function sharing(operation: SharingOperation, id: string, summary: string, says: string): Operation {
  const { request, answer, zh } = SHARING_OPERATIONS[operation];
  return {
    id,
    tag: SHARING,
    summary,
    summaryZh: zh,
    description: `${ENVELOPE}${says}`,
    body: { schema: request },
    answers: { 200: { description: 'The envelope', content: { schema: answer } } },
    problems: ['invalid-json'],
  };
}

export const SHARING_API = {
  askConsent: {
    id: 'requestConsent',
    tag: CONSENTS,
    summary: 'Ask a holder for consent to read licenses',
    summaryZh: '请求持证主体授权查看证照',
    description:
      "Send the citizen's browser to the address in the answer. After login the holder sees the values, gives all, less or nothing, " +
      'and comes back to return_to with request_id. A request can be decided for seven days.',
    body: { schema: consentRequestBody },
    answers: { 201: { description: 'Asked', content: { schema: consentRequestDocument } } },
    problems: ['client-not-registered', 'license-type-not-found', 'return-address-unknown'],
  },
  lookConsent: {
    id: 'readConsentRequest',
    tag: CONSENTS,
    summary: 'What became of a request for consent',
    summaryZh: '查询授权申请的结果',
    description:
      'To the organisation that asked. After consent: its id, the licenses that it is about, what may be read.',
    params: requestIdParam.shape,
    answers: { 200: { description: 'The request', content: { schema: consentRequestDocument } } },
    problems: ['client-not-registered', 'consent-request-not-found'],
  },
  enterBasis: {
    id: 'enterLegalBasis',
    tag: BASES,
    summary: 'Enter a legal basis on which a system reads without consent',
    summaryZh: '登记用证的法定依据',
    description: 'A basis is never changed: end it and enter another one.',
    body: { schema: legalBasisBody },
    answers: { 201: { description: 'Entered', content: { schema: legalBasisDocument } } },
    problems: ['client-not-registered', 'license-type-not-found'],
  },
  listBases: {
    id: 'listLegalBases',
    tag: BASES,
    summary: 'List legal bases with their use today',
    summaryZh: '查询用证的法定依据',
    query: basisQuery,
    answers: { 200: { description: 'The newest first', content: { schema: legalBasisList } } },
    problems: [],
  },
  endBasis: {
    id: 'endLegalBasis',
    tag: BASES,
    summary: 'End a legal basis',
    summaryZh: '终止用证的法定依据',
    params: basisIdParam.shape,
    answers: { 200: { description: 'Ended', content: { schema: legalBasisDocument } } },
    problems: ['legal-basis-not-found'],
  },
  readClient: {
    id: 'readSharingClient',
    tag: BASES,
    summary: 'How a system is answered: return addresses and SM2 key',
    summaryZh: '查询用证系统的返回地址和加密公钥',
    params: clientIdParam.shape,
    answers: { 200: { description: 'The client', content: { schema: sharingClientDocument } } },
    problems: ['client-not-registered'],
  },
  putClient: {
    id: 'changeSharingClient',
    tag: BASES,
    summary: 'Register return addresses and the SM2 key of a system',
    summaryZh: '登记用证系统的返回地址和加密公钥',
    params: clientIdParam.shape,
    body: { schema: sharingClientBody },
    answers: { 200: { description: 'Registered', content: { schema: sharingClientDocument } } },
    problems: ['client-not-registered', 'key-malformed'],
  },
  search: sharing(
    'search',
    'searchCertificates',
    'Which licenses of a type a holder has',
    'By holder code on a legal basis, or by groundId on a consent. Each search is one use of its ground.',
  ),
  metadata: sharing(
    'metadata',
    'readCertificateMetadata',
    'Metadata of a license, cut to what the ground allows',
    'metadataRange names short names of GB/T 36903; one that the ground does not allow refuses the whole (wrong-field).',
  ),
  file: sharing(
    'file',
    'downloadCertificateFile',
    'An annotated copy of a license',
    'The copy bears purpose, recipient and end, and the seal of the platform.',
  ),
  fileAddress: sharing(
    'fileAddress',
    'makeCertificateFileAddress',
    'An address for an annotated copy',
    'It answers the same client for ten minutes. Making it is the one use of the ground.',
  ),
  verifyInformation: sharing(
    'verifyInformation',
    'verifyCertificateInformation',
    'Do these metadata stand in the record, and is the license in force?',
    'Needs the identifier and two facts that do not follow from it; a wrong one is never named.',
  ),
  verifyFile: sharing(
    'verifyFile',
    'verifyCertificateFile',
    'Is this file one that was issued here, unchanged and sealed?',
    'Originals, and annotated copies until their end.',
  ),
  copy: {
    id: 'fetchCertificateFile',
    tag: SHARING,
    summary: 'Fetch the annotated copy behind an address',
    summaryZh: '按地址获取证照文件',
    query: copyQuery,
    answers: { 200: { description: 'The annotated copy', content: { type: 'application/pdf' } } },
    problems: ['client-not-registered', 'copy-not-found', 'license-shredded'],
  },
} as const satisfies Record<string, Operation>;
