// What stands in the record of a license about somebody who reads it on a ground, or was refused: who, for what, what of it.
import type { EventDetail } from '../domain/event-detail.ts';
import type { LicenseEvent, LicenseEventKind } from '../domain/license-event.ts';
import type { License } from '../domain/license-record.ts';
import type { ReadGround } from '../domain/read-grounds.ts';
import type { LicenseClient } from '../store/clients.ts';
import type { AllowedRead } from './authorise-read.ts';
import { type Happening, makeBareEvent, makeEvent } from './make-event.ts';

export type ReadPurpose = {
  readonly purpose: string;
  /** 办理事项编码. */
  readonly matterCode: string;
  /** `cns_…` or `lgb_…`: this ground and no other; null: whatever carries the read. */
  readonly groundId: string | null;
};

/** What the holder will read about it. */
export function readEvent(read: AllowedRead, kind: LicenseEventKind): LicenseEvent {
  const { license, caller, request, ground, fields, at } = read;
  const matter = { code: request.matterCode, name: ground.matterName };
  const detail = { ...detailOf(caller, request), matter, fields };
  return eventOf(license, caller, { kind, at, basis: basisOf(ground) }, detail);
}

/** An event of a caller who was told something about a license that is not read on a ground: `told` says what. */
export function callerEvent(
  license: License,
  caller: LicenseClient,
  purpose: ReadPurpose,
  told: EventDetail,
  at: Date,
): LicenseEvent {
  const detail = { ...detailOf(caller, purpose), ...told };
  return eventOf(license, caller, { kind: 'read', at, basis: null }, detail);
}

/** `reason` as the caller was told it. */
export function refusedEvent(
  license: License,
  caller: LicenseClient,
  purpose: ReadPurpose,
  reason: string,
  at: Date,
): LicenseEvent {
  const detail = { ...detailOf(caller, purpose), reason };
  return eventOf(license, caller, { kind: 'refused', at, basis: null }, detail);
}

/** Without a license there is no key to close a detail under, and nobody whom it concerns: a column holds the reason. */
export function strangersEvent(
  caller: Pick<LicenseClient, 'clientId'> & { readonly organisation: string | null },
  identifier: string | null,
  reason: string,
  at: Date,
): LicenseEvent {
  const who = { actor: caller.clientId, organisation: caller.organisation, basis: `reason:${reason}` };
  return makeBareEvent({ ...who, at, kind: 'refused', licenseId: null, identifier });
}

export function basisOf(ground: Pick<ReadGround, 'kind' | 'id'>): string {
  return `${ground.kind}:${ground.id}`;
}

function detailOf(caller: LicenseClient, { purpose, matterCode }: ReadPurpose): EventDetail {
  return { organisation_name: caller.organisationName, purpose, matter: { code: matterCode } };
}

function eventOf(
  { dataKey, version }: License,
  caller: LicenseClient,
  part: Pick<Happening, 'kind' | 'at' | 'basis'>,
  detail: EventDetail,
): LicenseEvent {
  const who = { actor: caller.clientId, organisation: caller.organisation };
  return makeEvent(dataKey, { ...part, ...who, identifier: version.identifier }, detail);
}
