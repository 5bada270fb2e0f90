// What an administrator of licenses registers and ends: issuing authorities, systems of organisations, and which system issues
// for which authority. What ends is judged at the next call; what was promised before is still made.
import { checkCreditCode, readCreditCode } from '../../common/codes/credit-code.ts';
import { regionNotice } from '../../common/codes/region.ts';
import { REGISTRY_NOTICES, type RegistryNotice } from '../../common/codes/registry-notice.ts';
import type {
  IssuingAuthorityBody,
  IssuingAuthorityEnding,
  IssuingClientBody,
  IssuingClientEnding,
  RegisteredClientBody,
  RegisteredClientEnding,
  RegistryActDocument,
} from '../../common/contract/license-registry.ts';
import { TrustError } from '../../common/errors.ts';
import { endClient, findClient, upsertClient } from '../store/clients.ts';
import {
  endIssuingAuthority,
  endIssuingClient,
  isSealOfAnother,
  listAuthorityRights,
  upsertIssuingAuthority,
  upsertIssuingClient,
} from '../store/issuing-rights.ts';
import { actOnRegistry, type Registrar, type RegistryDeps, type RegistryOutcome } from './registry-act.ts';

type Notices = RegistryActDocument['notices'];

/** Throws code-check, license-type-not-found, idempotency-conflict. */
export async function registerAuthority(
  deps: RegistryDeps,
  by: Registrar,
  asked: IssuingAuthorityBody,
): Promise<RegistryOutcome> {
  const { authority_code: authorityCode, authority_name: authorityName, region, seal_esid: sealEsID } = asked;
  checkCreditCode(authorityCode, '/authority_code');
  const types = await knownTypes(deps, asked.license_types);
  return actOnRegistry(deps, by, { kind: 'authority-registered', asked }, async (trx, now) => {
    for (const licenseType of types)
      await upsertIssuingAuthority(trx, { licenseType, authorityCode, authorityName, region, sealEsID }, now);
    const ofRegion = regionNotice(region);
    const notices = [
      ...codeNotices(authorityCode, '/authority_code'),
      ...(ofRegion === null ? [] : [notice(ofRegion, '/region')]),
      ...((await isSealOfAnother(trx, sealEsID, authorityCode))
        ? [notice('seal-of-another-authority', '/seal_esid')]
        : []),
      notice('seal-not-checked', '/seal_esid'),
    ];
    return { license_types: types, notices };
  });
}

/** Nobody issues these types for it any more. Throws registration-not-found when it issues none of them, or not all that are named. */
export async function endAuthority(
  deps: RegistryDeps,
  by: Registrar,
  asked: IssuingAuthorityEnding,
): Promise<RegistryOutcome> {
  return actOnRegistry(deps, by, { kind: 'authority-ended', asked }, async (trx, now) => {
    const ended = await endIssuingAuthority(trx, asked.authority_code, asked.license_types ?? null, now);
    return { license_types: checkEnded(ended, asked.license_types, 'this authority does not issue'), notices: [] };
  });
}

/** A system of an organisation, which reads on grounds, redeems if it may, and issues what it is allowed. Throws code-check. */
export async function registerReadingClient(
  deps: RegistryDeps,
  by: Registrar,
  asked: RegisteredClientBody,
): Promise<RegistryOutcome> {
  const { client_id: clientId, organisation, organisation_name: organisationName, may_redeem: mayRedeem } = asked;
  checkCreditCode(organisation, '/organisation');
  return actOnRegistry(deps, by, { kind: 'client-registered', asked }, async (trx, now) => {
    await upsertClient(trx, { clientId, organisation, organisationName, mayRedeem }, now);
    const notices = [...codeNotices(organisation, '/organisation'), notice('client-not-checked', '/client_id')];
    return { license_types: [], notices };
  });
}

/** It reads, redeems and issues nothing any more, whatever else it was given. Throws registration-not-found. */
export async function endReadingClient(
  deps: RegistryDeps,
  by: Registrar,
  asked: RegisteredClientEnding,
): Promise<RegistryOutcome> {
  return actOnRegistry(deps, by, { kind: 'client-ended', asked }, async (trx, now) => {
    if (!(await endClient(trx, asked.client_id, now))) throw notFound('no such client is registered', '/client_id');
    return { license_types: [], notices: [] };
  });
}

/** Throws registration-not-found for a client that is not registered, and for a type that the authority does not issue. */
export async function allowIssuing(
  deps: RegistryDeps,
  by: Registrar,
  asked: IssuingClientBody,
): Promise<RegistryOutcome> {
  const { client_id: clientId, authority_code: authorityCode } = asked;
  const types = [...new Set(asked.license_types)];
  return actOnRegistry(deps, by, { kind: 'issuing-allowed', asked }, async (trx, now) => {
    if (!(await findClient(trx, clientId))) throw notFound('no such client is registered', '/client_id');
    const rights = await listAuthorityRights(trx, authorityCode);
    for (const licenseType of types) {
      if (!rights.some((right) => right.licenseType === licenseType))
        throw notFound(`this authority does not issue ${licenseType}`, pointerOf(asked.license_types, licenseType));
      await upsertIssuingClient(trx, { clientId, licenseType, authorityCode }, now);
    }
    return { license_types: types, notices: [] };
  });
}

/** It issues and reads these for the authority no more. Throws registration-not-found. */
export async function endIssuing(
  deps: RegistryDeps,
  by: Registrar,
  asked: IssuingClientEnding,
): Promise<RegistryOutcome> {
  return actOnRegistry(deps, by, { kind: 'issuing-ended', asked }, async (trx, now) => {
    const ended = await endIssuingClient(trx, asked, now);
    return { license_types: checkEnded(ended, asked.license_types, 'this client does not issue'), notices: [] };
  });
}

async function knownTypes({ catalog }: RegistryDeps, types: readonly string[]): Promise<string[]> {
  for (const type of types) {
    if ((await catalog.find(type)) !== null) continue;
    const pointer = pointerOf(types, type);
    throw new TrustError('license-type-not-found', `there is no license type ${type}`, { pointer });
  }
  return [...new Set(types)];
}

function checkEnded(ended: readonly string[], wanted: readonly string[] | undefined, sentence: string): string[] {
  const missing = wanted?.find((type) => !ended.includes(type));
  if (wanted !== undefined && missing !== undefined)
    throw notFound(`${sentence} ${missing}`, pointerOf(wanted, missing));
  if (ended.length === 0) throw notFound(`${sentence} anything`, '/authority_code');
  return [...ended];
}

const pointerOf = (types: readonly string[], type: string): string => `/license_types/${types.indexOf(type)}`;

const codeNotices = (code: string, pointer: string): Notices =>
  readCreditCode(code).notices.map((found) => notice(found, pointer));

function notice(code: RegistryNotice, pointer: string): Notices[number] {
  const { says, saysZh } = REGISTRY_NOTICES[code];
  return { code, pointer, says, says_zh: saysZh };
}

function notFound(sentence: string, pointer: string): TrustError {
  return new TrustError('registration-not-found', sentence, { pointer });
}
