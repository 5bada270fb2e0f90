// What the registry of authorities and systems tells OpenAPI about itself.
import type { z } from 'zod';
import {
  issuingAuthorityBody,
  issuingAuthorityEnding,
  issuingClientBody,
  issuingClientEnding,
  issuingRightList,
  registeredClientBody,
  registeredClientEnding,
  registeredClientList,
  registryAct,
  registryActList,
} from '../../common/contract/license-registry.ts';
import type { ProblemCode } from '../../common/errors.ts';
import type { Operation } from '../../common/http/operation.ts';
import { actsQuery, authorityQuery, clientQuery } from './registry.ts';

const TAG = 'Registry';

type Says = Pick<Operation, 'id' | 'summary' | 'summaryZh' | 'description'>;

function act(says: Says, schema: z.ZodType, problems: readonly ProblemCode[]): Operation {
  return {
    ...says,
    tag: TAG,
    idempotent: true,
    body: { schema },
    answers: {
      201: { description: 'Done', content: { schema: registryAct } },
      200: { description: 'Done before under this key', content: { schema: registryAct } },
    },
    problems,
  };
}

const AT_ONCE = 'It takes effect at the next call, and stays on record. What was promised before is still made.';

export const REGISTRY_API = {
  registerAuthority: act(
    {
      id: 'registerIssuingAuthority',
      summary: 'Register an authority that issues license types under a seal',
      summaryZh: '登记证照颁发机构',
      description:
        'Registered again: name, region and seal take the place of the former ones for these types, and what had ended is in force again. ' +
        'Notices say what is odd, and that the seal room was not asked.',
    },
    issuingAuthorityBody,
    ['code-check', 'license-type-not-found'],
  ),
  endAuthority: act(
    {
      id: 'endIssuingAuthority',
      summary: 'End the right of an authority to issue license types',
      summaryZh: '终止颁发机构的签发权',
      description: `${AT_ONCE} Its systems and clerks still read and act on what was issued.`,
    },
    issuingAuthorityEnding,
    ['registration-not-found'],
  ),
  registerClient: act(
    {
      id: 'registerClient',
      summary: 'Register a system of an organisation, which reads, redeems or issues',
      summaryZh: '登记用证或办件系统',
      description:
        'Registered again: these values take the place of the former ones. How often it may read is said by its legal bases and consents.',
    },
    registeredClientBody,
    ['code-check'],
  ),
  endClient: act(
    {
      id: 'endClient',
      summary: 'End the registration of a system',
      summaryZh: '终止系统登记',
      description: `${AT_ONCE} It reads, redeems and issues nothing any more.`,
    },
    registeredClientEnding,
    ['registration-not-found'],
  ),
  allowIssuing: act(
    {
      id: 'allowIssuing',
      summary: 'Let a registered system issue license types for an authority',
      summaryZh: '允许系统为颁发机构签发证照',
      description: 'The authority has to be registered for the types. Clerks need no such right.',
    },
    issuingClientBody,
    ['registration-not-found'],
  ),
  endIssuing: act(
    {
      id: 'endIssuing',
      summary: 'End what a system may issue for an authority',
      summaryZh: '终止系统的签发权',
      description: `${AT_ONCE} It does not read or act on what it issued for the authority any more either.`,
    },
    issuingClientEnding,
    ['registration-not-found'],
  ),
  listAuthorities: {
    id: 'listIssuingAuthorities',
    tag: TAG,
    summary: 'List issuing authorities with their types and seals, ended ones too',
    summaryZh: '查询证照颁发机构',
    query: authorityQuery,
    answers: { 200: { description: 'By authority and type, at most 1,000', content: { schema: issuingRightList } } },
    problems: [],
  },
  listClients: {
    id: 'listRegisteredClients',
    tag: TAG,
    summary: 'List systems and what they issue for whom, ended ones too',
    summaryZh: '查询已登记的系统',
    query: clientQuery,
    answers: { 200: { description: 'By their id, at most 1,000', content: { schema: registeredClientList } } },
    problems: [],
  },
  listActs: {
    id: 'listRegistryActs',
    tag: TAG,
    summary: 'Who registered or ended what, when and why',
    summaryZh: '查询登记记录',
    query: actsQuery,
    answers: { 200: { description: 'The newest first, at most 1,000', content: { schema: registryActList } } },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
