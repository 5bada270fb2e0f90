// A sealing over HTTP: who asks, with which key of the act, for which seal. The intent is on record before the private key
// is used, and the answer to a repetition is what was released the first time. No transaction is open over slow work.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { AuditLog } from '../../common/audit/audit-log.ts';
import { toHex } from '../../common/bytes.ts';
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import type { Clock } from '../../common/clock.ts';
import { DEFAULT_DOCUMENT_CLASS, type SealingQuery } from '../../common/contract/seal.ts';
import { Sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import { makeId } from '../../common/ids.ts';
import type { Log } from '../../common/log.ts';
import { checkUsable, type RegisteredSeal } from '../domain/registered-seal.ts';
import { type GrantUse, noGrant } from '../domain/seal-grant.ts';
import { fingerprintRequest, type RecordedSealing, type SealingIntent } from '../domain/sealing.ts';
import { refusalEntry, releaseEntry } from '../domain/usage.ts';
import { memorySource } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';
import { parseFieldLock } from '../pdf/permissions.ts';
import { makeSealingUpdate } from '../pdf/sealing-update.ts';
import { insertEvent } from '../store/events.ts';
import { hasGrant, useGrant } from '../store/seal-grants.ts';
import { claimSealing, endLease, findSealing, insertIntent, markGrant, markReleased } from '../store/sealings.ts';
import { findSeal } from '../store/seals.ts';
import type { PartyCache } from './party-cache.ts';
import { type SealingSigner, sealDocument } from './seal-document.ts';
import type { SealingParty } from './sealing-party.ts';

export type SealingDeps = {
  readonly db: Knex;
  /** The usage log. */
  readonly audit: AuditLog;
  readonly files: FileStore;
  readonly parties: PartyCache;
  readonly signer: SealingSigner;
  /** Null: this room has no time-stamp authority, and seals at level B only. */
  readonly stamper: TimeStamper | null;
  readonly clock: Clock;
  readonly log: Log;
};

export type ClientSealing = {
  readonly clientId: string;
  readonly requestId?: string | undefined;
  readonly idempotencyKey: string;
  readonly pdf: Uint8Array;
  /** Of an encrypted document; never on record. */
  readonly password?: string | undefined;
  readonly query: SealingQuery;
};

/** The sealed document is the input followed by `appended`. */
export type ReleasedSealing = { readonly sealingId: string; readonly appended: Uint8Array };

type Act = { readonly sealingId: string; readonly attempt: number };
type Work = {
  readonly request: ClientSealing;
  readonly inputHash: Sm3;
  readonly seal: RegisteredSeal;
  readonly party: SealingParty;
  /** Given at level T. */
  readonly stamper: TimeStamper | null;
};

const LEASE_MS = 30_000;
const WAIT_MS = 20_000;
const POLL_MS = 40;

/**
 * Seals for a client. Codes: `idempotency-conflict`, `seal-not-found`, `seal-not-granted`, `seal-not-usable`,
 * `time-stamp-unavailable`, those of `sealDocument`, and `seal-unavailable` when an equal request is at work for too long.
 * Sealed or refused, the row of the usage log is committed before this function returns or throws; when it cannot be,
 * the answer is `database-unavailable`.
 */
export async function sealForClient(deps: SealingDeps, request: ClientSealing): Promise<ReleasedSealing> {
  // 1. Hash the input once: for the fingerprint of the request, and later as the prefix of the digest that is signed.
  const inputHash = new Sm3().update(request.pdf);
  try {
    return await sealHashed(deps, request, inputHash);
  } catch (error) {
    await deps.audit.append(refusalEntry(request, toHex(inputHash.digest()), error, deps.clock()));
    throw error;
  }
}

async function sealHashed(deps: SealingDeps, request: ClientSealing, inputHash: Sm3): Promise<ReleasedSealing> {
  const inputSm3 = inputHash.digest();
  const requestSm3 = fingerprintRequest(request.query, inputSm3);
  // 2. The same act again? Then the answer is the one that was given.
  const earlier = await findSealing(deps.db, request.clientId, request.idempotencyKey);
  if (earlier?.updateSm3) return repeat(deps, earlier, requestSm3);
  // 3. May this client use this seal now, and can this document take it? Nothing is on record yet.
  const work = await checkRequest(deps, request, inputHash);
  // 4. Intent on record: one of all parallel equal requests writes it, the others wait for what it releases.
  const act = await takeAct(deps, work, requestSm3, toHex(inputSm3));
  if ('appended' in act) return act;
  // 5. Use the key, keep the result; release and the row of the usage log are one transaction.
  return release(deps, work, act, requestSm3);
}

async function checkRequest(deps: SealingDeps, request: ClientSealing, inputHash: Sm3): Promise<Work> {
  const { query, pdf, password } = request;
  const now = deps.clock();
  const seal = await findSeal(deps.db, query.seal);
  if (!seal) throw new TrustError('seal-not-found', `There is no seal ${query.seal}`, { pointer: '/seal' });
  const use = grantUse(request, now);
  if (!(await hasGrant(deps.db, use))) throw noGrant(use);
  checkUsable(seal, now);
  const party = await deps.parties.get(seal, now);
  makeSealingUpdate(openDocument(memorySource(pdf), password), {
    ...layoutOf(request),
    appearance: party.appearance,
    contentsBytes: party.contentsBytes[query.mode ?? 'dual'],
    time: now,
    signerName: seal.name,
  });
  const stamper = chooseStamper(query.level, deps.stamper);
  // A token must be to be had before anything is on record and the key is used.
  await stamper?.measure();
  return { request, inputHash, seal, party, stamper };
}

function chooseStamper(level: SealingQuery['level'], stamper: TimeStamper | null): TimeStamper | null {
  if (level !== 'T' || stamper) return level === 'B' ? null : stamper;
  const hint = 'Set XINJI_SEAL_TSA, or ask for level B, which has no time stamp.';
  throw new TrustError('time-stamp-unavailable', 'This room has no time-stamp authority', { pointer: '/level', hint });
}

/** What is sealed without naming its class is a general document. */
const grantUse = ({ clientId, query }: ClientSealing, at: Date): GrantUse => ({
  clientId,
  esID: query.seal,
  documentClass: query.class ?? DEFAULT_DOCUMENT_CLASS,
  at,
});

const layoutOf = ({ query, password }: ClientSealing) => ({
  password,
  mode: query.mode,
  page: query.page,
  placement: {
    xMm: query.x_mm,
    yMm: query.y_mm,
    pages: query.pages,
    straddle: query.straddle,
    straddleYMm: query.straddle_y_mm,
    field: query.field,
    withDate: query.date === 'true',
  },
  reason: query.reason,
  certify: query.certify,
  lock: query.lock === undefined ? undefined : parseFieldLock(query.lock),
});

/** The act that is ours to do, or what somebody else released meanwhile. */
async function takeAct(
  deps: SealingDeps,
  { request, seal }: Work,
  requestSm3: string,
  inputSm3: string,
): Promise<Act | ReleasedSealing> {
  const { db, clock } = deps;
  const now = clock();
  const intent: SealingIntent = {
    sealingId: makeId('seal'),
    clientId: request.clientId,
    idempotencyKey: request.idempotencyKey,
    requestSm3,
    query: request.query,
    esealSm3: seal.esealSm3,
    inputSm3,
    inputSize: request.pdf.length,
    createdAt: now,
    leaseUntil: new Date(now.getTime() + LEASE_MS),
  };
  const isOurs = await db.transaction(async (trx) => {
    if (!(await insertIntent(trx, intent))) return false;
    const use = grantUse(request, now);
    const grantId = await useGrant(trx, use);
    if (grantId === null) throw noGrant(use); // used up or withdrawn since step 3: the intent goes with the transaction
    await markGrant(trx, intent.sealingId, grantId);
    const detail = { sealing_id: intent.sealingId, input_sm3: inputSm3 };
    const { clientId: actor, requestId } = request;
    await insertEvent(trx, { at: now, kind: 'sealing.intended', esID: seal.esID, actor, requestId, detail });
    return true;
  });
  return isOurs ? { sealingId: intent.sealingId, attempt: 1 } : waitForAct(deps, request, requestSm3);
}

/** Waits for the one at work; takes over when its lease has expired, as after a crash. */
async function waitForAct(
  deps: SealingDeps,
  request: ClientSealing,
  requestSm3: string,
): Promise<Act | ReleasedSealing> {
  for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
    const found = await findSealing(deps.db, request.clientId, request.idempotencyKey);
    if (!found) break;
    if (found.updateSm3) return repeat(deps, found, requestSm3);
    checkSameRequest(found, requestSm3);
    const now = deps.clock();
    if (found.leaseUntil <= now) {
      const attempt = await claimSealing(deps.db, found, now, new Date(now.getTime() + LEASE_MS));
      if (attempt !== null) return { sealingId: found.sealingId, attempt };
    }
    await sleep(POLL_MS);
  }
  throw new TrustError(
    'seal-unavailable',
    'An equal request is still at work; repeat this one with the same Idempotency-Key',
  );
}

