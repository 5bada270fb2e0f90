// oidc-provider put together: configuration, storage, clients, the end of sessions, what is written down.
// The library takes its signing keys once, when it is made. Other keys therefore mean another instance: it is made beside
// the one in use and takes its place, while requests under way end on the old one. Nothing else is kept in an instance, so
// whoever needs one asks for that of the moment and never keeps it.
import type { EventEmitter } from 'node:events';
import type { Knex } from 'knex';
import { type JWK, Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { deriveKey } from '../../common/crypto/sealed-box.ts';
import type { Mode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { AccountDocument } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { Lifetimes } from '../domain/lifetimes.ts';
import type { SessionLife } from '../domain/session-life.ts';
import { makePairwiseSubjects } from '../domain/subject.ts';
import type { Changes } from '../flow/follow-changes.ts';
import { deviceLimit, giveLimitBack } from '../flow/limit.ts';
import { awaitFirstTries, type SendLogout } from '../flow/logout-queue.ts';
import { findAccountBySub, findDocument, fromJoined } from '../store/accounts.ts';
import { countDisclosure } from '../store/disclosures.ts';
import { listLiveRoles } from '../store/roles.ts';
import { makeFindAccount } from './accounts.ts';
import { makeActAs, readActingFor } from './act-as.ts';
import { PostgresAdapter } from './adapter.ts';
import { runAfterwards } from './afterwards.ts';
import { compareSecretsIn } from './client-secrets.ts';
import { readClientsFrom } from './clients.ts';
import { type ConfigurationParts, makeConfiguration } from './configuration.ts';
import type { CurrentProvider } from './current-provider.ts';
import { makeDeviceFlow } from './device-pages.ts';
import { slowDownPolling } from './device-polling.ts';
import { recordDisclosures } from './disclosures.ts';
import { makeDuties } from './duties.ts';
import { ownFormPosts } from './form-post.ts';
import { makeLoadGrant } from './grants.ts';
import { limitPushedRequests, makeTtl } from './lifetimes.ts';
import { makeOutboundFetch } from './outbound-fetch.ts';
import { leadOnAfterLogout, makePageRequests, makeProviderPages, type PageRequests, type ReceiptsOf } from './pages.ts';
import { makeRecordProof } from './record-proof.ts';
import { makeRecorder, type Recorder, recordProvider } from './recorder.ts';
import { deriveSuccessors, type RefreshGrace } from './refresh-grace.ts';
import { detectReplaysIn } from './replay-detection.ts';
import { takeAccount } from './request-reads.ts';
import { writeTogether } from './request-writes.ts';
import { type Audience, makeResourceIndicators } from './resources.ts';
import { endSessionsFor, makeSendLogout } from './session-end.ts';

export type ProviderDeps = Lifetimes & {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  readonly mode: Mode;
  /** The room's public URL. */
  readonly issuer: string;
  readonly audiences: readonly Audience[];
  /** Private keys; the first one signs. */
  readonly signingKeys: readonly JWK[];
  readonly changes: Changes;
  readonly cookieKeys: readonly string[];
  readonly documentKeys: DocumentKeys;
  /** 32 bytes; keys of the protocol are derived from it, the same on every node. */
  readonly rootSecret: Uint8Array;
  /** Under which pairwise subjects are made. */
  readonly subjectKey: Uint8Array;
  /** Networks in CIDR form that back-channel logout may reach although they are private. */
  readonly logoutNetworks: readonly string[];
  /** How long a system may take to answer it. */
  readonly logoutTimeoutMs: number;
  /** How long the person who logs out waits for the systems to be told. */
  readonly logoutWaitMs: number;
  readonly sessionLife: SessionLife;
};

export type HouseProvider = {
  /** The provider of this moment. */
  readonly provider: CurrentProvider;
  /** Makes a provider with these keys and puts it in place of the one in use. */
  readonly useKeys: (signingKeys: readonly JWK[]) => void;
  /** Sends one client a fresh logout token. */
  readonly sendLogout: SendLogout;
  readonly requests: PageRequests;
  readonly recorder: Recorder;
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
};

export function makeProvider(deps: ProviderDeps): HouseProvider {
  const { db, clock, log } = deps;
  const requests = makePageRequests();
  const recorder = makeRecorder({ db, clock, log });
  const readDocument = makeReadDocument(deps);
  const receiptsOf: ReceiptsOf = (sessionUid, since) =>
    awaitFirstTries(db, { sessionUid, since, waitMs: deps.logoutWaitMs });
  const refreshGrace = {
    seconds: deps.refreshGraceSeconds,
    key: deriveKey(deps.rootSecret, 'identity refresh successor'),
  };
  const parts = makeParts(deps, { requests, recorder, readDocument, refreshGrace });
  const make = (signingKeys: readonly JWK[]): Provider => {
    const provider = new Provider(deps.issuer, makeConfiguration({ ...parts, signingKeys }));
    provider.proxy = deps.mode === 'production'; // TLS ends in front of us
    const emitter: EventEmitter = provider;
    emitter.on('error', (error: unknown) => log.error({ err: error }, 'provider answer failed'));
    readClientsFrom(provider, { db, changes: deps.changes });
    compareSecretsIn(provider, { db, clock });
    detectReplaysIn(provider, { db, clock });
    deriveSuccessors(provider, refreshGrace);
    endSessionsFor(provider, { db, clock });
    recordProvider(provider, { recorder, requests, log });
    runAfterwards(provider, clock, [
      recordDisclosures((told) => countDisclosure(db, { ...told, at: clock() })),
      leadOnAfterLogout(provider, { requests, receiptsOf }),
      ownFormPosts(provider, requests),
      slowDownPolling({ db, clock }),
      limitPushedRequests(provider, deps),
    ]);
    // Last, so that the others see what became of it.
    writeTogether(provider, db);
    return provider;
  };
  let current = make(deps.signingKeys);
  const useKeys = (signingKeys: readonly JWK[]): void => {
    current = make(signingKeys);
  };
  return {
    provider: () => current,
    sendLogout: makeSendLogout(() => current, db),
    useKeys,
    requests,
    recorder,
    readDocument,
  };
}

type SharedParts = Pick<HouseProvider, 'requests' | 'recorder' | 'readDocument'> & {
  readonly refreshGrace: RefreshGrace;
};

/** What every instance is made of, whatever its keys are. */
function makeParts(
  deps: ProviderDeps,
  { requests, recorder, readDocument, refreshGrace }: SharedParts,
): Omit<ConfigurationParts, 'signingKeys'> {
  const { db, clock, log, audiences } = deps;
  const adapterDeps = {
    db,
    clock,
    refreshGrace,
    onReuse: (model: string, payload: { clientId?: string | undefined }) => {
      log.warn({ model, client_id: payload.clientId }, 'used twice at once, tokens revoked');
      return recorder.record({ kind: 'code.reused', clientId: payload.clientId, detail: { model } });
    },
  };
  const subjectOf = makePairwiseSubjects(deps.subjectKey);
  const duties = makeDuties((sub) => listLiveRoles(db, sub, clock()));
  const recordProof = makeRecordProof(db);
  const actAs = makeActAs({ db, clock });
  const loadGrant = makeLoadGrant({ db, clock, audiences, duties, actAs });
  return {
    adapter: (model: string) => new PostgresAdapter(model, adapterDeps),
    findAccount: makeFindAccount({
      findAccount: async (sub) => {
        const read = takeAccount(sub);
        return read ? fromJoined(deps.documentKeys, read) : findAccountBySub(db, deps.documentKeys, sub);
      },
      readDocument,
      readActingFor: (ctx) => readActingFor(db, ctx),
      listRoles: (sub) => listLiveRoles(db, sub, clock()),
    }),
    loadExistingGrant: async (ctx) => {
      await recordProof(ctx);
      return loadGrant(ctx);
    },
    pairwiseIdentifier: (_ctx, sub, client) => subjectOf(sub, String(client['xinji_sector'])),
    actAsPrompt: actAs.prompt,
    extraTokenClaims: async (ctx, token) => {
      const acting_for = 'grantId' in token ? await readActingFor(db, ctx) : undefined;
      return { ...(await duties.extraTokenClaims(ctx, token)), ...(acting_for && { acting_for }) };
    },
    resourceIndicators: makeResourceIndicators(audiences, duties),
    fetch: makeOutboundFetch({ networks: deps.logoutNetworks, timeoutMs: deps.logoutTimeoutMs }),
    pages: makeProviderPages({ requests, clock }),
    deviceFlow: makeDeviceFlow({ requests, onFound: (address) => giveLimitBack(db, deviceLimit(address)) }),
    ttl: makeTtl(deps, deps.sessionLife, clock),
    dpopNonceSecret: deriveKey(deps.rootSecret, 'identity dpop nonce'),
    cookieKeys: deps.cookieKeys,
    secureCookies: deps.mode === 'production',
  };
}

function makeReadDocument({ db, documentKeys }: ProviderDeps): (sub: string) => Promise<AccountDocument> {
  return async (sub) => {
    const document = await findDocument(db, documentKeys, sub);
    if (document === null) throw new TrustError('internal', 'the account is gone');
    return document;
  };
}
