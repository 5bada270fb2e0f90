// What the addresses of the catalogue tell OpenAPI about themselves.
import {
  licenseTypeList,
  licenseTypeParams,
  licenseTypeQuery,
  publishedLicenseType,
} from '../../common/contract/license-types.ts';
import type { Operation } from '../../common/http/operation.ts';

export const TYPE_OPERATIONS = {
  list: {
    id: 'listLicenseTypes',
    tag: 'Catalogue',
    summary: 'List the license types that are issued here',
    summaryZh: '查询证照目录',
    description: 'The newest version of each type, under the names of GB/T 36902.',
    answers: { 200: { description: 'The catalogue', content: { schema: licenseTypeList } } },
    problems: ['too-many-requests'],
  },
  read: {
    id: 'readLicenseType',
    tag: 'Catalogue',
    summary: 'Read a license type with the signature of its publisher',
    summaryZh: '查询证照类型及其发布签名',
    description: 'A version never changes; the signature says that nobody changed it behind its publisher.',
    params: licenseTypeParams.shape,
    query: licenseTypeQuery,
    answers: { 200: { description: 'The type as it was published', content: { schema: publishedLicenseType } } },
    problems: ['not-found', 'license-type-untrusted', 'too-many-requests'],
  },
} as const satisfies Record<string, Operation>;
