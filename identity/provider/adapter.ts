// What oidc-provider asks of its storage, on PostgreSQL. Three things differ from an ordinary adapter, each for a reason
// that was measured: consume is a compare-and-set whose losers are refused (a refresh token has a few seconds of grace,
// refresh-grace.ts), and the clients of a session live in a table of their own instead of inside one document that parallel
// requests overwrite. Clients are not read through here; see clients.ts.
// What one request reads together comes in one statement (request-reads.ts), what it issues together goes in one
// (request-writes.ts), and a session is written only when it changed.
import { isDeepStrictEqual } from 'node:util';
import type { Knex } from 'knex';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { isEndMoved } from '../domain/session-life.ts';
import {
  type Artifact,
  deleteArtifact,
  deleteByGrant,
  findArtifact,
  findArtifactByUserCode,
  findSessionByUid,
  markConsumed,
  revokeGrant,
  updateArtifactLater,
  updateByUserCode,
  upsertArtifact,
} from '../store/artifacts.ts';
import { isEndedSession } from '../store/ended-sessions.ts';
import {
  joinSession,
  leaveSession,
  listParticipations,
  markPersistsLogout,
  type Participation,
} from '../store/session-clients.ts';
import {
  readAnyToken,
  readInteraction,
  readSession,
  readToken,
  type SessionRead,
  type TokenRead,
} from '../store/session-reads.ts';
import { deviceHandle, userCodeOfHandle } from './device-handle.ts';
import { followRotation, isAtTokenEndpoint, isInGrace, REFRESH_TOKEN, type RefreshGrace } from './refresh-grace.ts';
import {
  askingClient,
  isResuming,
  keepAccount,
  keepRead,
  readPresented,
  takeGrant,
  takeSession,
  takeToken,
} from './request-reads.ts';
import {
  endLater,
  isFlushedByExchange,
  isHeldGrant,
  joinLastingly,
  settleGrant,
  useLater,
  writeLater,
} from './request-writes.ts';

export type AdapterDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  /** Told when a code or token is shown a second time; everything issued under the grant is revoked by then. */
  readonly onReuse: (model: string, payload: AdapterPayload) => Promise<void>;
  readonly refreshGrace: RefreshGrace;
};

type Authorizations = NonNullable<AdapterPayload['authorizations']>;

/** What a session was when it was read, to tell what the request changed. */
type AsRead = { readonly document: AdapterPayload | null; readonly participations: Map<string, Participation> };
const asRead = new WeakMap<Authorizations, AsRead>();

/** For whoever writes a participation himself: the session need not write it again. */
export function noteJoined(authorizations: Authorizations, clientId: string, participation: Participation): void {
  // A session that begins here was not read.
  const read = asRead.get(authorizations) ?? { document: null, participations: new Map() };
  read.participations.set(clientId, participation);
  asRead.set(authorizations, read);
}

type PresentedSession = Omit<SessionRead, 'account'>;

/** Codes and tokens that depend on a grant and, most of them, on a session. */
const TOKENS: ReadonlySet<string> = new Set(['AccessToken', 'AuthorizationCode', 'DeviceCode', 'RefreshToken']);

/** A replay record or an artifact without lifetime is kept this long. */
const FALLBACK_SECONDS = 24 * 60 * 60;

export class PostgresAdapter implements Adapter {
  readonly #model: string;
  readonly #deps: AdapterDeps;

