// The JSON side of POST /v1/verifications: a presentation code is looked at, a license is checked by face or by facts.
import type Koa from 'koa';
import { z } from 'zod';
import { codeVerificationRequest } from '../../common/contract/license.ts';
import { faceCheckRequest, factsCheckRequest, type LicenseCheck } from '../../common/contract/license-check.ts';
import { readJson } from '../../common/http/body.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import { type CheckDeps, type CheckedLicense, checkByFace, checkByFacts } from '../flow/check-license.ts';
import type { WrongTries } from '../flow/wrong-tries.ts';

/** The code of a request about a presentation; null when the request was about a license and is answered. */
export async function answerCheck(deps: CheckDeps, tries: WrongTries, ctx: Koa.Context): Promise<string | null> {
  const body = await readJson(ctx, z.looseObject({}));
  if (!('identifier' in body)) return parseContract(codeVerificationRequest, body, 'The body').code;
  ctx.body = toDocument(deps, await check(deps, tries, body));
  return null;
}

async function check(deps: CheckDeps, tries: WrongTries, body: object): Promise<CheckedLicense | null> {
  if ('verify_code' in body) {
    const { identifier, date = null, verify_code: code } = parseContract(faceCheckRequest, body, 'The body');
    return checkByFace(deps, { identifier, date }, code);
  }
  const { identifier, date = null, facts } = parseContract(factsCheckRequest, body, 'The body');
  return checkByFacts(deps, tries, { identifier, date }, facts);
}

function toDocument({ clock }: CheckDeps, checked: CheckedLicense | null): LicenseCheck {
  const asOf = clock().toISOString();
  if (checked === null) {
    const finding = 'There is no such license, or something that was shown is wrong.';
    return { kind: 'license', matches: false, license: null, seal: null, shown: [], as_of: asOf, finding };
  }
  const { identifier, currentIdentifier, state, stateAt } = checked;
  const isCurrent = identifier === currentIdentifier;
  return {
    kind: 'license',
    matches: true,
    license: {
      identifier,
      is_current: isCurrent,
      current_identifier: currentIdentifier,
      name: checked.name,
      issuing_authority: checked.issuingAuthority,
      state,
      state_at: stateAt && { date: stateAt.date, state: stateAt.state ?? 'not_issued' },
      holders: checked.holders && [...checked.holders],
    },
    seal: null,
    shown: [...checked.shown],
    as_of: asOf,
    finding: `The license is ${state}${isCurrent ? '' : '; a later version took the place of this one'}.`,
  };
}
