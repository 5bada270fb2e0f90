// A version of a seal, a step of its history and a grant as the wire types say them.
import type { z } from 'zod';
import type { SealApplication, sealStep } from '../../common/contract/seal-life.ts';
import type { SealPictureSpec } from '../../common/contract/seal-picture.ts';
import type { TakenStep } from './seal-life.ts';
import type { SealVersion } from './seal-version.ts';

/** An active version whose period is over is shown as expired. */
export function describeVersion(version: SealVersion, now: Date): SealApplication {
  const { state, validFrom, validTo } = version;
  const isExpired = state === 'active' && validTo !== null && now > validTo;
  return {
    application_id: version.applicationId,
    esID: version.esID,
    version: version.number,
    begun_as: version.kind,
    state: isExpired ? 'expired' : state === 'none' ? 'applied' : state,
    state_changed_at: version.stateChangedAt.toISOString(),
    owner_name: version.ownerName,
    owner_code: version.ownerCode,
    name: version.name,
    kind: version.sealKind,
    show_code: version.showsCode,
    valid_years: version.validYears,
    picture: describePicture(version.picture),
    valid_from: validFrom?.toISOString() ?? null,
    valid_to: validTo?.toISOString() ?? null,
    eseal_sm3: version.esealSm3,
  };
}

/** One that was brought without its bytes, which the seal carries once it is made. */
function describePicture(picture: SealPictureSpec | null): SealApplication['picture'] {
  if (picture?.source !== 'brought') return picture;
  const { content: _, ...rest } = picture;
  return rest;
}

export function describeStep(step: TakenStep, version: number): z.infer<typeof sealStep> {
  return {
    application_id: step.applicationId,
    version,
    number: step.number,
    step: step.step,
    from: step.from,
    to: step.to,
    duty: step.duty,
    actor: step.actor,
    organisation: step.organisation,
    reason: step.reason,
    at: step.at.toISOString(),
  };
}
