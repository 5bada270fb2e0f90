// The provider with its signing keys, and how every other part reads an account.
import { SCOPES } from '../../common/contract/identity.ts';
import { deriveDocumentKeys } from '../domain/document-box.ts';
import { deriveSigningBoxKey } from '../domain/signing-key-box.ts';
import { deriveSubjectKey } from '../domain/subject.ts';
import { followChanges } from '../flow/follow-changes.ts';
import { keepSigningKeys } from '../flow/rotate-signing-key.ts';
import { openKeyring } from '../provider/keyring.ts';
import { makeProvider } from '../provider/provider.ts';
import { findAccountBySub } from '../store/accounts.ts';
import type { IdentityDeps } from './deps.ts';

const FRESH_FOR_MS = 1000;

export type Core = Awaited<ReturnType<typeof makeCore>>;

export async function makeCore(deps: IdentityDeps) {
  const { db, clock, rootSecret } = deps;
  const keys = deriveDocumentKeys(rootSecret);
  const changes = followChanges({ db, freshForMs: deps.freshForMs ?? FRESH_FOR_MS });
  const sessionLife = { idleSeconds: deps.sessionIdleMinutes * 60, maxSeconds: deps.sessionHours * 3600 };
  const keyDeps = {
    db,
    clock,
    boxKey: deriveSigningBoxKey(rootSecret),
    leadSeconds: deps.keyLeadSeconds,
    maxAgeSeconds: deps.keyMaxAgeDays * 86_400,
  };
  await keepSigningKeys(keyDeps);
  const keyring = await openKeyring({
    ...keyDeps,
    changes,
    // Longer than anything signed counts. As a hint of who logs out an ID token counts as long as its session lives.
    keepSeconds: sessionLife.maxSeconds,
    onChange: (ring) => useKeys(ring.providerKeys()),
  });
  const { useKeys, ...provider } = makeProvider({
    ...deps,
    issuer: deps.url,
    audiences: [
      { url: deps.licenseUrl, scopes: SCOPES.filter((scope) => scope.startsWith('license:')) },
      { url: deps.sealUrl, scopes: SCOPES.filter((scope) => scope.startsWith('seal:')) },
    ],
    changes,
    signingKeys: keyring.providerKeys(),
    documentKeys: keys,
    subjectKey: deriveSubjectKey(rootSecret),
    sessionLife,
  });
  return {
    ...provider,
    keyring,
    keyDeps,
    sessionLife,
    /** What flows about persons are given. */
    people: { db, clock, keys, work: deps.passwords.work },
    findAccount: (sub: string) => findAccountBySub(db, keys, sub),
  };
}
