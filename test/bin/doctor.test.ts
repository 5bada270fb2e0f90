// The doctor on things that are wrong; on a house where nothing is wrong it is tried in test/processes.
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeOfflineSeal } from '../../bin/demo/offline-seal.ts';
import { checkCrypto } from '../../bin/doctor/crypto.ts';
import { checkRoomDatabases } from '../../bin/doctor/database.ts';
import { checkFonts } from '../../bin/doctor/fonts.ts';
import { checkKeys } from '../../bin/doctor/keys.ts';
import { checkRevocationSources, checkSeals } from '../../bin/doctor/seals.ts';
import { ROOMS } from '../../bin/rooms.ts';
import { databaseKey, type RoomEnvironment } from '../../bin/serve/environment.ts';
import { makeDevelopmentKeys } from '../../keys-dev/make.ts';
import { type TestRoom, testDatabase } from '../_harness/database.ts';
import { judge } from '../_harness/judges.ts';
import { putInForce } from '../seal/active-seal.ts';

const roomOf = (name: TestRoom) => ROOMS.find((room) => room.name === name)!;
const withKeys = (keys: string): readonly RoomEnvironment[] => [
  { room: roomOf('seal'), env: { XINJI_SEAL_KEYS: keys } },
];

async function makeKeys(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-doctor-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await makeDevelopmentKeys(join(folder, 'pem'));
  return join(folder, 'pem/seal');
}

test('SM2 and SM3 give the published values here', async (t) => {
  t.deepEqual(
    (await checkCrypto()).map(({ status }) => status),
    ['well', 'well'],
  );
});

test('keys are well when they are there, private and valid', async (t) => {
  const findings = await checkKeys(withKeys(await makeKeys(t)), new Date());
  t.deepEqual(
    findings.map(({ status }) => status),
    ['well'],
  );
});

test('a key that others can read, a missing folder, an expired and a soon expiring certificate are told apart', async (t) => {
  const keys = await makeKeys(t);
  const now = new Date();
  const years = (count: number): Date => new Date(now.getTime() + count * 365.25 * 86_400_000);
  const say = async (folder: string, at: Date): Promise<string> =>
    (await checkKeys(withKeys(folder), at))
      .map(({ status, sentence, advice }) => `${status} ${sentence} ${advice}`)
      .join('\n');
  t.regex(await say(join(keys, 'nowhere'), now), /^wrong XINJI_SEAL_KEYS names .*not there/);
  t.regex(await say(keys, years(6)), /^wrong The certificate of .* expired on /);
  t.regex(await say(keys, years(4.95)), /^note The certificate of .* expires in \d+ days/);
  t.regex(await say(keys, years(-1)), /not valid yet/);
  await chmod(join(keys, 'signer-2.key.pem'), 0o640);
  t.regex(await say(keys, now), /^wrong The private key .*signer-2\.key\.pem can be read by others Run: chmod 600/);
  await writeFile(join(keys, 'signer-1.crt.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  t.regex(await say(keys, now), /signer-1\.crt\.pem is not a certificate/);
});

test('the fonts of rare characters are there, missing, or other files: said before a license is refused', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-fonts-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const say = (fonts: string): string =>
    checkFonts([{ room: roomOf('license'), env: { XINJI_LICENSE_FONTS: fonts } }])
      .map(({ status, sentence, advice }) => `${status} ${sentence} ${advice}`)
      .join('\n');
  t.regex(say('/nowhere'), /^note There are no fonts in \/nowhere: .*refused Install fonts-hanazono/);
  await copyFile(createRequire(import.meta.url).resolve(NOTO_THIN), join(folder, 'HanaMinB.ttf'));
  t.regex(say(folder), /^note The fonts in .* are other files/);
  t.deepEqual(checkFonts([{ room: roomOf('seal'), env: {} }]), []);
});
const NOTO_THIN = '@expo-google-fonts/noto-sans-sc/100Thin/NotoSansSC_100Thin.ttf';

judge(test, 'hanazono')('the fonts of rare characters that Debian ships are those of the templates', (t) => {
  const [finding] = checkFonts([{ room: roomOf('license'), env: {} }]);
  t.is(finding?.status, 'well');
});

test('a seal whose key was made anew while the data stayed is said, with what to do', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('seal');
  const environment = (keys: string): readonly RoomEnvironment[] => [
    {
      room: roomOf('seal'),
      env: {
        XINJI_MODE: 'development',
        [databaseKey('seal')]: database.urls.seal,
        XINJI_SEAL_KEYS: keys,
        XINJI_SEAL_TRUST: join(keys, '../trust'),
        XINJI_SEAL_CHAIN: join(keys, '../pki/chain.pem'),
        XINJI_SEAL_URL: 'http://localhost:7003',
        XINJI_IDENTITY_URL: 'http://localhost:7001',
        XINJI_MASTER_KEY: '00'.repeat(32),
      },
    },
  ];
  const now = new Date();
  const keys = await makeKeys(t);
  t.deepEqual(await checkSeals(environment(keys), now), [
    { status: 'note', sentence: 'No seal is registered and active' },
  ]);
  const eseal = await makeOfflineSeal(now, join(keys, '..'));
  await putInForce(db, { eseal, keyRef: 'signer-2', since: now });
  t.like((await checkSeals(environment(keys), now))[0], {
    status: 'well',
    sentence: 'Keys and certificates fit 1 active seal',
  });
  const later = new Date(now.getTime() + (5 * 365 - 30) * 86_400_000);
  const soon = (await checkSeals(environment(keys), later)).find(({ sentence }) => /certificate end on/.test(sentence));
  t.is(soon?.status, 'note', 'a seal that ends within 60 days');
  const [finding] = await checkSeals(environment(await makeKeys(t)), now);
  t.is(finding?.status, 'wrong');
  t.regex(finding!.sentence, /^Seal 36010099000001 .* cannot be used: .* does not list the certificate/);
  t.regex(finding!.advice!, /Restore keys-dev\/pem.*make clean/);
});

