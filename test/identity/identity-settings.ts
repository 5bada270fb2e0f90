// How the tests set the identity room: apart from ava, so that a process of its own can be started with the same.
import { NO_PLACES } from '../../common/places.ts';
import { DEFAULT_LIFETIMES } from '../../identity/domain/lifetimes.ts';
import type { IdentityDeps } from '../../identity/parts/deps.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';

export const LICENSE_URL = 'http://localhost:7002';
export const SEAL_URL = 'http://localhost:7003';
export const MASTER_KEY = new Uint8Array(32).fill(7);
/** One argon2id of a fraction of a millisecond. */
export const CHEAP_WORK = { memoryKib: 64, passes: 1, lanes: 1 };

/** Everything but what a process brings itself. */
export type PlainSettings = Omit<IdentityDeps, 'db' | 'metrics' | 'clock' | 'log'>;

export function plainSettings(url: string): PlainSettings {
  return {
    mode: 'development',
    url,
    scanSeconds: 120,
    faceTries: 5,
    certificateTrust: null,
    certificateAgent: 'http://127.0.0.1:9',
    certificateDriverUrl: null,
    licenseUrl: LICENSE_URL,
    sealUrl: SEAL_URL,
    keyLeadSeconds: 86_400,
    keyMaxAgeDays: 90,
    freshForMs: 0,
    ...DEFAULT_LIFETIMES,
    cookieKeys: ['a cookie key of at least 32 characters'],
    rootSecret: MASTER_KEY,
    logoutNetworks: ['127.0.0.0/8', '::1/128'],
    // No test waits for these, and a slow machine does not meet them.
    logoutTimeoutMs: 60_000,
    logoutWaitMs: 60_000,
    logoutRetrySeconds: [60, 600],
    sessionIdleMinutes: 30,
    sessionHours: 12,
    consentDays: 365,
    placeOf: NO_PLACES,
    receiptDays: 190,
    otpSeconds: 300,
    otpTries: 5,
    smsUrl: null,
    mailUrl: null,
    historyDays: 365,
    outboxDays: 7,
    deviceDays: 180,
    importDays: 365,
    jobDays: 3,
    draftHours: 24,
    closingDays: 7,
    counterMinutes: 30,
    proofWaitDays: 14,
    passwords: { minLength: 8, work: CHEAP_WORK, breachFile: null },
    ports: makeDevelopmentPorts({ delayMs: 0, outages: () => [] }),
  };
}
