// The beginning of a life: an application for a new seal, or the re-making of one (重新制作), which keeps the code and
// begins the next version. The picture is made once for trial, so that what cannot be drawn is refused to the applicant.
import type { Knex } from 'knex';
import { checkCreditCode } from '../../common/codes/credit-code.ts';
import type { SealApplication, SealApplicationRequest } from '../../common/contract/seal-life.ts';
import type { SealPictureSpec } from '../../common/contract/seal-picture.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { organisationFor, ruleOf } from '../domain/seal-life.ts';
import type { SealVersion } from '../domain/seal-version.ts';
import { describeVersion } from '../domain/version-document.ts';
import { takeSealCode } from '../store/seal-codes.ts';
import { findVersion, insertVersion, listVersions, type NewVersion } from '../store/seal-versions.ts';
import { drawPicture } from './draw-picture.ts';
import { type LifeAct, runAct } from './life-act.ts';
import type { LifeDeps } from './life-deps.ts';
import { takeStep } from './take-step.ts';

/** Applies for a seal. Codes: `code-check`, `invalid-request`, `glyph-missing`, `picture-refused`, those of a step. */
export async function applyForSeal(
  deps: LifeDeps,
  act: Omit<LifeAct, 'name' | 'request'>,
  request: SealApplicationRequest,
): Promise<SealApplication> {
  checkCreditCode(request.owner_code, '/owner_code');
  organisationFor(act.actor, ruleOf('apply', 'none', request.name ?? request.owner_name), request.owner_code);
  await tryPicture(deps, request.picture, request.show_code);
  return runAct(deps, { ...act, name: 'apply', request }, async (trx, now) => {
    const esID = await takeSealCode(trx, deps.codeRule, request.owner_code, now);
    const version = await begin(trx, {
      applicationId: makeId('sealapp'),
      esID,
      number: 1,
      kind: 'new',
      ownerName: request.owner_name,
      ownerCode: request.owner_code,
      name: request.name ?? request.owner_name,
      sealKind: request.kind,
      validYears: request.valid_years,
      picture: request.picture,
      showsCode: request.show_code,
      createdAt: now,
    });
    const { reason } = request;
    const { actor, requestId } = act;
    return describeVersion(await takeStep(trx, version, { step: 'apply', actor, reason, requestId, now }), now);
  });
}

export type Remaking = {
  readonly reason: string;
  readonly picture?: SealPictureSpec | undefined;
  readonly valid_years: number;
};

/**
 * Begins the next version of a seal in force; the one before goes on until the next is active. Codes: `seal-not-found`,
 * `seal-state-forbids` also while another version is in the making, those of `applyForSeal`.
 */
export async function remakeSeal(
  deps: LifeDeps,
  act: Omit<LifeAct, 'name' | 'request'>,
  esID: string,
  request: Remaking,
): Promise<SealApplication> {
  const known = await lastVersion(deps.db, esID);
  if (request.picture) await tryPicture(deps, request.picture, known.showsCode);
  return runAct(deps, { ...act, name: `re-make ${esID}`, request }, async (trx, now) => {
    const last = await lastVersion(trx, esID);
    const picture = request.picture ?? (await currentPicture(trx, esID));
    const isRedrawn = request.picture !== undefined;
    const { ownerName, ownerCode, name, sealKind, showsCode } = last;
    const version = await begin(trx, {
      applicationId: makeId('sealapp'),
      esID,
      number: last.number + 1,
      kind: isRedrawn ? 'redrawing' : 'renewal',
      ...{ ownerName, ownerCode, name, sealKind, showsCode },
      validYears: request.valid_years,
      picture,
      createdAt: now,
    });
    const step = isRedrawn ? 'redraw' : 'renew';
    const { actor, requestId } = act;
    return describeVersion(await takeStep(trx, version, { step, actor, reason: request.reason, requestId, now }), now);
  });
}

async function begin(trx: Knex, version: NewVersion): Promise<SealVersion> {
  await insertVersion(trx, version);
  return (await findVersion(trx, version.applicationId))!;
}

async function lastVersion(db: Knex, esID: string): Promise<SealVersion> {
  const last = (await listVersions(db, esID)).at(-1);
  if (last) return last;
  throw new TrustError('seal-not-found', `There is no seal ${esID}`);
}

/** That of the version in force; a seal from before lives were kept has none that could be drawn again. */
async function currentPicture(db: Knex, esID: string): Promise<SealPictureSpec> {
  const versions = await listVersions(db, esID);
  const current = versions.find(({ state }) => state === 'active' || state === 'suspended') ?? versions.at(-1);
  if (current?.picture) return current.picture;
  throw new TrustError('invalid-request', `Nothing is on record from which the picture of seal ${esID} could be made`, {
    pointer: '/picture',
    hint: 'Name the picture in the request.',
  });
}

const SAMPLE_CODE = '00000000000000';

async function tryPicture({ font }: LifeDeps, picture: SealPictureSpec, showsCode: boolean): Promise<void> {
  const isCoded = picture.source === 'drawn' && showsCode;
  await drawPicture(isCoded ? { ...picture, arc_code: SAMPLE_CODE } : picture, font());
}