async function release(deps: SealingDeps, work: Work, act: Act, requestSm3: string): Promise<ReleasedSealing> {
  const { db, files, clock, audit } = deps;
  const { request, inputHash, party, seal, stamper } = work;
  try {
    const signedAt = clock();
    const source = memorySource(request.pdf);
    const tools = { signer: deps.signer, stamper };
    const sealed = await sealDocument(tools, { ...layoutOf(request), source, party, time: signedAt, inputHash });
    const updateSm3 = await files.put(sealed.appended);
    const dataSm3 = toHex(sealed.dataHash);
    const { field, appended } = sealed;
    const isReleased = await audit.appendWith(async (trx) => {
      const at = clock();
      const released = { signedAt, field, dataSm3, updateSm3, updateSize: appended.length };
      const isOurs = await markReleased(trx, act, released, at);
      const outcome = {
        sealingId: act.sealingId,
        inputSm3: toHex(inputHash.digest()),
        dataSm3,
        field,
        signedAt,
        level: stamper ? ('T' as const) : ('B' as const),
        mode: request.query.mode ?? 'dual',
      };
      return { value: isOurs, entry: isOurs ? releaseEntry(request, seal.esealSm3, outcome, at) : null };
    });
    if (isReleased) return { sealingId: act.sealingId, appended };
  } catch (error) {
    await endLease(db, act, clock()).catch((cause) =>
      deps.log.warn({ err: cause }, 'the lease of a sealing stays until it expires'),
    );
    throw error;
  }
  // Another attempt took over while this one was slow: its bytes count, these are never shown.
  const found = await findSealing(db, request.clientId, request.idempotencyKey);
  if (found?.updateSm3) return repeat(deps, found, requestSm3);
  throw new TrustError(
    'seal-unavailable',
    'Another attempt has taken this sealing over; repeat with the same Idempotency-Key',
  );
}

async function repeat({ files }: SealingDeps, earlier: RecordedSealing, requestSm3: string): Promise<ReleasedSealing> {
  checkSameRequest(earlier, requestSm3);
  const appended = await files.get(earlier.updateSm3!);
  if (!appended) throw new Error(`the file store has lost ${earlier.updateSm3} of ${earlier.sealingId}`);
  return { sealingId: earlier.sealingId, appended };
}

function checkSameRequest({ requestSm3 }: RecordedSealing, asked: string): void {
  if (requestSm3 === asked) return;
  throw new TrustError('idempotency-conflict', 'This Idempotency-Key was used with another document, seal or place');
}
