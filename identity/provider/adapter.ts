// What oidc-provider asks of its storage, on PostgreSQL. Three things differ from an ordinary adapter, each for a reason
// that was measured: consume is a compare-and-set whose losers are refused (a refresh token has a few seconds of grace,
// refresh-grace.ts), and the clients of a session live in a table of their own instead of inside one document that parallel
// requests overwrite. Clients are not read through here; see clients.ts.
import type { Knex } from 'knex';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import {
  type Artifact,
  deleteArtifact,
  deleteByGrant,
  findArtifact,
  findArtifactByUserCode,
  findSessionByUid,
  markConsumed,
  revokeGrant,
  upsertArtifact,
} from '../store/artifacts.ts';
import { isEndedSession } from '../store/ended-sessions.ts';
import { joinSession, leaveSession, listParticipations, markPersistsLogout } from '../store/session-clients.ts';
import { followRotation, isInGrace, REFRESH_TOKEN, type RefreshGrace } from './refresh-grace.ts';

export type AdapterDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  /** Told when a code or token is shown a second time; everything issued under the grant is revoked by then. */
  readonly onReuse: (model: string, payload: AdapterPayload) => Promise<void>;
  readonly refreshGrace: RefreshGrace;
};

type Authorizations = NonNullable<AdapterPayload['authorizations']>;

/** What a session's authorizations were when they were read, to tell what the request changed. */
const asRead = new WeakMap<Authorizations, ReadonlyMap<string, { grantId: string | null; persistsLogout: boolean }>>();

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
    const now = clock();
    const expiresAt = new Date(now.getTime() + expiresIn * 1000);
    const artifact = { model: this.#model, id, payload: this.#stored(payload), expiresAt };
    // PostgreSQL keeps no NUL in a text: a request that brings one along is the caller's mistake, not ours.
    if (JSON.stringify(artifact.payload).includes('\\u0000')) throw new errors.InvalidRequest('a NUL character');
    await upsertArtifact(db, artifact);
    if (this.#model === 'Session' && payload.uid) await this.#saveParticipations(payload.uid, payload.authorizations);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const { db, clock, refreshGrace } = this.#deps;
    const find = (key: string): Promise<Artifact | null> => findArtifact(db, this.#model, key);
    const artifact = await find(id);
    if (this.#model !== REFRESH_TOKEN || artifact === null || artifact.consumedAt === null)
      return this.#present(artifact);
    return this.#present(await followRotation(refreshGrace, { id, artifact }, { find, now: clock() }));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#present(await findSessionByUid(this.#deps.db, uid));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#present(await findArtifactByUserCode(this.#deps.db, this.#model, userCode));
  }

  /** Exactly one caller consumes. RFC 6749, 4.1.2: for the others the request is denied and what was issued is revoked. */
  async consume(id: string): Promise<void> {
    const { db, clock, onReuse, refreshGrace } = this.#deps;
    if (await markConsumed(db, this.#model, id, clock())) return;
    if (this.#model === 'PushedAuthorizationRequest')
      throw new errors.InvalidRequestUri('the request_uri was used before');
    const artifact = await findArtifact(db, this.#model, id);
    if (this.#model === REFRESH_TOKEN && artifact && isInGrace(refreshGrace, artifact, clock())) return;
    const grantId = artifact?.payload['grantId'];
    if (typeof grantId === 'string') await revokeGrant(db, grantId);
    if (artifact) await onReuse(this.#model, artifact.payload);
    throw new errors.InvalidGrant('used before');
  }

  async destroy(id: string): Promise<void> {
    await deleteArtifact(this.#deps.db, this.#model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await deleteByGrant(this.#deps.db, this.#model, grantId);
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

  async #present(artifact: Artifact | null): Promise<AdapterPayload | undefined> {
    if (artifact === null) return undefined;
    const consumed = artifact.consumedAt ? { consumed: Math.floor(artifact.consumedAt.getTime() / 1000) } : {};
    const payload = { ...artifact.payload, ...consumed } as AdapterPayload;
    const uid = artifact.sessionUid;
    if (this.#model !== 'Session' || uid === null) return payload;
    if (await isEndedSession(this.#deps.db, uid)) return undefined;
    return { ...payload, authorizations: await this.#readParticipations(uid) };
  }

  async #readParticipations(sessionUid: string): Promise<Authorizations> {
    const participations = await listParticipations(this.#deps.db, sessionUid);
    const authorizations: Authorizations = {};
    for (const [clientId, { sid, grantId, persistsLogout }] of participations) {
      authorizations[clientId] = {
        sid,
        ...(grantId === null ? {} : { grantId }),
        ...(persistsLogout ? { persistsLogout } : {}),
      };
    }
    asRead.set(authorizations, participations);
    return authorizations;
  }

  /** Writes only what this request changed: another one's changes are neither undone nor repeated. */
  async #saveParticipations(sessionUid: string, authorizations: Authorizations = {}): Promise<void> {
    const { db, clock } = this.#deps;
    const before = asRead.get(authorizations) ?? new Map();
    for (const [clientId, { sid, grantId, persistsLogout }] of Object.entries(authorizations)) {
      const at = { sessionUid, clientId, now: clock() };
      const known = before.get(clientId);
      if (sid && grantId && known?.grantId !== grantId) {
        await joinSession(db, at, { sid, grantId, persistsLogout: persistsLogout ?? false }, known?.grantId ?? null);
      }
      if (sid && persistsLogout && known && !known.persistsLogout) await markPersistsLogout(db, at);
    }
    for (const clientId of before.keys()) {
      if (!(clientId in authorizations)) await leaveSession(db, { sessionUid, clientId, now: clock() });
    }
  }
}
