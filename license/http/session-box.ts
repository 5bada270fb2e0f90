// What a session of the pages knows, and the box in which the person lies.
import { utf8 } from '../../common/bytes.ts';
import type { Role } from '../../common/contract/roles.ts';
import { type BoxKey, closeBox, openBox } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';

export type Unit = { readonly code: string; readonly name: string };

/** What a session knows of its person; lies in a box. */
export type SessionPerson = {
  readonly name: string;
  /** For the logout at the identity room. */
  readonly idToken: string;
  /** In whose name he acts (`acting_for`); null for himself. */
  readonly unit: Unit | null;
  readonly roles: readonly Role[];
  /** What the identity room said of his session when it was used last; left out when it was not asked. */
  readonly limits?: { readonly lastsUntil: string; readonly idleSeconds: number };
};

export type HolderSession = SessionPerson & {
  readonly token: string;
  /** The account, one in all our rooms. */
  readonly sub: string;
  /** The session at the identity room. */
  readonly sid: string | null;
  /** Of the person, or of the unit in whose name he acts. */
  readonly holderKey: Uint8Array;
  readonly expiresAt: Date;
};

export function closePerson(key: BoxKey, person: SessionPerson, sub: string): Uint8Array {
  const { name, idToken, unit, roles, limits } = person;
  const kept = { name, idToken, unit, roles, ...(limits === undefined ? {} : { limits }) };
  return closeBox(key, utf8(JSON.stringify(kept)), `license.sessions.person ${sub}`);
}

export function openPerson(key: BoxKey, box: Uint8Array, sub: string): SessionPerson {
  return JSON.parse(new TextDecoder().decode(openBox(key, box, `license.sessions.person ${sub}`))) as SessionPerson;
}

/** Under which a session's token is stored. */
export function hashOf(token: string): Uint8Array {
  return sm3(utf8(token));
}
