// What the room is made of: its settings, and what main.ts opened for it.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Mode } from '../../common/env.ts';
import type { Metrics } from '../../common/http/metrics.ts';
import type { Log } from '../../common/log.ts';
import type { PlaceOf } from '../../common/places.ts';
import type { SiteFoot } from '../../common/web/site-foot.ts';
import type { Lifetimes } from '../domain/lifetimes.ts';
import type { ProofingPorts } from '../domain/proofing.ts';
import type { PasswordPolicy } from '../flow/new-password.ts';
import type { CertificateTrust } from '../flow/open-certificate-trust.ts';
import type { Retention } from '../flow/sweep-expired.ts';

type Times = Lifetimes & Retention;

export type IdentityDeps = Times & {
  readonly db: Knex;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly mode: Mode;
  /** At the foot of the pages. */
  readonly site?: SiteFoot;
  /** The room's public URL, which is the issuer. */
  readonly url: string;
  /** Public URLs of the rooms that tokens are for. */
  readonly licenseUrl: string;
  readonly sealUrl: string;
  /** How long a new signing key is published before it signs. */
  readonly keyLeadSeconds: number;
  /** How long a signing key signs. */
  readonly keyMaxAgeDays: number;
  /** What is kept in memory may be behind the database by this much; a second unless given. */
  readonly freshForMs?: number;
  /** How long a QR code for logging in is good. */
  readonly scanSeconds: number;
  /** Face checks of one person on one day. */
  readonly faceTries: number;
  /** Whom certificate login believes; null: there is none. */
  readonly certificateTrust: CertificateTrust | null;
  /** Origin of the local program that signs with a person's certificate, and where he gets the driver of his medium. */
  readonly certificateAgent: string;
  readonly certificateDriverUrl: string | null;
  readonly cookieKeys: readonly string[];
  /** 32 bytes. */
  readonly rootSecret: Uint8Array;
  /** CIDR networks that back-channel logout may reach although they are private. */
  readonly logoutNetworks: readonly string[];
  /** What the place of an address is called. */
  readonly placeOf: PlaceOf;
  /** How long a consent counts; 0: for its session. */
  readonly consentDays: number;
  /** How long a system may take to answer a logout. */
  readonly logoutTimeoutMs: number;
  /** How long the person waits for that. */
  readonly logoutWaitMs: number;
  /** Seconds until a system that did not answer is told again, try by try. */
  readonly logoutRetrySeconds: readonly number[];
  /** A session ends when it was not used for so long, and in any case after so long. */
  readonly sessionIdleMinutes: number;
  readonly sessionHours: number;
  /** How long what was typed at a registration or recovery is kept. */
  readonly draftHours: number;
  /** Days to change one's mind before a closed account is shredded. */
  readonly closingDays: number;
  /** How long a clerk may help after a counter check, and how long what he allowed may be used. */
  readonly counterMinutes: number;
  /** How long what a silent source was asked about waits for its answer. */
  readonly proofWaitDays: number;
  /** Rules and work of passwords. */
  readonly passwords: PasswordPolicy;
  /** Sources that prove an identity. */
  readonly ports: ProofingPorts;
  /** How long a one-time code is good, and for how many tries. */
  readonly otpSeconds: number;
  readonly otpTries: number;
  /** Gateways that messages leave by; null: there is none. */
  readonly smsUrl: string | null;
  readonly mailUrl: string | null;
};
