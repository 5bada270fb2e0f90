// What one request issues goes into the database together, in one statement, before the answer leaves: nothing of it is read
// again in the same request. At the token endpoint that statement also marks the code or refresh token as used that they are
// issued for, and issues nothing when somebody was faster: he is refused then, before anything left. What is used and earns an
// error is marked as used all the same. Where a code is made, it goes with the session that it is made for and with the
// first part that its client takes in it; the login under way that ends with it goes with the proof that it brought.
// What is worth nothing before a code or a token is exchanged does not wait for the disk: the exchange does, and the
// database writes its log in order. A server that loses its power may forget a login that was under way, never a token.
import type { Knex } from 'knex';
import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { Note } from '../../common/note.ts';
import { deleteArtifact, type NewArtifact, upsertArtifacts } from '../store/artifacts.ts';
import { type Authentication, insertAuthentication } from '../store/authentications.ts';
import { exchangeFor } from '../store/exchanges.ts';
import { joinWith, markPersistsLogout, type Participation } from '../store/session-clients.ts';

const TOKENS: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken']);
const CODE_AND_SESSION: ReadonlySet<string> = new Set(['AuthorizationCode', 'Session']);
const TOGETHER: Readonly<Record<string, ReadonlySet<string>>> = {
  token: TOKENS,
  authorization: CODE_AND_SESSION,
  resume: CODE_AND_SESSION,
};

/** What the request uses up. `refused`: told when it was used before; false: what was issued stands all the same. */
export type Use = {
  readonly model: string;
  readonly id: string;
  readonly at: Date;
  readonly refused: () => Promise<boolean>;
};

/** A client's first part in a session, under a grant that is not written yet either. */
export type Joining = {
  readonly at: { readonly sessionUid: string; readonly clientId: string; readonly now: Date };
  readonly grant: NewArtifact;
  readonly wanted: Participation;
  /** Told when somebody was faster, or no code is made: writes it by itself, and says what counts. Not that it lasts. */
  readonly otherwise: () => Promise<{ readonly sid: string; readonly grantId: string }>;
};

type Waiting = {
  readonly issued: NewArtifact[];
  used?: Use;
  grant?: NewArtifact | null;
  ended?: string;
  joining?: Joining;
  proof?: Authentication;
};

/** On a request's state. */
const waiting = new Note<Waiting>('writes');

/** True when it will be written with the others of this request; false: the caller writes it. */
export function writeLater(artifact: NewArtifact): boolean {
  const ctx = Provider.ctx;
  const writes = waiting.of(ctx?.state);
  if (writes === undefined || !TOGETHER[ctx?.oidc?.route ?? '']?.has(artifact.model)) return false;
  writes.issued.push(artifact);
  return true;
}

/** True when it will be marked as used with what is issued for it; false: the caller marks it. */
export function useLater(use: Use): boolean {
  const writes = writesOfExchange();
  if (writes === undefined || writes.used !== undefined) return false;
  writes.used = use;
  return true;
}

/** True when it will be written with the code that is made here; false: the caller writes it. */
export function joinLater(joining: Joining): boolean {
  const writes = writesOfCode();
  if (writes === undefined) return false;
  writes.joining = joining;
  return true;
}

/** True when the part that is still to be written is of a client whose tokens outlive the session, as it says then. */
export function joinLastingly(clientId: string): boolean {
  const writes = waiting.of(Provider.ctx?.state);
  if (writes?.joining?.at.clientId !== clientId) return false;
  writes.joining = { ...writes.joining, wanted: { ...writes.joining.wanted, persistsLogout: true } };
  return true;
}

/** The grant that counts in place of `grantId`: a page that asks on writes it down, and so the part is written before it. */
export async function settleGrant(grantId: string): Promise<string> {
  const writes = waiting.of(Provider.ctx?.state);
  if (writes?.joining === undefined || writes.joining.grant.id !== grantId) return grantId;
  const { otherwise } = writes.joining;
  delete writes.joining;
  return (await otherwise()).grantId;
}

function writesOfExchange(): Waiting | undefined {
  const ctx = Provider.ctx;
  return ctx?.oidc?.route === 'token' ? waiting.of(ctx.state) : undefined;
}

function writesOfCode(): Waiting | undefined {
  const ctx = Provider.ctx;
  return makesCode(ctx?.oidc?.route) ? waiting.of(ctx?.state) : undefined;
}

/** True when the interaction that goes on here is deleted with what is written next of it; false: the caller deletes it. */
export function endLater(model: string, id: string): boolean {
  const ctx = Provider.ctx;
  const writes = waiting.of(ctx?.state);
  if (writes === undefined || ctx?.oidc?.route !== 'resume' || model !== 'Interaction') return false;
  writes.ended = id;
  return true;
}

