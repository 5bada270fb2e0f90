// The three rooms in this process, on free ports, over a database from the template, seeded as a development house is.
// They speak to each other over HTTP only, as in life; what a test may look into is the log of each and the database.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerCompletionHandler } from 'ava';
import type { Knex } from 'knex';
import type Koa from 'koa';
import { getPersonToken } from '../../bin/demo/person-token.ts';
import { seedHouse } from '../../bin/seed/seed-house.ts';
import type { StaffLogin } from '../../bin/seed/values.ts';
import { databaseKey, type RoomEnvironment, roomEnvironments } from '../../bin/serve/environment.ts';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { loadSecrets, type Secrets } from '../../bin/serve/secrets.ts';
import { openAudit, openCheckpointSigner } from '../../common/audit/open-audit.ts';
import { makeSealClient } from '../../common/client/seal-client.ts';
import { makeTokenSource, type TokenSource } from '../../common/client/token-source.ts';
import { type Clock, systemClock } from '../../common/clock.ts';
import { masterKeysOf } from '../../common/crypto/master-keys.ts';
import { rememberProof } from '../../common/dpop/store/seen-proofs.ts';
import { openFileStore } from '../../common/files/file-place.ts';
import { makeBearerGate } from '../../common/http/bearer.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { currentRequestId } from '../../common/http/request-context.ts';
import type { RoomDeps } from '../../common/http/run-room.ts';
import { type Listening, listen } from '../../common/http/server.ts';
import { readKeyFiles } from '../../common/keys/key-file.ts';
import { openRootSecret } from '../../common/keys/root-secret.ts';
import { makeLog } from '../../common/log.ts';
import { readFontFiles } from '../../common/pdf/font-files.ts';
import { withIntermediates } from '../../common/pki/trust-stores.ts';
import { openSheets } from '../../common/sheets/open-sheets.ts';
import { buildApp as buildIdentity } from '../../identity/app.ts';
import { readRoomConfig as readIdentityConfig } from '../../identity/config.ts';
import { makeEventChain } from '../../identity/flow/chain-events.ts';
import { openPasswordPolicy } from '../../identity/flow/new-password.ts';
import { openPorts } from '../../identity/proofing/open-ports.ts';
import { buildApp as buildLicense } from '../../license/app.ts';
import { readRoomConfig as readLicenseConfig } from '../../license/config.ts';
import { makeBackground } from '../../license/flow/background.ts';
import type { LicenseDeps } from '../../license/flow/deps.ts';
import { openRoomKeys } from '../../license/flow/open-room-keys.ts';
import { bulkQueue } from '../../license/flow/run-batch.ts';
import { makeRenderer } from '../../license/pdf/prepare-face.ts';
import { buildApp as buildSeal } from '../../seal/app.ts';
import { readRoomConfig as readSealConfig } from '../../seal/config.ts';
import { containersOf } from '../../seal/domain/container-settings.ts';
import { makeCheckedFiles } from '../../seal/flow/checked-files.ts';
import { openAuthority } from '../../seal/flow/open-authority.ts';
import { openLife } from '../../seal/flow/open-life.ts';
import { openRevocation } from '../../seal/flow/open-revocation.ts';
import { makeSealKeyring } from '../../seal/flow/seal-keyring.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';
import { openSealingThreads } from '../../seal/sealing-worker/open-sealing-threads.ts';
import { readKeyFolder } from '../../seal/store/key-folder.ts';
import { openJudge } from '../../seal/verification-worker/open-judge.ts';
import { type TestDatabase, type TestRoom, testDatabase } from './database.ts';
import { findFreePorts } from './free-ports.ts';

export type House = {
  readonly urls: Readonly<Record<TestRoom, string>>;
  readonly database: TestDatabase;
  /** What each room is started with, by `xinji serve` as by this harness. */
  readonly environments: readonly RoomEnvironment[];
  /** Log lines of each room, parsed. */
  readonly logs: Readonly<Record<TestRoom, readonly Record<string, unknown>[]>>;
  readonly passwords: Secrets['demo_passwords'];
  /** What the license room's flows work with. */
  readonly license: LicenseDeps;
  /** Access tokens as that client of the seed gets them. */
  tokenFor(clientId: 'health-commission' | 'service-hall' | 'license', room: TestRoom, scope: string): TokenSource;
  /** The token of a member of staff for the seal room, as `xinji login` gets it. */
  staffToken(login: StaffLogin, scope: string): Promise<string>;
  stopRoom(room: TestRoom): Promise<void>;
  startRoom(room: TestRoom): Promise<void>;
};

type Room = { readonly app: Koa; readonly close: () => Promise<void>; readonly license?: LicenseDeps };
type Ground = { readonly database: TestDatabase; readonly deps: (room: TestRoom) => RoomDeps };
type Builder = (env: NodeJS.ProcessEnv, ground: Ground) => Promise<Room>;