  constructor(model: string, deps: AdapterDeps) {
    this.#model = model;
    this.#deps = deps;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn = FALLBACK_SECONDS): Promise<void> {
    const { db, clock } = this.#deps;
    if (this.#model === 'Session' && payload.uid) await this.#saveParticipations(payload.uid, payload.authorizations);
    if (this.#model === 'Session' && isUnchanged(id, payload, expiresIn)) return;
    const now = clock();
    const expiresAt = new Date(now.getTime() + expiresIn * 1000);
    const stored = this.#stored(payload);
    const { grantId } = payload;
    const asksOn = this.#model === 'Interaction' && payload['result'] === undefined && grantId !== undefined;
    const grant = asksOn ? { grantId: await settleGrant(grantId) } : {};
    const artifact = { model: this.#model, id, payload: { ...stored, ...grant }, expiresAt };
    // PostgreSQL keeps no NUL in a text: a request that brings one along is the caller's mistake, not ours.
    if (JSON.stringify(artifact.payload).includes('\\u0000')) throw new errors.InvalidRequest('a NUL character');
    // What a page came to: an interaction that has ended meanwhile does not come back by it.
    if (this.#model === 'Interaction' && payload['result'] !== undefined) {
      if (!(await updateArtifactLater(db, artifact))) throw new errors.SessionNotFound('the login under way has ended');
      return;
    }
    const userCode = this.#model === 'DeviceCode' ? userCodeOfHandle(id) : null;
    if (userCode === null) {
      const isFlushedLater = isFlushedByExchange(this.#model);
      if (!writeLater(artifact) && !isHeldGrant(artifact)) await upsertArtifact(db, artifact, { isFlushedLater });
    } else await updateByUserCode(db, userCode, artifact);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const { db, clock, refreshGrace } = this.#deps;
    if (this.#model === 'Grant') {
      const payload = takeGrant(id);
      if (payload !== undefined) return payload as AdapterPayload;
    }
    if (this.#model === 'Session') {
      const clientId = askingClient();
      const session = await readSession(db, id, clientId);
      if (session !== null) keepAccount(session.account);
      return this.#presentSession(session, clientId);
    }
    const userCode = this.#model === 'DeviceCode' ? userCodeOfHandle(id) : null;
    if (userCode !== null) return this.findByUserCode(userCode);
    const presented = readPresented(this.#model, id, (models, key) => readAnyToken(db, models, key));
    if (presented !== undefined) return this.#presentAsked(await presented);
    if (this.#model === 'Interaction' && isResuming()) {
      const interaction = await readInteraction(db, id);
      if (interaction !== null) keepAccount(interaction.account);
      return present(interaction);
    }
    const find = (key: string): Promise<Artifact | null> => findArtifact(db, this.#model, key);
    if (!TOKENS.has(this.#model)) return present(await find(id));
    const token = takeToken(this.#model, id) ?? (await readToken(db, this.#model, id));
    if (token !== null) keepRead(token);
    // Only where it is used: to introspection a used token is used.
    if (this.#model !== REFRESH_TOKEN || token?.consumedAt == null || !isAtTokenEndpoint()) return present(token);
    return present(await followRotation(refreshGrace, { id, artifact: token }, { find, now: clock() }));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const { db } = this.#deps;
    const kept = takeSession(uid);
    if (kept !== undefined) return this.#presentSession(kept.session, kept.clientId);
    const artifact = await findSessionByUid(db, uid);
    if (artifact === null || (await isEndedSession(db, uid))) return undefined;
    return this.#presentSession({ payload: artifact.payload, sessionUid: uid, participation: null }, null);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const found = present(await findArtifactByUserCode(this.#deps.db, this.#model, userCode));
    return found && { ...found, jti: deviceHandle(userCode) };
  }

  /** Exactly one caller consumes: now, or at the end of the request with what is issued for it. */
  async consume(id: string): Promise<void> {
    const { db, clock } = this.#deps;
    const use = { model: this.#model, id, at: clock(), refused: () => this.#refuseUse(id) };
    if (useLater(use) || (await markConsumed(db, this.#model, id, use.at))) return;
    if (this.#model === 'PushedAuthorizationRequest')
      throw new errors.InvalidRequestUri('the request_uri was used before');
    if (await use.refused()) throw new errors.InvalidGrant('used before');
  }

  /**
   * RFC 6749, 4.1.2: who comes second is denied, and what was issued is revoked. False: it was used a moment ago, and the
   * second use gets the same.
   */
  async #refuseUse(id: string): Promise<boolean> {
    const { db, clock, onReuse, refreshGrace } = this.#deps;
    const artifact = await findArtifact(db, this.#model, id);
    if (this.#model === REFRESH_TOKEN && artifact && isInGrace(refreshGrace, artifact, clock())) return false;
    const grantId = artifact?.payload['grantId'];
    if (typeof grantId === 'string') await revokeGrant(db, grantId);
    if (artifact) await onReuse(this.#model, artifact.payload);
    return true;
  }

  async destroy(id: string): Promise<void> {
    if (!endLater(this.#model, id)) await deleteArtifact(this.#deps.db, this.#model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await deleteByGrant(this.#deps.db, this.#model, grantId);
  }

  /** Undefined as well when it is a token of another model. */
  #presentAsked(token: TokenRead | null): AdapterPayload | undefined {
    if (token?.model !== this.#model) return undefined;
    keepRead(token);
    return present(token);
  }

  /** What of a payload goes into its row: no session cookie inside an interaction, no clients inside a session. */
  #stored(payload: AdapterPayload): Record<string, unknown> {
    if (this.#model === 'Session') {
      const { authorizations: _, ...rest } = payload;
      return rest;
    }
    const session = payload['session'];
    if (this.#model !== 'Interaction' || typeof session !== 'object' || session === null) return payload;
    const { cookie: _, ...rest } = session as Record<string, unknown>;
    return { ...payload, session: rest };
  }

  /** With the part of `clientId`, or of every client when it is null. */
  async #presentSession(
    session: PresentedSession | null,
    clientId: string | null,
  ): Promise<AdapterPayload | undefined> {
    if (session === null) return undefined;
    const { payload, sessionUid, participation } = session;
    const participations =
      clientId === null
        ? new Map(await listParticipations(this.#deps.db, sessionUid))
        : new Map(participation === null ? [] : [[clientId, participation]]);
    const authorizations: Authorizations = {};
    for (const [id, { sid, grantId, persistsLogout }] of participations) {
      authorizations[id] = {
        sid,
        ...(grantId === null ? {} : { grantId }),
        ...(persistsLogout ? { persistsLogout } : {}),
      };
    }
    const document = payload as AdapterPayload;
    asRead.set(authorizations, { document, participations });
    return { ...document, authorizations };
  }

  /** Writes only what this request changed: another one's changes are neither undone nor repeated. */
  async #saveParticipations(sessionUid: string, authorizations: Authorizations = {}): Promise<void> {
    const { db, clock } = this.#deps;
    const before: ReadonlyMap<string, Participation> = asRead.get(authorizations)?.participations ?? new Map();
    for (const [clientId, { sid, grantId, persistsLogout }] of Object.entries(authorizations)) {
      const at = { sessionUid, clientId, now: clock() };
      const known = before.get(clientId);
      if (sid && grantId && known?.grantId !== grantId) {
        const wanted = { sid, grantId, persistsLogout: persistsLogout ?? false };
        await joinSession(db, at, wanted, { replacing: known?.grantId ?? null });
      }
      const lasts = sid && persistsLogout && known && !known.persistsLogout;
      if (lasts && !joinLastingly(clientId)) await markPersistsLogout(db, at);
    }
    for (const clientId of before.keys()) {
      if (!(clientId in authorizations)) await leaveSession(db, { sessionUid, clientId, now: clock() });
    }
  }
}

function present(artifact: Artifact | null): AdapterPayload | undefined {
  if (artifact === null) return undefined;
  const consumed = artifact.consumedAt ? { consumed: Math.floor(artifact.consumedAt.getTime() / 1000) } : {};
  return { ...artifact.payload, ...consumed } as AdapterPayload;
}

/** True when the session's document is as it was read, and its end about where it was. */
function isUnchanged(id: string, payload: AdapterPayload, expiresIn: number): boolean {
  const { authorizations = {}, exp = 0, jti: _, ...rest } = payload;
  const before = asRead.get(authorizations)?.document;
  if (!before || before.jti !== id) return false;
  const { exp: expBefore = 0, jti: __, ...restBefore } = before;
  if (isEndMoved(Math.abs(exp - expBefore), expiresIn)) return false;
  return isDeepStrictEqual(rest, restBefore);
}
