// Rotation of refresh tokens without logging anybody out. Two tabs, or two nodes of one system, use the same token at the same
// moment: the library would take the second use for a theft and revoke the grant. For a few seconds the used token gives the
// same successor once more, to whoever authenticates as the client; later it is a theft, and the grant is revoked.
// The successor is derived from its predecessor under a key of ours (HMAC-SM3), so that parallel requests on different nodes
// make the same one without telling each other, and no table holds a token in clear.
import { Provider } from 'oidc-provider';
import { utf8 } from '../../common/bytes.ts';
import { hmacSm3 } from '../../common/crypto/sealed-box.ts';
import type { Artifact } from '../store/artifacts.ts';

export type RefreshGrace = { readonly seconds: number; readonly key: Uint8Array };

export const REFRESH_TOKEN = 'RefreshToken';

function successorOf({ key }: RefreshGrace, token: string): string {
  return Buffer.from(hmacSm3(key, utf8(token))).toString('base64url');
}

/** Whether it was used so shortly ago that its use once more is a race. */
export function isInGrace({ seconds }: RefreshGrace, { consumedAt }: Artifact, now: Date): boolean {
  return consumedAt !== null && now.getTime() - consumedAt.getTime() < seconds * 1000;
}

export function isAtTokenEndpoint(): boolean {
  return Provider.ctx?.oidc?.route === 'token';
}

/** Gives rotated refresh tokens their derived value; the first of a login is random. */
export function deriveSuccessors(provider: Provider, grace: RefreshGrace): void {
  const prototype: object = provider.RefreshToken.prototype;
  const { generateTokenId: generate } = prototype as { readonly generateTokenId: () => string };
  Object.defineProperty(prototype, 'generateTokenId', {
    value: function generateTokenId(this: object): string {
      const used = Provider.ctx?.oidc.entities.RotatedRefreshToken;
      return used ? successorOf(grace, used.jti) : generate.call(this);
    },
  });
}

/**
 * What a token that was just used stands for: the last used one of the chain that begins with it, as not used, so that its
 * successor is given. A successor may itself have been used by then, when one tab is slow.
 */
export async function followRotation(
  grace: RefreshGrace,
  start: { readonly id: string; readonly artifact: Artifact },
  { find, now }: { readonly find: (id: string) => Promise<Artifact | null>; readonly now: Date },
): Promise<Artifact> {
  let { id, artifact } = start;
  while (isInGrace(grace, artifact, now)) {
    const nextId = successorOf(grace, id);
    const next = await find(nextId);
    if (next === null || !isInGrace(grace, next, now)) return { ...artifact, consumedAt: null };
    [id, artifact] = [nextId, next];
  }
  return artifact;
}
