// A seal room on a free port for the tests: real PostgreSQL, real HTTP, tokens of an issuer in memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, SignJWT } from 'jose';
import type { Knex } from 'knex';
import { type OpenAudit, openAudit } from '../../common/audit/open-audit.ts';
import type { Role } from '../../common/contract/roles.ts';
import { makeBearerGate } from '../../common/http/bearer.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { listen } from '../../common/http/server.ts';
import { makeLog } from '../../common/log.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { buildApp, type SealAppDeps } from '../../seal/app.ts';
import { DEFAULT_CONTAINERS } from '../../seal/domain/container.ts';
import { makeCheckedFiles } from '../../seal/flow/checked-files.ts';
import { makeSealKeyring, type SealKeyring } from '../../seal/flow/seal-keyring.ts';
import { REPORT_CLASS, REPORT_CLIENT } from '../../seal/flow/seal-report.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';
import { openSealingThreads } from '../../seal/sealing-worker/open-sealing-threads.ts';
import { openJudge } from '../../seal/verification-worker/open-judge.ts';
import { testDatabase } from '../_harness/database.ts';
import { AT, sameTrust } from '../_harness/pki.ts';
import { grantUse, putInForce } from './active-seal.ts';
import { makeLifeWorld } from './life-world.ts';
import { authority, pki, seal, signer } from './world.ts';

export const ISSUER = 'http://identity.test';
export const AUDIENCE = 'http://seal.test';
export const ES_ID = '36010000000001';

export type TestRoom = {
  readonly url: string;
  readonly db: Knex;
  /** As the owner of the database. */
  readonly owner: Knex;
  readonly usage: OpenAudit;
  readonly copyFolder: string;
  /** Where large uploads lie. */
  readonly uploads: string;
  /** Signatures that the key has made since the start. */
  readonly signatures: () => number;
  readonly token: (claims?: {
    readonly clientId?: string;
    readonly scope?: string;
    readonly audience?: string;
    /** When it was issued; it lasts a day. */
    readonly at?: Date;
    /** Of a person; left out: the client itself. */
    readonly subject?: string;
    readonly roles?: readonly Role[];
  }) => Promise<string>;
  /** Moves the room's clock. */
  readonly setNow: (now: Date) => void;
  /** Makes the next uses of the key fail. */
  readonly breakKey: (isBroken: boolean) => void;
  readonly post: (path: string, body: Uint8Array, headers?: Record<string, string>) => Promise<Response>;
  /** Another process over the same database and log, with nothing in its memory. */
  readonly restart: (overrides?: Partial<SealAppDeps>) => Promise<{ readonly url: string; stop(): Promise<void> }>;
  readonly close: () => Promise<void>;
};

/** The signer of the world needs no keys. */
const NO_POOL = { load: () => undefined, unload: () => undefined };

/** `signer-1` with a certificate. */
export const keyringOf = (db: Knex, certificate: Certificate = pki.signer.certificate): SealKeyring =>
  makeSealKeyring({
    db,
    signer: NO_POOL,
    rootSecret: new Uint8Array(32),
    certificates: new Map([['signer-1', certificate]]),
  });

/** `port`: 0 takes a free one. */
export async function startRoom(overrides: Partial<SealAppDeps> = {}, port = 0): Promise<TestRoom> {
  const database = await testDatabase();
  const db = database.connect('seal');
  const folder = await mkdtemp(join(tmpdir(), 'xinji-seal-room-'));
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  let now = AT;
  let signatures = 0;
  let isBroken = false;
  const clock = () => now;
  const copyFolder = join(folder, 'checkpoints');
  const log = makeLog('seal', 'silent');
  const room = { databaseUrl: database.urls.seal, schema: 'seal', room: 'seal' };
  const usage = openAudit({ ...room, signer: pki.signer, copyFolder, clock, log });
  const { judge, close: closeJudge } = openJudge({
    trust: pki.trust,
    threads: 1,
    deadlineSeconds: 60,
  });
  const pdfium = openPdfium({ threads: 1, deadlineSeconds: 60 });
  const threads = openSealingThreads(new Map(), 1); // it asks for signatures
  const checked = makeCheckedFiles({ clock, maxBytes: 10_000_000 });
  const deps: SealAppDeps = {
    db,
    audit: usage.audit,
    log,
    clock,
    metrics: makeMetrics('seal'),
    mode: 'development',
    url: AUDIENCE,
    identityUrl: ISSUER,
    gate: makeBearerGate({
      issuer: ISSUER,
      audience: AUDIENCE,
      clock,
      keys: async () => publicKey,
      rememberProof: async () => true,
    }),
    judge,
    pdfium,
    checked,
    verificationSeconds: 60,
    reportSeal: ES_ID,
    signer: {
      sign: async (keyRef, message) => {
        if (isBroken) throw new Error('the device is gone');
        signatures += 1;
        return signer.sign(keyRef, message);
      },
    },
    lodge: threads.lodge,
    keyring: keyringOf(db),
    life: { ...makeLifeWorld(db).deps, clock },
    trustStores: {
      ...sameTrust({ roots: [pki.root.certificate], intermediates: [] }),
      revocation: { required: true, sources: [] },
    },
    authorities: [],
    chain: [pki.authority.certificate],
    limitMegabytes: 1,
    uploadMegabytes: 8,
    uploadsFolder: join(folder, 'uploads'),
    callerMegabytes: 12,
    containers: DEFAULT_CONTAINERS,
    authority,
    verificationsPerMinute: 1000,
    publicPerMinute: 1000,
    tsa: { kind: 'own' },
    ...overrides,
  };
  await putInForce(db, { eseal: seal.raw, keyRef: 'signer-1' });
  await grantUse(db, { clientId: 'license', esID: ES_ID });
  await grantUse(db, { clientId: REPORT_CLIENT, esID: ES_ID, documentClass: REPORT_CLASS });
  const server = await listen(buildApp(deps), { host: '127.0.0.1', port });
  return {
    url: server.url,
    db,
    owner: database.connect('owner'),
    usage,
    copyFolder,
    uploads: deps.uploadsFolder,
    signatures: () => signatures,
    setNow: (value) => {
      now = value;
    },
    breakKey: (value) => {
      isBroken = value;
    },
    token: ({
      clientId = 'license',
      scope = 'seal:use',
      audience = AUDIENCE,
      at = AT,
      subject = clientId,
      roles,
    } = {}) =>
      new SignJWT({ client_id: clientId, scope, ...(roles ? { roles } : {}) })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
        .setIssuer(ISSUER)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(Math.floor(at.getTime() / 1000))
        .setExpirationTime(Math.floor(at.getTime() / 1000) + 86_400)
        .sign(privateKey),
    post: (path, body, headers = {}) =>
      fetch(new URL(path, server.url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/pdf', ...headers },
        body: Buffer.from(body),
      }),
    restart: (changed = {}) => listen(buildApp({ ...deps, ...changed }), { host: '127.0.0.1', port: 0 }),
    close: async () => {
      await server.stop();
      checked.close();
      await Promise.all([closeJudge(), pdfium.close(), threads.close()]);
      await usage.close();
      await rm(folder, { recursive: true });
    },
  };
}