test('a room to which no key was brought is said to use its own', async (t) => {
  const database = await testDatabase(t);
  const keys = await makeKeys(t);
  const env = {
    XINJI_MODE: 'development',
    [databaseKey('seal')]: database.urls.seal,
    XINJI_SEAL_KEYS: 'none',
    XINJI_SEAL_TRUST: join(keys, '../trust'),
    XINJI_SEAL_CHAIN: join(keys, '../pki/chain.pem'),
    XINJI_SEAL_URL: 'http://localhost:7003',
    XINJI_IDENTITY_URL: 'http://localhost:7001',
    XINJI_MASTER_KEY: '00'.repeat(32),
  };
  const now = new Date();
  const findings = await checkSeals([{ room: roomOf('seal'), env }], now);
  t.deepEqual(
    findings.map(({ status }) => status),
    ['note', 'note'],
  );
  t.regex(findings[0]!.sentence, /XINJI_SEAL_KEYS is none.*keys that the room made itself/);
  const eseal = await makeOfflineSeal(now, join(keys, '..'));
  await putInForce(database.connect('seal'), { eseal, keyRef: 'signer-2', since: now });
  const missing = (await checkSeals([{ room: roomOf('seal'), env }], now)).find(({ status }) => status === 'wrong');
  t.regex(missing!.sentence, /cannot be used: .*key signer-2, which is not here/);
});

test('the database is well for roles as migrated; a role that cannot log in and a dead port are said', async (t) => {
  const database = await testDatabase(t);
  const environment = (url: string): readonly RoomEnvironment[] => [
    { room: roomOf('license'), env: { [databaseKey('license')]: url } },
  ];
  const findings = await checkRoomDatabases(environment(database.urls.license));
  t.deepEqual(
    findings.filter(({ status }) => status !== 'well'),
    [],
  );
  const wrong = new URL(database.urls.license);
  wrong.password = 'guessed';
  t.regex((await checkRoomDatabases(environment(wrong.href)))[0]!.sentence, /cannot log in/);
  wrong.port = '1';
  t.regex((await checkRoomDatabases(environment(wrong.href)))[0]!.sentence, /cannot be reached/);
  const [superuser] = (await checkRoomDatabases(environment(database.ownerUrl))).filter(
    ({ status }) => status === 'wrong',
  );
  t.regex(superuser!.sentence, /superuser/);
});

test('A production house that nothing tells of revoked certificates is told so', (t) => {
  const check = (mode: 'production' | 'development', required: boolean, crls: readonly Uint8Array[] = []) =>
    checkRevocationSources({
      mode,
      trustStores: { revocation: { required, sources: [] }, evidence: { crls, ocspResponses: [] } },
    }).map(({ status, sentence }) => `${status} ${sentence}`);
  t.regex(check('production', true).join(), /^note Nothing tells .* every verdict stays open/);
  t.regex(check('production', false).join(), /^note Nothing tells .* revoked ones pass/);
  t.deepEqual(check('production', true, [new Uint8Array(1)]), []);
  t.deepEqual(check('development', true), []);
});
