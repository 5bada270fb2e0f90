import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { parseDer } from '../../../common/asn1/der.ts';
import { derBoolean, derExplicit, derInteger, derSequence, derTlv } from '../../../common/asn1/der-write.ts';
import { concatBytes, toHex } from '../../../common/bytes.ts';
import { DEFAULT_USER_ID, verifySm2 } from '../../../common/crypto/sm2.ts';
import {
  certificatePem,
  isDevelopmentCertificate,
  parseCertificate,
  readCertificatesPem,
} from '../../../common/pki/certificate.ts';
import { OID } from '../../../common/pki/oids.ts';
import { judge } from '../../_harness/judges.ts';
import { issue, issueAuthority, makeTestPki } from '../../_harness/pki.ts';

const run = promisify(execFile);
const pki = await makeTestPki();
const malformed = { code: 'certificate-malformed' };

test('RFC 5280: a certificate made through @peculiar/x509 reads back field by field', (t) => {
  const { certificate, key } = pki.signer;
  t.is(certificate.subject, 'CN=36010000000001, O=测试机构, C=CN');
  t.is(certificate.issuer, 'CN=测试签发机构, O=测试机构, C=CN');
  t.is(certificate.commonName, '36010000000001');
  t.is(certificate.organization, '测试机构');
  t.is(certificate.notBefore.toISOString(), '2026-01-01T00:00:00.000Z');
  t.is(certificate.notAfter.toISOString(), '2036-01-01T00:00:00.000Z');
  t.is(certificate.signatureAlgorithm, OID.sm2WithSm3);
  t.deepEqual(certificate.publicKey().point, key.publicKey.point);
  t.deepEqual(certificate.keyUsage, ['digitalSignature', 'nonRepudiation']);
  t.is(certificate.extendedKeyUsage, null);
  t.false(certificate.isCa);
  t.deepEqual(certificate.authorityKeyId, pki.authority.certificate.subjectKeyId);
  t.true(verifySm2(pki.authority.key.publicKey, certificate.tbsRaw, certificate.signature));
});

test('authorities and time-stamp certificates show their constraints', async (t) => {
  t.true(pki.authority.certificate.isCa);
  t.is(pki.authority.certificate.pathLength, 0);
  t.is(pki.root.certificate.pathLength, 1);
  t.deepEqual(pki.root.certificate.keyUsage, ['keyCertSign', 'cRLSign']);
  const tsa = await issue('时间戳', pki.authority, { extendedKeyUsage: [OID.timeStamping] });
  t.deepEqual(tsa.certificate.extendedKeyUsage, { critical: true, purposes: [OID.timeStamping] });
});

test('node:crypto reads the same certificate, and its verify() is false for every SM2 one (the trap)', (t) => {
  const theirs = new X509Certificate(Buffer.from(pki.signer.certificate.raw));
  t.is(theirs.serialNumber.toLowerCase(), pki.signer.certificate.serial);
  t.false(theirs.verify(pki.authority.key.publicKey.keyObject));
});

test('PEM texts give every certificate in order, and none is an error', (t) => {
  const pem = `head\n${certificatePem(pki.root.certificate)}between\n${certificatePem(pki.signer.certificate)}`;
  t.deepEqual(
    readCertificatesPem(pem).map(({ serial }) => serial),
    [pki.root.certificate.serial, pki.signer.certificate.serial],
  );
  t.throws(() => readCertificatesPem('no certificate'), malformed);
});

test('a development certificate is known by the OU of its subject or issuer', async (t) => {
  const name = [...pki.root.name, { type: 'OU', value: 'DEV ONLY' }];
  t.true(isDevelopmentCertificate((await issue('x', null, { subject: name })).certificate));
  t.true(isDevelopmentCertificate((await issue('x', null, { issuer: name })).certificate));
  t.false(isDevelopmentCertificate(pki.signer.certificate));
});

test('certificates that are cut off, longer, or not v3 are refused', (t) => {
  const { raw } = pki.signer.certificate;
  for (const other of [
    raw.subarray(0, -1),
    concatBytes(raw, Uint8Array.of(0)),
    new Uint8Array(),
    new Uint8Array(70_000),
  ])
    t.throws(() => parseCertificate(other), malformed);
  const [tbs, ...rest] = parseDer(raw).children;
  const fields = tbs!.children.slice(1).map((child) => child.raw);
  const v1 = derSequence(derSequence(derExplicit(0, derInteger(0)), ...fields), ...rest.map((child) => child.raw));
  t.throws(() => parseCertificate(v1), { ...malformed, message: /v3/ });
});

const rebuild = (change: (fields: Uint8Array[]) => void): Uint8Array => {
  const [tbs, ...rest] = parseDer(pki.signer.certificate.raw).children;
  const fields = tbs!.children.map((child) => child.raw);
  change(fields);
  return derSequence(derSequence(...fields), ...rest.map((child) => child.raw));
};

test('refused: another algorithm inside, a serial of zero, an unknown field, an extension twice', (t) => {
  t.notThrows(() => parseCertificate(rebuild(() => {})));
  t.throws(
    () => parseCertificate(rebuild((f) => f.splice(2, 1, derSequence(derTlv(6, Uint8Array.of(42)))))),
    malformed,
  );
  t.throws(() => parseCertificate(rebuild((f) => f.splice(1, 1, derInteger(0)))), { ...malformed, message: /serial/ });
  t.throws(() => parseCertificate(rebuild((f) => f.push(derBoolean(true)))), {
    ...malformed,
    message: /unknown field/,
  });
  const twice = (f: Uint8Array[]) => {
    const list = parseDer(f.at(-1)!).children[0]!.children.map((child) => child.raw);
    f.splice(-1, 1, derExplicit(3, derSequence(...list, list[0]!)));
  };
  t.throws(() => parseCertificate(rebuild(twice)), { ...malformed, message: /twice/ });
});

judge(test, 'openssl')('openssl verify accepts the chain link by link, and not a changed leaf', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pki-'));
  const write = async (name: string, pem: string) => {
    await writeFile(join(folder, name), pem);
    return join(folder, name);
  };
  try {
    const root = await write('root.pem', certificatePem(pki.root.certificate));
    const authority = await write('authority.pem', certificatePem(pki.authority.certificate));
    const leaf = await write('leaf.pem', certificatePem(pki.signer.certificate));
    const verify = (...args: string[]) =>
      run('openssl', ['verify', '-vfyopt', `distid:${DEFAULT_USER_ID}`, '-attime', '1780300800', ...args]);
    t.regex((await verify('-CAfile', root, authority)).stdout, /OK/);
    t.regex((await verify('-partial_chain', '-CAfile', authority, leaf)).stdout, /OK/);
    const changed = Uint8Array.from(pki.signer.certificate.raw);
    changed[changed.length - 1]! ^= 1;
    const bad = await write('bad.pem', certificatePem({ ...pki.signer.certificate, raw: changed }));
    await t.throwsAsync(verify('-partial_chain', '-CAfile', authority, bad));
    const { stdout } = await run('openssl', ['x509', '-in', leaf, '-noout', '-serial']);
    t.is(stdout.trim().toLowerCase(), `serial=${pki.signer.certificate.serial}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a name with commas is escaped as RFC 4514 asks', async (t) => {
  const party = await issueAuthority('a, b+c', null);
  t.is(party.certificate.subject, 'CN=a\\, b\\+c, O=测试机构, C=CN');
  t.is(toHex(party.certificate.subjectRaw), toHex(party.certificate.issuerRaw));
});
