// Trust stores on disk and as a seal room publishes them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { revocationSettings } from '../../../common/contract/revocation-sources.ts';
import { publishTrustStores, readTrustFolder, readTrustStores } from '../../../common/files/trust-folder.ts';
import { certificatePem } from '../../../common/pki/certificate.ts';
import type { TrustStores } from '../../../common/pki/trust-stores.ts';
import { issueAuthority, listOf } from '../../_harness/pki.ts';

const folder = await mkdtemp(join(tmpdir(), 'xinji-trust-'));
test.after.always(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const [makers, signers, time] = await Promise.all(['制章', '签章', '时间'].map((name) => issueAuthority(name, null)));

async function writeStore(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(at(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(at(name), file), text);
  return at(name);
}

const SOURCE = { issuer_sm3: '0'.repeat(64), crl: 'http://crl.example/1.crl' };

const subjects = (stores: TrustStores) =>
  Object.values(stores).map(({ roots }) => roots.map(({ commonName }) => commonName).join());

test('a folder gives each purpose its own authorities, and a purpose without a file nobody', async (t) => {
  const whole = await writeStore('whole', {
    'makers.pem': certificatePem(makers!.certificate),
    'signers.pem': certificatePem(signers!.certificate) + certificatePem(makers!.certificate),
    'tsa.pem': certificatePem(time!.certificate),
  });
  t.deepEqual(subjects(readTrustStores(whole)), ['制章', '签章,制章', '时间']);
  const part = await writeStore('part', { 'signers.pem': certificatePem(signers!.certificate) });
  t.deepEqual(subjects(readTrustStores(part)), ['', '签章', '']);
});

test('what a room publishes is read back as the same stores', async (t) => {
  const stores = readTrustFolder(
    await writeStore('published', {
      'makers.pem': certificatePem(makers!.certificate),
      'tsa.pem': certificatePem(time!.certificate),
      'sources.json': JSON.stringify({ sources: [SOURCE] }),
    }),
  );
  await writeFile(at('trust.json'), JSON.stringify(publishTrustStores(stores)));
  t.deepEqual(subjects(readTrustStores(at('trust.json'))), ['制章', '', '时间']);
  t.deepEqual(readTrustFolder(at('trust.json')).revocation, { required: true, sources: [SOURCE] });
});

test('lists that lie beside are evidence; without sources.json evidence is required and nobody is asked', async (t) => {
  const crl = await listOf(makers!);
  const pem = `-----BEGIN X509 CRL-----\n${Buffer.from(crl).toString('base64')}\n-----END X509 CRL-----\n`;
  const path = await writeStore('lists', { 'makers.pem': certificatePem(makers!.certificate), 'text.crl': pem });
  await writeFile(join(path, 'bytes.crl'), crl);
  const { evidence, revocation } = readTrustFolder(path);
  t.deepEqual(
    evidence.crls.map((der) => Buffer.from(der).equals(crl)),
    [true, true],
  );
  t.deepEqual(revocation, { required: true, sources: [] });
  const lax = await writeStore('lax', {
    'makers.pem': certificatePem(makers!.certificate),
    'sources.json': '{"required":false}',
  });
  t.false(readTrustFolder(lax).revocation.required);
});

test('sources are http and https addresses without credentials; others, and nothing to ask, are refused', (t) => {
  const parse = (source: object) =>
    revocationSettings.safeParse({ sources: [{ issuer_sm3: SOURCE.issuer_sm3, ...source }] });
  t.true(parse({ ocsp: 'https://ocsp.example/' }).success);
  const addresses = ['ldap://crl.example/c=cn', 'file:///etc/passwd', 'http://user:secret@crl.example/', 'crl.example'];
  for (const crl of addresses) t.false(parse({ crl }).success, crl);
  t.false(parse({}).success);
  t.false(parse({ crl: SOURCE.crl, issuer_sm3: 'anybody' }).success);
});

test('a store under a wrong name, an empty folder, a broken certificate, a PEM file, other JSON are refused with the way out', async (t) => {
  const pem = certificatePem(makers!.certificate);
  await writeFile(at('roots.pem'), pem);
  await writeFile(at('other.json'), '{"keys":[]}');
  const LDAP = JSON.stringify({ sources: [{ ...SOURCE, crl: 'ldap://crl.example/c=cn' }] });
  const half = { subject: 'CN=x', sm3: '0'.repeat(64), pem: 'no PEM' };
  await writeFile(at('half.json'), JSON.stringify({ makers: [half], signers: [], time_stamping: [], revocation: {} }));
  const cases: readonly (readonly [string, RegExp])[] = [
    [await writeStore('misnamed', { 'maker.pem': pem, 'signers.pem': pem }), /maker\.pem is none of makers\.pem/],
    [await writeStore('empty', {}), /there is none of makers\.pem/],
    [await writeStore('ldap', { 'makers.pem': pem, 'sources.json': LDAP }), /only http and https/],
    [await writeStore('nonsense', { 'makers.pem': pem, 'sources.json': 'no JSON' }), /sources\.json is no JSON/],
    [await writeStore('broken', { 'makers.pem': 'nothing' }), /no CERTIFICATE block/],
    [at('roots.pem'), /neither a folder nor JSON/],
    [at('other.json'), /not what \/v1\/trust-roots answers/],
    [at('half.json'), /no CERTIFICATE block/],
    [at('absent'), /cannot be read \(ENOENT\)/],
  ];
  for (const [path, message] of cases) {
    const error = t.throws(() => readTrustStores(path), { code: 'trust-malformed', message });
    t.regex((error as Error & { hint: string }).hint, /makers\.pem, signers\.pem, tsa\.pem/);
  }
});
