// An event of the administrator of licenses: it concerns grounds and systems, no single license, so nothing lies in a box.
import type { LicenseEvent, LicenseEventKind } from '../domain/license-event.ts';
import { makeBareEvent } from './make-event.ts';

/** `about`: what was changed, `basis:<id>`, `client:<id>` or `registry:<id>`. */
export function adminEvent(kind: LicenseEventKind, actor: string, about: string, at: Date): LicenseEvent {
  return makeBareEvent({ at, kind, licenseId: null, identifier: null, actor, organisation: null, basis: about });
}
