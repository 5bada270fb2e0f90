// What a call asks for, and whether it may be had: seals, grants, parties, tools. Nothing is on record yet, no key is used.
import type { Knex } from 'knex';
import type { AuditLog } from '../../common/audit/audit-log.ts';
import type { Clock } from '../../common/clock.ts';
import { DEFAULT_DOCUMENT_CLASS, type SealingQuery } from '../../common/contract/seal.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import type { Log } from '../../common/log.ts';
import { withIntermediates } from '../../common/pki/trust-stores.ts';
import { isPreserved } from '../domain/level.ts';
import { checkUsable } from '../domain/registered-seal.ts';
import { noGrant } from '../domain/seal-grant.ts';
import type { RecordedCall, SealingIntent } from '../domain/sealing.ts';
import type { AskedCall } from '../domain/usage.ts';
import type { ActUse, Opening, Permit, SealForUse } from '../store/sealing-permits.ts';
import type { EvidenceKeeper } from './kept-evidence.ts';
import type { KeptSignatures } from './kept-signatures.ts';
import type { Means, Outside } from './means.ts';
import type { PartyCache } from './party-cache.ts';
import type { SealingParty } from './sealing-party.ts';
import type { DrawnValues } from './sealing-record.ts';
import { chainOf } from './signature-chains.ts';

export type SealingDeps = Outside & {
  readonly db: Knex;
  /** The usage log. */
  readonly audit: AuditLog;
  readonly parties: PartyCache;
  /** Keeps evidence with sealings of level T; left out: none is kept. */
  readonly keeper?: EvidenceKeeper | null;
  readonly clock: Clock;
  readonly log: Log;
};

/** One sealing of a call as it is made. */
export type PlannedSealing = {
  readonly query: SealingQuery;
  readonly party: SealingParty;
  readonly partySm3: string;
  readonly means: Means;
  readonly time: Date;
};

export type MadeSealing = {
  /** What the caller gets. */
  readonly bytes: Uint8Array;
  /** Empty for a digest. */
  readonly field: string;
  /** SM3 of the ByteRange bytes. */
  readonly dataHash: Uint8Array;
  /** SM3 of `bytes`, hexadecimal. */
  readonly updateSm3: string;
  readonly record: DrawnValues;
};

/** What is special to a form of call. */
export type Making = {
  /** May the input take these? Throws before anything is on record. */
  readonly check: (sealings: readonly PlannedSealing[]) => Promise<void>;
  /** Makes all, each verified, or throws. */
  readonly make: (
    sealings: readonly PlannedSealing[],
    from: { readonly outside: Outside; readonly drawn: KeptSignatures },
  ) => Promise<readonly MadeSealing[]>;
};

export type ClientCall = AskedCall & { readonly making: Making };
export type ReleasedSealing = { readonly sealingId: string; readonly bytes: Uint8Array };

type FreshMeans = Means & { readonly kind: 'fresh' };

export type CallPlan = {
  readonly requestSm3: string;
  readonly sealings: readonly (PlannedSealing & { readonly means: FreshMeans; readonly esealSm3: string })[];
};

export type CallOpening = {
  readonly earlier: RecordedCall | null;
  readonly uses: readonly (ActUse & { readonly permit: Permit })[];
};

export const LEASE_MS = 30_000;

type FindOpening = (use: ActUse) => Promise<Opening>;

/** `seals`: of the queries, in order. Codes: `time-stamp-unavailable`, `validation-data-unavailable`, those of the making. */
export async function planCall(
  deps: SealingDeps,
  call: ClientCall,
  requestSm3: string,
  seals: readonly SealForUse[],
): Promise<CallPlan> {
  const time = deps.clock();
  const parties = await Promise.all(seals.map((seal) => deps.parties.get(seal, time)));
  const sealings = call.queries.map((query, i) => {
    const { party, partySm3 } = parties[i]!;
    return { query, party, partySm3, means: meansOf(query, call.form, deps), time, esealSm3: seals[i]!.esealSm3 };
  });
  await call.making.check(sealings);
  // Token and evidence must be to be had before anything is on record and the key is used.
  const stamped = sealings.filter(({ means }) => means.isStamped);
  if (stamped.length > 0) await deps.stamper?.measure();
  for (const { party, means } of stamped) await gatherEvidence(party, means.isPreserved, deps, time);
  return { requestSm3, sealings };
}

