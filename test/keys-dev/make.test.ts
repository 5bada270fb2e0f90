import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { openDevelopmentAuthorities } from '../../common/ca/development-authority.ts';
import { DEFAULT_USER_ID, importSm2PrivateKey, isSm2Pair } from '../../common/crypto/sm2.ts';
import { readPurposeFolder } from '../../common/files/trust-folder.ts';
import { isDevelopmentCertificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import { findIdentityCode } from '../../common/pki/identity-code.ts';
import { verifyChain } from '../../common/pki/verify-chain.ts';
import { developmentKeyFiles, makeDevelopmentKeys } from '../../keys-dev/make.ts';
import { P256_KEYS, PKI } from '../../keys-dev/pki.ts';
import { judge } from '../_harness/judges.ts';

const run = promisify(execFile);
const NOW = new Date('2026-06-01T08:00:00Z');
const parent = await mkdtemp(join(tmpdir(), 'keys-dev-'));
const folder = join(parent, 'pem');
await makeDevelopmentKeys(folder, NOW);
test.after.always(() => rm(parent, { recursive: true }));

const text = (path: string) => readFile(join(folder, path), 'utf8');
const certificate = async (path: string) => readCertificatesPem(await text(path))[0]!;
const trust = async () => ({
  roots: readCertificatesPem(await text('pki/trust-roots.pem')),
  intermediates: readCertificatesPem(await text('pki/chain.pem')),
});

test('every subject says DEV ONLY, every key belongs to its certificate', async (t) => {
  for (const row of PKI) {
    const certified = await certificate(`${row.folder}/${row.name}.crt.pem`);
    t.true(isDevelopmentCertificate(certified), row.name);
    t.regex(certified.subject, /OU=DEV ONLY/);
    const key = importSm2PrivateKey(await text(`${row.keyFolder}/${row.name}.key.pem`));
    t.true(isSm2Pair(key, certified.publicKey()), row.name);
  }
});

test('signers carry the seal code as CN, and credit code and name of the unit as O', async (t) => {
  const { subjectParts } = await certificate('seal/signer-1.crt.pem');
  t.deepEqual(subjectParts, [
    { type: 'C', value: 'CN' },
    { type: 'O', value: '11360100MB0D00010M示例市卫生健康委员会' },
    { type: 'OU', value: 'DEV ONLY' },
    { type: 'CN', value: '36010000000001' },
  ]);
});

test('each certificate is good for its own use and no other', async (t) => {
  const given = await trust();
  const usages = ['document-signing', 'seal-making', 'time-stamping', 'authentication'] as const;
  const passes = async (path: string) => {
    const leaf = await certificate(path);
    return usages.filter((usage) => verifyChain({ leaf, ...given, at: NOW, usage }).status === 'passed');
  };
  // Which authority is trusted for what tells these three apart; usage alone does not.
  t.deepEqual(await passes('seal/signer-3.crt.pem'), ['document-signing', 'seal-making', 'authentication']);
  t.deepEqual(await passes('person/zhangsan.crt.pem'), ['document-signing', 'seal-making', 'authentication']);
  t.deepEqual(await passes('tsa/tsa.crt.pem'), ['time-stamping']);
  t.deepEqual(await passes('test/usage-citizen.crt.pem'), []);
  t.deepEqual(await passes('pki/sub-ca-makers.crt.pem'), []);
});

test('a citizen carries the number of his document (GB/T 20518), and only his authority is trusted for login', async (t) => {
  t.is(findIdentityCode(await certificate('person/zhangsan.crt.pem')), '360102199003077718');
  t.is(findIdentityCode(await certificate('seal/signer-1.crt.pem')), null);
  const { roots } = readPurposeFolder(join(folder, 'login-trust'), 'login.pem');
  const judged = async (path: string) =>
    verifyChain({ leaf: await certificate(path), roots, intermediates: [], at: NOW, usage: 'authentication' });
  t.is((await judged('person/lisi.crt.pem')).status, 'passed');
  t.is((await judged('seal/signer-1.crt.pem')).subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  t.is((await judged('test/expired-citizen.crt.pem')).subIndication, 'EXPIRED');
  t.is((await judged('test/usage-citizen.crt.pem')).subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
});

test('private keys are 0600 in folders that only their owner enters', async (t) => {
  for (const file of developmentKeyFiles()) {
    const { mode } = await stat(join(folder, file));
    t.is(mode & 0o777, file.endsWith('.key.pem') ? 0o600 : 0o644, file);
    t.is((await stat(join(folder, file, '..'))).mode & 0o077, 0);
  }
});

test('the keys of OpenID Connect are P-256 in PKCS#8', async (t) => {
  for (const name of P256_KEYS) {
    const key = createPrivateKey(await text(`${name}.key.pem`));
    t.is(key.asymmetricKeyType, 'ec');
    t.is(key.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  }
});

test('making them again changes nothing', async (t) => {
  const before = await text('seal/signer-1.key.pem');
  t.deepEqual(await makeDevelopmentKeys(folder, NOW), { folder, created: false });
  t.is(await text('seal/signer-1.key.pem'), before);
});

test('of several runs at once one wins whole, and nothing is left over', async (t) => {
  const race = join(parent, 'race');
  await mkdir(race);
  const results = await Promise.all(Array.from({ length: 4 }, () => makeDevelopmentKeys(join(race, 'pem'), NOW)));
  t.is(results.filter(({ created }) => created).length, 1);
  t.deepEqual(await readdir(race), ['pem']);
  const key = importSm2PrivateKey(await readFile(join(race, 'pem/maker/maker.key.pem'), 'utf8'));
  const certified = readCertificatesPem(await readFile(join(race, 'pem/maker/maker.crt.pem'), 'utf8'))[0]!;
  t.true(isSm2Pair(key, certified.publicKey()));
});

test('what a killed run left behind is removed, and the next one is complete', async (t) => {
  const home = join(parent, 'killed');
  const ended = run('true');
  const { pid } = ended.child;
  await ended;
  await mkdir(join(home, `.pem-${pid}-abcdef`, 'seal'), { recursive: true });
  await mkdir(join(home, `.pem-${process.pid}-alive`), { recursive: true });
  t.true((await makeDevelopmentKeys(join(home, 'pem'), NOW)).created);
  t.deepEqual((await readdir(home)).sort(), [`.pem-${process.pid}-alive`, 'pem']);
});

test('a folder that lacks a file is said, not mended', async (t) => {
  const home = join(parent, 'lacking/pem');
  await makeDevelopmentKeys(home, NOW);
  await rm(join(home, 'seal/signer-2.key.pem'));
  await t.throwsAsync(makeDevelopmentKeys(home, NOW), {
    code: 'config-invalid',
    message: /lacks seal\/signer-2.key.pem/,
  });
});

test('a folder of an earlier version gets the keys that were added since, once, and keeps what it has', async (t) => {
  const home = join(parent, 'earlier/pem');
  await makeDevelopmentKeys(home, NOW);
  const before = await readFile(join(home, 'seal/signer-1.key.pem'), 'utf8');
  for (const gone of ['audit', 'person', 'login-trust']) await rm(join(home, gone), { recursive: true });
  for (const gone of ['pki/sub-ca-persons.crt.pem', 'pki-private/sub-ca-persons.key.pem', 'ocsp/ocsp-sub-ca-persons'])
    for (const file of gone.endsWith('.pem') ? [gone] : [`${gone}.crt.pem`, `${gone}.key.pem`])
      await rm(join(home, file));
  await rm(join(home, 'demo/market-regulator.key.pem'));
  await Promise.all([1, 2, 3].map(() => makeDevelopmentKeys(home, NOW)));
  t.is(await readFile(join(home, 'seal/signer-1.key.pem'), 'utf8'), before);
  const key = importSm2PrivateKey(await readFile(join(home, 'audit/audit-seal.key.pem'), 'utf8'));
  const certified = readCertificatesPem(await readFile(join(home, 'audit/audit-seal.crt.pem'), 'utf8'))[0]!;
  t.true(isSm2Pair(key, certified.publicKey()));
  const client = createPrivateKey(await readFile(join(home, 'demo/market-regulator.key.pem'), 'utf8'));
  t.is(client.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  const { roots } = readPurposeFolder(join(home, 'login-trust'), 'login.pem');
  const leaf = readCertificatesPem(await readFile(join(home, 'person/zhangsan.crt.pem'), 'utf8'))[0]!;
  t.is(verifyChain({ leaf, roots, intermediates: [], at: NOW, usage: 'authentication' }).status, 'passed');
  await openDevelopmentAuthorities(home, 'development');
});

judge(test, 'openssl')('openssl verify accepts the generated chain, link by link', async (t) => {
  const at = (path: string) => join(folder, path);
  const distid = ['-vfyopt', `distid:${DEFAULT_USER_ID}`, '-attime', String(NOW.getTime() / 1000)];
  const authorities = PKI.filter(({ ca }) => ca).map(({ name }) => at(`pki/${name}.crt.pem`));
  const { stdout } = await run('openssl', ['verify', ...distid, '-CAfile', at('pki/trust-roots.pem'), ...authorities]);
  t.is(stdout.match(/: OK/g)?.length, authorities.length);
  for (const row of PKI.filter(({ ca, flaw }) => !ca && flaw !== 'expired')) {
    const link = [
      '-partial_chain',
      '-CAfile',
      at(`pki/${row.issuer}.crt.pem`),
      at(`${row.folder}/${row.name}.crt.pem`),
    ];
    t.regex((await run('openssl', ['verify', ...distid, ...link])).stdout, /: OK/);
  }
  const foreign = ['-partial_chain', '-CAfile', at('pki/sub-ca-makers.crt.pem'), at('seal/signer-1.crt.pem')];
  await t.throwsAsync(run('openssl', ['verify', ...distid, ...foreign]));
});
