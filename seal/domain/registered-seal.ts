// A seal as this room keeps it, and whether it may be used now.
import { TrustError } from '../../common/errors.ts';

export const SEAL_STATES = ['active', 'suspended', 'cancelled'] as const;
export type SealState = (typeof SEAL_STATES)[number];

export type RegisteredSeal = {
  readonly esID: string;
  readonly name: string;
  readonly version: number;
  readonly state: SealState;
  readonly stateChangedAt: Date;
  readonly ownerName: string;
  /** 统一社会信用代码 */
  readonly ownerCode: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly widthMm: number;
  readonly heightMm: number;
  /** DER of the SESeal. */
  readonly eseal: Uint8Array;
  readonly esealSm3: string;
  /** Which signer key uses it. */
  readonly keyRef: string;
};

/** The state as others see it: an active seal whose period is over is expired. */
export function shownState(seal: Pick<RegisteredSeal, 'state' | 'validTo'>, now: Date): SealState | 'expired' {
  return seal.state === 'active' && now > seal.validTo ? 'expired' : seal.state;
}

/** `seal-not-usable` unless the seal is active and in its period. */
export function checkUsable(seal: Omit<RegisteredSeal, 'eseal'>, now: Date): void {
  const period = `valid from ${seal.validFrom.toISOString()} to ${seal.validTo.toISOString()}`;
  if (seal.state !== 'active' || now < seal.validFrom || now > seal.validTo) {
    throw new TrustError('seal-not-usable', `Seal ${seal.esID} is ${shownState(seal, now)}, ${period}`);
  }
}
