// What answers behind the rows of the route table, a name for each resource.
import { makeEventStreams } from '../../common/http/event-stream.ts';
import { makeFlashes } from '../../common/http/flash.ts';
import { makeWrongTries } from '../flow/wrong-tries.ts';
import { makeBatchHandlers } from '../http/batches.ts';
import { makeDeskHandlers } from '../http/desk.ts';
import { makeDeskBatchHandlers } from '../http/desk-batches.ts';
import { makeDeskCorrectionHandlers } from '../http/desk-corrections.ts';
import { makeDeskDraftHandlers } from '../http/desk-drafts.ts';
import { makeDeskIssuedHandler } from '../http/desk-issued.ts';
import { makeDeskLicenseHandlers } from '../http/desk-licenses.ts';
import { makeDeskVersionHandlers } from '../http/desk-versions.ts';
import { makeEventsHandler } from '../http/license-events.ts';
import { makeLicenseTypeHandlers } from '../http/license-types.ts';
import { makeLicenseHandlers } from '../http/licenses.ts';
import { makeLoginHandlers } from '../http/login.ts';
import { makePresentHandlers } from '../http/present.ts';
import { makePresentationHandlers } from '../http/presentations.ts';
import { makeRedeemHandlers } from '../http/redeem.ts';
import { makeRelyingParty } from '../http/relying-party.ts';
import { makeShreddingHandler } from '../http/shreddings.ts';
import { makeVerificationHandler } from '../http/verifications.ts';
import { makeVerifyHandlers } from '../http/verify-pages.ts';
import { makeWalletHandlers } from '../http/wallet.ts';
import { makeWebhookHandlers } from '../http/webhooks.ts';
import type { Core } from './core.ts';
import type { LicenseAppDeps } from './deps.ts';

export type Handlers = ReturnType<typeof makeHandlers>;

export function makeHandlers(parts: LicenseAppDeps, core: Core) {
  const { deps, gate, sessions, cookies, lastLists } = core;
  return {
    types: makeLicenseTypeHandlers(deps.catalog),
    licenses: makeLicenseHandlers(deps, gate, parts.issueWaitMs === undefined ? {} : { waitMs: parts.issueWaitMs }),
    events: makeEventsHandler(deps, gate),
    presentations: makePresentationHandlers(deps, sessions, gate),
    webhooks: makeWebhookHandlers({ ...deps, mode: parts.mode }, gate),
    shred: makeShreddingHandler(deps, gate),
    login: makeLoginHandlers({ deps, cookies, sessions, relyingParty: makeOwnParty(parts), url: parts.url }),
    wallet: makeWalletHandlers({ deps, sessions, lastLists, flashes: makeFlashes(cookies) }),
    present: makePresentHandlers({ deps, sessions, cookies }),
    redeem: makeRedeemHandlers({ deps, sessions }),
    ...makeCheckHandlers(core),
    ...makeListHandlers(parts, core),
    desk: makeDeskHandlers({ deps, sessions }),
    drafts: makeDeskDraftHandlers({ deps, sessions }),
    issueDone: makeDeskIssuedHandler({ deps, sessions }),
    issued: makeDeskLicenseHandlers({ deps, sessions }),
    versions: makeDeskVersionHandlers({ deps, sessions }),
    corrections: makeDeskCorrectionHandlers({ deps, sessions }),
  };
}

/** Wrong tries count the same whether they come by page or by API. */
function makeCheckHandlers({ deps, limit }: Core) {
  const tries = makeWrongTries(deps.clock);
  return { verify: makeVerifyHandlers(deps, tries), verification: limit.guard(makeVerificationHandler(deps, tries)) };
}

/** Lists by API and at the desk; the streams of both count together. */
function makeListHandlers({ sheets }: LicenseAppDeps, { deps, gate, sessions }: Core) {
  const streams = makeEventStreams();
  return {
    batches: makeBatchHandlers({ ...deps, sheets }, gate, streams),
    lists: makeDeskBatchHandlers({ deps: { ...deps, sheets }, sessions, streams }),
  };
}

/** This room as a client of the identity room. */
function makeOwnParty({ identityUrl, url, clientKeyPem, mode, clock }: LicenseAppDeps) {
  const allowHttp = mode === 'development';
  return makeRelyingParty({ issuer: identityUrl, url, keyPem: clientKeyPem, allowHttp, clock });
}