/** True when it will be written with what is issued here; false: the caller writes it. */
export function proveLater(proof: Authentication): boolean {
  const writes = writesOfCode();
  if (writes === undefined) return false;
  writes.proof = proof;
  return true;
}

/** The grant that `save` saves, for the caller to write with whatever belongs to it; null when it is written. */
export async function holdGrant(save: () => Promise<unknown>): Promise<NewArtifact | null> {
  const writes = waiting.of(Provider.ctx?.state);
  if (writes === undefined) {
    await save();
    return null;
  }
  writes.grant = null;
  try {
    await save();
    return writes.grant;
  } finally {
    delete writes.grant;
  }
}

/** True when somebody holds it and will write it. */
export function isHeldGrant(artifact: NewArtifact): boolean {
  const writes = waiting.of(Provider.ctx?.state);
  if (artifact.model !== 'Grant' || writes?.grant === undefined) return false;
  writes.grant = artifact;
  return true;
}

/** True for what only the exchange of a code makes worth something, and for a login that is under way. */
export function isFlushedByExchange(model: string): boolean {
  return model === 'Interaction' || (model === 'Grant' && makesCode(Provider.ctx?.oidc?.route));
}

function makesCode(route: string | undefined): boolean {
  return route === 'authorization' || route === 'resume';
}

/** True at the exchange of what can be used once: that it was used is flushed behind everything else of the request. */
export function isExchange(): boolean {
  const { route, body } = Provider.ctx?.oidc ?? {};
  const kind = body?.['grant_type'];
  return route === 'token' && (kind === 'authorization_code' || kind === 'refresh_token');
}

/** What cannot be written is not told. */
export function writeTogether(provider: Provider, db: Knex): void {
  provider.use(async (context, next) => {
    const writes: Waiting = { issued: [] };
    waiting.put(context.state, writes);
    await next();
    waiting.put(context.state, undefined);
    const ctx = context as KoaContextWithOIDC;
    try {
      if (!(await write(db, writes, ctx.oidc?.route))) refuse(provider, ctx, new errors.InvalidGrant('used before'));
    } catch (error) {
      // As the library answers what it did not foresee.
      ctx.remove('Location');
      // The browser stays where it was: who tries again goes on, unless something was used up before.
      ctx.remove('Set-Cookie');
      ctx.status = 500;
      ctx.body = { error: 'server_error', error_description: 'oops! something went wrong' };
      provider.emit('server_error', ctx, error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** False when what the request used up was used before. */
async function write(db: Knex, writes: Waiting, route: string | undefined): Promise<boolean> {
  const { issued, used, joining } = writes;
  if (used !== undefined && (await exchangeFor(db, used, issued))) return true;
  if (used !== undefined && (await used.refused())) return false;
  if (joining !== undefined && issued.some(isCode)) {
    const { proof, ended = null } = writes;
    const given = proof === undefined ? null : { proof, ended };
    const isJoined = await joinWith(db, joining.at, joining.wanted, { issued: [joining.grant, ...issued], given });
    if (given === null) await endAndProve(db, writes);
    if (isJoined) return true;
  } else {
    await endAndProve(db, writes);
  }
  const left = joining === undefined ? issued : underPart(issued, await joining.otherwise());
  if (joining?.wanted.persistsLogout) await markPersistsLogout(db, joining.at);
  await upsertArtifacts(db, left, { isFlushedLater: makesCode(route) });
  return true;
}

async function endAndProve(db: Knex, { proof, ended }: Waiting): Promise<void> {
  if (proof !== undefined) await insertAuthentication(db, proof, ended);
  else if (ended !== undefined) await deleteArtifact(db, 'Interaction', ended);
}

function isCode({ model }: NewArtifact): boolean {
  return model === 'AuthorizationCode';
}

/** Codes as they would have been made under the part that counts. */
function underPart(
  issued: readonly NewArtifact[],
  { sid, grantId }: { readonly sid: string; readonly grantId: string },
): readonly NewArtifact[] {
  const change = (code: NewArtifact): NewArtifact => {
    const payload = { ...code.payload, grantId, ...('sid' in code.payload ? { sid } : {}) };
    return { ...code, payload };
  };
  return issued.map((one) => (isCode(one) ? change(one) : one));
}

/** As the library answers a code that was used before. */
function refuse(provider: Provider, ctx: KoaContextWithOIDC, error: errors.InvalidGrant): void {
  ctx.status = error.statusCode;
  ctx.body = { error: error.error, error_description: error.error_description };
  provider.emit('grant.error', ctx, error);
}