/** What is known of a call: the one on record under its key, and the use of each seal it asks for. */
export async function openCall(
  { clientId, idempotencyKey, queries }: ClientCall,
  at: Date,
  findOpening: FindOpening,
): Promise<CallOpening> {
  const uses = queries.map((query) => ({
    clientId,
    idempotencyKey,
    esID: query.seal,
    documentClass: classOf(query),
    at,
  }));
  const openings = await Promise.all(uses.map(findOpening));
  return { earlier: openings[0]!.call, uses: openings.map(({ permit }, i) => ({ ...uses[i]!, permit })) };
}

/** The seals of a call, each in force and granted for its class. Codes: `seal-not-found`, `seal-not-granted`, `seal-not-usable`. */
export function checkPermits({ uses }: CallOpening): readonly SealForUse[] {
  return uses.map(({ permit, ...use }) => {
    if (!permit) throw new TrustError('seal-not-found', `There is no seal ${use.esID}`, { pointer: '/seal' });
    if (!permit.isGranted) throw noGrant(use);
    checkUsable(permit.seal, use.at);
    return permit.seal;
  });
}

export function intentsOf(call: ClientCall, plan: CallPlan, now: Date): readonly SealingIntent[] {
  const { form, clientId, idempotencyKey, inputSm3, inputSize } = call;
  return plan.sealings.map(({ query, esealSm3 }) => ({
    sealingId: makeId('seal'),
    form,
    clientId,
    idempotencyKey,
    requestSm3: plan.requestSm3,
    query,
    documentClass: classOf(query),
    esealSm3,
    inputSm3,
    inputSize,
    createdAt: now,
    leaseUntil: new Date(now.getTime() + LEASE_MS),
  }));
}

/** What is sealed without naming its class is a general document. */
const classOf = (query: SealingQuery): string => query.class ?? DEFAULT_DOCUMENT_CLASS;

/** What the level asks for, as far as this room has it. */
function meansOf({ level }: SealingQuery, form: AskedCall['form'], { stamper, validation }: Outside): FreshMeans {
  const pointer = '/level';
  if (level !== undefined && level !== 'B' && !stamper) {
    const hint = 'Set XINJI_SEAL_TSA, or ask for level B, which has no time stamp.';
    throw new TrustError('time-stamp-unavailable', 'This room has no time-stamp authority', { pointer, hint });
  }
  const isStamped = level !== 'B' && stamper !== null;
  if (level === undefined || !isPreserved(level)) return { kind: 'fresh', isStamped, isPreserved: false };
  if (form === 'digest')
    throw new TrustError('invalid-request', 'Evidence is kept in a document; a digest has none', { pointer });
  if (validation) return { kind: 'fresh', isStamped, isPreserved: true };
  const hint = 'Ask for level T, which keeps no evidence, or have a source of revocation evidence set.';
  throw new TrustError('validation-data-unavailable', 'This room has no source of evidence', { pointer, hint });
}

/** Asks for what levels LT and LTA will need; the source keeps it for a while. At level T it is kept, as far as it is to be had. */
async function gatherEvidence(
  { signerCertificate, seal, authorities }: SealingParty,
  isAsked: boolean,
  { stamper, validation, keeper }: SealingDeps,
  at: Date,
): Promise<void> {
  if (!validation) return;
  const [authority, ...carried] = (await stamper?.certificates()) ?? [];
  const question = { trust: withIntermediates(validation.trust, [...authorities, ...carried]), at };
  const chains = [
    chainOf('signers', signerCertificate, question),
    chainOf('makers', seal.makerCertificate, question),
    ...(authority ? [chainOf('timeStamping', authority, question)] : []),
  ];
  await Promise.all(
    chains.map((chain) => (isAsked ? validation.evidence.collect(chain, at) : keeper?.keep(chain, at))),
  );
}