const BUILDERS: Readonly<Record<TestRoom, Builder>> = { identity: openIdentity, license: openLicense, seal: openSeal };
const CLIENT_KEYS = {
  'health-commission': 'demo/health-commission.key.pem',
  'service-hall': 'demo/service-hall.key.pem',
  license: 'license/client.key.pem',
};

/** Call it once per file, in `test.before`; everything ends with the file. `clock` is that of all rooms. */
export async function startHouse({ clock = systemClock }: { readonly clock?: Clock } = {}): Promise<House> {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'xinji-house-'));
  const open = new Map<TestRoom, { readonly room: Room; readonly server: Listening }>();
  const stopRoom = async (name: TestRoom): Promise<void> => {
    const opened = open.get(name);
    open.delete(name);
    await opened?.server.stop(0);
    await opened?.room.close();
  };
  registerCompletionHandler(async () => {
    for (const name of ['license', 'seal', 'identity'] as const) await stopRoom(name);
    await rm(folder, { recursive: true, force: true });
  });
  await makeMissingKeys();
  const secrets = await loadSecrets(folder);
  const environments = await makeEnvironments(database, folder, secrets);
  await seedHouse(environments, secrets, ['http://localhost:7011', 'http://localhost:7012']);

  const logs = { identity: [], license: [], seal: [] } as Record<TestRoom, Record<string, unknown>[]>;
  const deps = (room: TestRoom): RoomDeps => {
    const write = (line: string): void => void logs[room].push(JSON.parse(line));
    return { log: makeLog(room, 'info', { write }), clock, metrics: makeMetrics(room) };
  };
  const envOf = (name: TestRoom): NodeJS.ProcessEnv => environments.find(({ room }) => room.name === name)!.env;
  const startRoom = async (name: TestRoom): Promise<void> => {
    const room = await BUILDERS[name](envOf(name), { database, deps });
    const port = Number(envOf(name)[`XINJI_${name.toUpperCase()}_PORT`]);
    open.set(name, { room, server: await listen(room.app, { host: '127.0.0.1', port }) });
  };
  for (const name of ['identity', 'seal', 'license'] as const) await startRoom(name);

  const urls = {
    identity: envOf('license')['XINJI_IDENTITY_URL']!,
    license: envOf('license')['XINJI_LICENSE_URL']!,
    seal: envOf('license')['XINJI_SEAL_URL']!,
  };
  const keyOf = async (clientId: keyof typeof CLIENT_KEYS): Promise<string> =>
    readFile(join(KEYS_DEV, CLIENT_KEYS[clientId]), 'utf8');
  return {
    urls,
    database,
    environments,
    logs,
    passwords: secrets.demo_passwords,
    license: open.get('license')!.room.license!,
    tokenFor: (clientId, room, scope) => {
      const options = { issuer: urls.identity, clientId, resource: urls[room], scope, allowHttp: true, clock };
      let source: TokenSource | undefined;
      return async () => {
        source ??= makeTokenSource({ ...options, keyPem: await keyOf(clientId) });
        return source();
      };
    },
    staffToken: async (login, scope) => {
      const person = { login, password: secrets.demo_passwords[login] };
      const { accessToken } = await getPersonToken({ issuer: urls.identity, resource: urls.seal, scope, ...person });
      return accessToken;
    },
    stopRoom,
    startRoom,
  };
}

async function makeEnvironments(
  database: TestDatabase,
  dataDir: string,
  secrets: Parameters<typeof roomEnvironments>[2],
): Promise<readonly RoomEnvironment[]> {
  const rooms = ['identity', 'license', 'seal'] as const;
  const ports = await findFreePorts(rooms.length);
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    rooms.flatMap((room, index) => [
      [`XINJI_${room.toUpperCase()}_PORT`, `${ports[index]}`],
      [databaseKey(room), database.urls[room]],
    ]),
  );
  return roomEnvironments(env, { mode: 'development', dataDir, databaseUrl: null }, secrets, null);
}

async function openIdentity(env: NodeJS.ProcessEnv, { database, deps }: Ground): Promise<Room> {
  const db = database.connect('identity');
  const config = readIdentityConfig(env);
  const own = deps('identity');
  const parts = {
    passwords: await openPasswordPolicy(config),
    ports: openPorts(config, own.log),
    certificateTrust: null,
  };
  const rootSecret = await openRootSecret(db, 'identity', masterKeysOf(config), own.clock());
  const { app, workers, settle } = await buildIdentity({ ...config, ...own, ...parts, db, rootSecret });
  const { mode, masterKey, databaseUrl } = config;
  const { audit, ...checkpoints } = openAudit({
    ...own,
    databaseUrl,
    schema: 'identity',
    room: 'identity',
    signer: await openCheckpointSigner(config.checkpointKey, config.checkpointCertificates[0]!, { mode, masterKey }),
    copyFolder: config.checkpointFolder,
  });
  const chain = makeEventChain({ audit, log: own.log });
  workers.start();
  const end = async (): Promise<void> => {
    await workers.stop(0);
    await settle();
    await chain.stop();
    await checkpoints.close();
  };
  return { app, close: () => endWith(db, end) };
}

