// What was read for one request beside what it asked for, handed over once when the library asks for it. A code comes with
// its grant and its session; a session comes with the part of the client that asks, not of the hundreds that take part.
import { Provider } from 'oidc-provider';
import { Note } from '../../common/note.ts';
import type { JoinedAccount } from '../store/accounts.ts';
import type { Payload } from '../store/artifacts.ts';
import type { Presented } from '../store/exchanges.ts';
import type { SessionRead, TokenRead } from '../store/session-reads.ts';

/** `clientId`: whose participation was read with the session. */
export type KeptSession = { readonly session: SessionRead | null; readonly clientId: string };

type Kept = {
  /** By value: what somebody asks about, before it is known what it is. */
  readonly asked: Map<string, Promise<TokenRead | null>>;
  /** By value: what is exchanged, read with the assertion of who exchanges it; null once it was handed over. */
  readonly tokens: Map<string, TokenRead | null>;
  readonly sessions: Map<string, KeptSession>;
  readonly grants: Map<string, Payload>;
  readonly accounts: Map<string, JoinedAccount>;
};

/** On a request's state. */
const kept = new Note<Kept>('reads');

/** The client of an authorization request; null in every other one, where all that take part may matter. */
export function askingClient(): string | null {
  const ctx = Provider.ctx;
  if (ctx?.oidc?.route !== 'authorization') return null;
  const clientId = ctx.query['client_id'];
  return typeof clientId === 'string' && !clientId.includes('\0') ? clientId : null;
}

/** True where a login under way goes on with what a page came to: whose it is will be asked. */
export function isResuming(): boolean {
  return Provider.ctx?.oidc?.route === 'resume';
}

/** What a token presented at introspection or revocation may be: the library asks for each of them. */
const PRESENTED: readonly string[] = ['AccessToken', 'ClientCredentials', 'RefreshToken'];

/** What the exchange of each kind presents, and in which parameter. */
const EXCHANGED: Readonly<Record<string, { readonly model: string; readonly parameter: string }>> = {
  authorization_code: { model: 'AuthorizationCode', parameter: 'code' },
  refresh_token: { model: 'RefreshToken', parameter: 'refresh_token' },
};

/** What this request shows and will be asked about; null when nothing, or when it was read. */
export function presentedHere(): Presented | null {
  const { route, body } = Provider.ctx?.oidc ?? {};
  const exchanged = route === 'token' ? EXCHANGED[String(body?.['grant_type'])] : undefined;
  const isAsked = route === 'introspection' || route === 'revocation';
  const id = body?.[exchanged?.parameter ?? (isAsked ? 'token' : '')];
  if (typeof id !== 'string' || readsOfRequest()?.asked.has(id) || readsOfRequest()?.tokens.has(id)) return null;
  return { models: exchanged === undefined ? PRESENTED : [exchanged.model], id };
}

/** Keeps what was read of it, for whoever asks for it. */
export function keepPresented({ id }: Presented, token: TokenRead | null): void {
  const reads = readsOfRequest();
  if (Provider.ctx?.oidc?.route === 'token') reads?.tokens.set(id, token);
  else reads?.asked.set(id, Promise.resolve(token));
}

/** Handed over once; undefined: it was not read, or is not there. */
export function takeToken(model: string, id: string): TokenRead | undefined {
  const tokens = readsOfRequest()?.tokens;
  const token = tokens?.get(id);
  if (token?.model !== model) return undefined;
  tokens?.set(id, null);
  return token;
}

/** The token of this value, read once for all questions of the request; undefined: it is not such a question. */
export function readPresented(
  model: string,
  id: string,
  read: (models: readonly string[], id: string) => Promise<TokenRead | null>,
): Promise<TokenRead | null> | undefined {
  const route = Provider.ctx?.oidc?.route;
  if ((route !== 'introspection' && route !== 'revocation') || !PRESENTED.includes(model)) return undefined;
  const reads = readsOfRequest()!;
  const known = reads.asked.get(id) ?? read(PRESENTED, id);
  reads.asked.set(id, known);
  return known;
}

/** Keeps what came with a code or token, for this request. */
export function keepRead({ payload, sessionUid, session, grant, account }: TokenRead): void {
  const clientId = payload['clientId'];
  const reads = readsOfRequest();
  if (reads === undefined || typeof clientId !== 'string') return;
  if (account.sub !== null) reads.accounts.set(account.sub, account);
  if (sessionUid !== null) reads.sessions.set(sessionUid, { session, clientId });
  if (grant !== null) reads.grants.set(grant.id, grant.payload);
}

/** Keeps whose a session is, for this request. */
export function keepAccount(account: JoinedAccount): void {
  if (account.sub !== null) readsOfRequest()?.accounts.set(account.sub, account);
}

/** Handed over once; undefined: it was not read. */
export function takeSession(uid: string): KeptSession | undefined {
  return take(readsOfRequest()?.sessions, uid);
}

/** Handed over once; undefined: it was not read. */
export function takeGrant(id: string): Payload | undefined {
  return take(readsOfRequest()?.grants, id);
}

/** Handed over once; undefined: it was not read. */
export function takeAccount(sub: string): JoinedAccount | undefined {
  return take(readsOfRequest()?.accounts, sub);
}

/** Undefined outside of the provider's own requests. */
function readsOfRequest(): Kept | undefined {
  const state = Provider.ctx?.state;
  if (state === undefined) return undefined;
  const reads = kept.of(state) ?? {
    ...{ asked: new Map(), tokens: new Map(), sessions: new Map(), grants: new Map(), accounts: new Map() },
  };
  kept.put(state, reads);
  return reads;
}

function take<V>(map: Map<string, V> | undefined, key: string): V | undefined {
  const value = map?.get(key);
  map?.delete(key);
  return value;
}