async function openLicense(env: NodeJS.ProcessEnv, { database, deps }: Ground): Promise<Room> {
  const config = readLicenseConfig(env);
  const { clock, ...others } = deps('license');
  const { identityUrl: issuer, clientKeyPem: keyPem, sealUrl: resource } = config;
  const getToken = makeTokenSource({
    issuer,
    clientId: 'license',
    keyPem,
    resource,
    scope: 'seal:use',
    allowHttp: true,
    clock,
  });
  const seal = makeSealClient({ baseUrl: config.sealUrl, getToken, requestId: currentRequestId });
  const db = database.connect('license');
  const files = openFileStore(config.filesPlace, config.filesCredentials);
  const keys = await openRoomKeys(db, masterKeysOf(config), clock());
  const renderer = makeRenderer({ fonts: readFontFiles() });
  // No test is decided by how fast the machine is.
  const sheets = openSheets();
  const parts = { clock, db, keys, seal, files, sheets, renderer, issueWaitMs: 60_000 };
  const { app, deps: license } = buildLicense({ ...config, ...others, ...parts });
  const { mode, masterKey, databaseUrl, checkpointFolder: copyFolder } = config;
  const options = { mode, masterKey };
  const signer = await openCheckpointSigner(config.checkpointKey, config.checkpointCertificates[0]!, options);
  const own = { clock, log: others.log };
  const audit = openAudit({ ...own, databaseUrl, schema: 'license', room: 'license', signer, copyFolder });
  const queues = [bulkQueue(license)];
  const background = makeBackground({ ...config, ...others, clock, db, keys, audit, queues });
  background.start();
  const end = async (): Promise<void> => {
    await background.stop(0);
    await sheets.close();
  };
  return { app, license, close: () => endWith(db, end) };
}

async function openSeal(env: NodeJS.ProcessEnv, { database, deps }: Ground): Promise<Room> {
  const config = readSealConfig(env);
  const { mode, masterKey, identityUrl, url } = config;
  const { clock, ...others } = deps('seal');
  const { keyFiles, certificates } = readKeyFolder(config.keysFolder, mode);
  const signer = openSealingThreads(await readKeyFiles({ keyFiles, mode, masterKey }), 1);
  const authority = await openAuthority(config, clock());
  const db = database.connect('seal');
  const gate = makeBearerGate({
    issuer: identityUrl,
    audience: url,
    clock,
    rememberProof: (digest, until) => rememberProof(db, { schema: 'seal', digest, until, now: clock() }),
  });
  const { audit, ...usage } = openAudit({
    databaseUrl: config.databaseUrl,
    schema: 'seal',
    room: 'seal',
    signer: await openCheckpointSigner(config.checkpointKey, config.checkpointCertificates[0]!, { mode, masterKey }),
    copyFolder: config.checkpointFolder,
    clock,
    log: others.log,
  });
  const containers = containersOf(config);
  const revocation = await openRevocation(config, { clock, log: others.log });
  const { judge, close: closeJudge } = openJudge({
    trust: withIntermediates(config.trustStores, config.chain),
    containers,
    revocation: revocation.current,
    threads: 1,
    deadlineSeconds: config.verificationSeconds,
  });
  const pdfium = openPdfium({ threads: 1, deadlineSeconds: config.verificationSeconds });
  const checked = makeCheckedFiles({ clock, maxBytes: config.checkedMegabytes * 1_000_000 });
  const rootSecret = await openRootSecret(db, 'seal', masterKeysOf(config), clock());
  const keyring = makeSealKeyring({ db, signer, rootSecret, certificates });
  const trust = withIntermediates(config.trustStores, config.chain);
  const { life, close: closeLife } = await openLife(config, { db, clock, log: others.log, keyring, rootSecret, trust });
  const { lodge } = signer;
  const own = { clock, db, audit, gate, signer, lodge, keyring, life, authority, judge, containers, pdfium, checked };
  const { authorities, evidence } = revocation;
  const app = buildSeal({ ...config, ...others, ...own, authorities, evidence, revocation: revocation.current });
  const end = async (): Promise<void> => {
    await usage.close();
    await Promise.all([signer.close(), closeLife(), closeJudge(), pdfium.close()]);
  };
  return { app, close: () => endWith(db, end) };
}

async function endWith(db: Knex, before: () => Promise<void> = async () => undefined): Promise<void> {
  await before();
  await db.destroy();
}
