// Evidence of revocation: lists (RFC 5280) and OCSP responses (RFC 6960), each believed only from who may give it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import {
  derBitString,
  derExplicit,
  derInteger,
  derOid,
  derSequence,
  derTlv,
  derUtcTime,
} from '../../../common/asn1/der-write.ts';
import { utf8 } from '../../../common/bytes.ts';
import { makeCertId } from '../../../common/pki/cert-id.ts';
import { readCertificatesPem } from '../../../common/pki/certificate.ts';
import { parseCertificateList, readCrlFile } from '../../../common/pki/certificate-list.ts';
import { encodeExtension } from '../../../common/pki/extensions.ts';
import { encodeOcspRequest, parseOcspRequest } from '../../../common/pki/ocsp-request.ts';
import { encodeOcspFailure, parseOcspResponse } from '../../../common/pki/ocsp-response.ts';
import { OID } from '../../../common/pki/oids.ts';
import { checkRevocation } from '../../../common/pki/revocation.ts';
import { askBouncyCastle } from '../../_harness/bouncy-castle.ts';
import { judge } from '../../_harness/judges.ts';
import {
  AT,
  issue,
  issueAuthority,
  issueResponder,
  listOf,
  makeTestPki,
  type Party,
  responseOf,
} from '../../_harness/pki.ts';

const run = promisify(execFile);
const { root, authority, signer } = await makeTestPki();
const responder = await issueResponder(authority);
const hours = (count: number) => new Date(AT.getTime() + count * 3_600_000);
const SERIAL = signer.certificate.serial;
const revokedAt = (at: Date, reason: 'key-compromise' | 'certificate-hold' = 'key-compromise') => [
  { serial: SERIAL, at, reason },
];

type Given = { readonly crl?: Uint8Array; readonly ocsp?: Uint8Array; readonly at?: Date; readonly now?: Date };

const judgeWith = ({ crl, ocsp, at = AT, now = hours(1) }: Given, of: Party = signer) =>
  checkRevocation(
    of.certificate,
    authority.certificate,
    { crls: crl ? [crl] : [], ocspResponses: ocsp ? [ocsp] : [] },
    at,
    now,
  );

test('RFC 5280: a list of the issuer says good or revoked, with the time and the reason', async (t) => {
  t.is(judgeWith({ crl: await listOf(authority) }).status, 'good');
  const other = [{ serial: '77', at: hours(-1), reason: 'unspecified' as const }];
  t.is(judgeWith({ crl: await listOf(authority, other) }).status, 'good');
  const found = judgeWith({ crl: await listOf(authority, [...other, ...revokedAt(hours(-2))]) });
  t.like(found, { status: 'revoked', at: hours(-2), reason: 'key-compromise' });
});

test('RFC 6960: the issuer or its delegate says good or revoked; unknown is no answer', async (t) => {
  const by = (party: Party, status: Parameters<typeof responseOf>[3] = {}) =>
    responseOf(signer.certificate, authority, party, status);
  t.is(judgeWith({ ocsp: await by(authority) }).status, 'good');
  t.is(judgeWith({ ocsp: await by(responder) }).status, 'good');
  const status = { at: hours(-3), reason: 'superseded' as const };
  t.like(judgeWith({ ocsp: await by(responder, { status }) }), {
    status: 'revoked',
    at: hours(-3),
    reason: 'superseded',
  });
  t.regex(judgeWith({ ocsp: await by(responder, { status: 'unknown' }) }).finding, /does not know/);
});

test('evidence covers a time when it is of later, or current then; revoked is revoked however old it is', async (t) => {
  const crl = await listOf(authority);
  t.is(judgeWith({ crl, at: hours(-100) }).status, 'good', 'made after it');
  t.is(judgeWith({ crl, at: hours(160), now: hours(161) }).status, 'good', 'current then');
  const stale = judgeWith({ crl, at: hours(169), now: hours(169) });
  t.is(stale.status, 'unknown');
  t.regex(stale.finding, /does not cover/);
  const old = await listOf(authority, revokedAt(hours(-1)));
  t.is(judgeWith({ crl: old, at: hours(1000), now: hours(1000) }).status, 'revoked');
});

test('a hold that a newer list has lifted is over; no other reason is', async (t) => {
  const evidence = async (reason: 'key-compromise' | 'certificate-hold') => ({
    crls: [
      await listOf(authority, revokedAt(hours(-1), reason)),
      await listOf(authority, [], { thisUpdate: hours(1) }),
    ],
    ocspResponses: [],
  });
  const state = async (reason: 'key-compromise' | 'certificate-hold') =>
    checkRevocation(signer.certificate, authority.certificate, await evidence(reason), AT, hours(2)).status;
  t.is(await state('certificate-hold'), 'good');
  t.is(await state('key-compromise'), 'revoked');
});

test('a list made after the certificate ended has forgotten it, unless it says how long it keeps them', async (t) => {
  const ended = await issue('已到期', authority, { notAfter: hours(-24) });
  t.regex(judgeWith({ crl: await listOf(authority), at: hours(-48) }, ended).finding, /does not cover/);
  const keeping = await listOf(authority, [], { keepsSince: hours(-1000) });
  t.is(judgeWith({ crl: keeping, at: hours(-48) }, ended).status, 'good');
  const before = await listOf(authority, [], { thisUpdate: hours(-30) });
  t.is(judgeWith({ crl: before, at: hours(-48) }, ended).status, 'good');
});

test('what does not count is said: other issuers, wrong signers, the future, an authority without cRLSign', async (t) => {
  const imposter: Party = { ...(await issueAuthority('冒名', root)), certificate: authority.certificate };
  const noList = await issueAuthority('不签列表', root, 0);
  const forbidden = await issue('不签列表', root, { ca: { pathLength: 0 }, keyUsage: ['keyCertSign'] });
  const crl = await listOf(authority);
  const changed = Uint8Array.from(crl);
  changed[changed.length - 1]! ^= 1;
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [await listOf(noList), /there is no revocation list/],
    [await listOf(imposter), /signature is not by the issuer/],
    [changed, /signature is not by the issuer/],
    [await listOf(authority, [], { thisUpdate: hours(3), nextUpdate: hours(9) }), /lies in the future/],
    [utf8('no list'), /cannot be read/],
  ];
  for (const [given, message] of cases) {
    const found = judgeWith({ crl: given });
    t.is(found.status, 'unknown');
    t.regex(found.finding, message);
  }
  const below = await issue('下级', forbidden);
  const own = { crls: [await listOf(forbidden)], ocspResponses: [] };
  t.regex(checkRevocation(below.certificate, forbidden.certificate, own, AT, hours(1)).finding, /cRLSign/);
});

test('RFC 6960: no response by a stranger, by a certificate without EKU, by an ended one, about another, changed, of the future', async (t) => {
  const elsewhere = await issueAuthority('别处', root);
  const of = (by: Party, single = {}, overrides = {}) =>
    responseOf(signer.certificate, authority, by, single, overrides);
  const good = await of(responder);
  const changed = Uint8Array.from(good);
  const at = Buffer.from(good).indexOf(Buffer.from(responder.certificate.raw)) - 12;
  changed[at]! ^= 1;
  const other = makeCertId({ serial: '1234' }, authority.certificate);
  const elsewhereId = makeCertId(signer.certificate, elsewhere.certificate);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [await of(await issueResponder(elsewhere)), /was not certified by the issuer/],
    [await of(signer), /not certified for OCSP responses/],
    [await of(await issueResponder(authority, { notAfter: hours(-1) })), /was not valid then/],
    [await of(await issueResponder(authority, { isOcspNoCheck: false })), /Whether .*OCSP服务.* is not known/],
    [await of(responder, { id: other }), /there is no revocation list/],
    [await of(responder, { id: elsewhereId }), /there is no revocation list/],
    [changed, /not signed by the issuer or by a certificate it carries/],
    [await of(responder, {}, { isCarried: false }), /not signed by the issuer or by a certificate it carries/],
    [await of(responder, { thisUpdate: hours(3) }), /lies in the future/],
    [encodeOcspFailure('tryLater'), /the responder refuses: tryLater/],
  ];
  for (const [ocsp, message] of cases) {
    const found = judgeWith({ ocsp });
    t.is(found.status, 'unknown', String(message));
    t.regex(found.finding, message);
  }
});

test('RFC 6960: a delegate without nocheck counts when a list of its issuer says that it is good', async (t) => {
  const checked = await issueResponder(authority, { isOcspNoCheck: false });
  const ocspResponses = [await responseOf(signer.certificate, authority, checked)];
  const state = async (revoked: Parameters<typeof listOf>[1]) => {
    // The list speaks of the responder; of the signer it would say good by itself, so the response says revoked.
    const said = { status: { at: hours(-1), reason: 'superseded' as const } };
    const response = await responseOf(signer.certificate, authority, checked, said);
    const evidence = { crls: [await listOf(authority, revoked)], ocspResponses: [response, ...ocspResponses] };
    return checkRevocation(signer.certificate, authority.certificate, evidence, AT, hours(1)).status;
  };
  t.is(await state([]), 'revoked');
  t.is(await state([{ serial: checked.certificate.serial, at: hours(-2), reason: 'key-compromise' }]), 'good');
});

/** A list of the authority with these extensions, and one entry that is about nobody here. */
async function listWith(extensions: readonly Uint8Array[], entry: readonly Uint8Array[] = []): Promise<Uint8Array> {
  const algorithm = derSequence(derOid(OID.sm2WithSm3));
  const revoked = derSequence(derInteger(5), derUtcTime(AT), ...(entry.length > 0 ? [derSequence(...entry)] : []));
  const tbs = derSequence(
    derInteger(1),
    algorithm,
    authority.certificate.subjectRaw,
    derUtcTime(AT),
    derUtcTime(hours(24)),
    derSequence(revoked),
    derExplicit(0, derSequence(encodeExtension(OID.crlNumber, derInteger(1)), ...extensions)),
  );
  return derSequence(tbs, algorithm, derBitString(await authority.sign(tbs)));
}

test('RFC 5280: indirect, delta, partial and unknown lists are refused by name', async (t) => {
  const TRUE = Uint8Array.of(0xff);
  const point = (...fields: readonly Uint8Array[]) =>
    encodeExtension(OID.issuingDistributionPoint, derSequence(...fields), true);
  const uri = derTlv(0x86, utf8('http://crl.example/1.crl'));
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [await listWith([point(derTlv(0x84, TRUE))]), /an indirect list/],
    [await listWith([point(derTlv(0x83, Uint8Array.of(1, 2)))]), /for some reasons only/],
    [await listWith([point(derTlv(0x85, TRUE))]), /attribute certificates/],
    [await listWith([point(derTlv(0x82, TRUE))]), /authorities only/],
    [await listWith([point(derTlv(0xa0, derTlv(0xa0, uri)))]), /a part that this certificate is not in/],
    [await listWith([encodeExtension(OID.deltaCrlIndicator, derInteger(1), true)]), /a delta list/],
    [await listWith([encodeExtension('1.2.3.4', derInteger(1), true)]), /critical extension 1\.2\.3\.4/],
    [await listWith([], [encodeExtension('2.5.29.29', derSequence(), true)]), /critical extension 2\.5\.29\.29/],
  ];
  for (const [crl, message] of cases) {
    const found = judgeWith({ crl });
    t.is(found.status, 'unknown', String(message));
    t.regex(found.finding, message);
  }
  t.is(judgeWith({ crl: await listWith([point(derTlv(0x81, TRUE))]) }).status, 'good', 'a list of users');
  t.is(judgeWith({ crl: await listWith([encodeExtension('1.2.3.4', derInteger(1))]) }).status, 'good', 'not critical');
});

test('an LDAP address that a certificate names is reported as not asked', (t) => {
  const uri = derTlv(0x86, utf8('ldap://crl.example/c=cn'));
  const value = derSequence(derSequence(derTlv(0xa0, derTlv(0xa0, uri))));
  const extension = { oid: OID.crlDistributionPoints, critical: false, value };
  const named = { ...signer.certificate, extensions: [...signer.certificate.extensions, extension] };
  const { finding } = checkRevocation(named, authority.certificate, { crls: [], ocspResponses: [] }, AT, AT);
  t.regex(finding, /Not asked: ldap:\/\/crl\.example\/c=cn, which the certificate names/);
});

test('readers refuse by one code whatever is cut off or put in: lists, requests, responses', async (t) => {
  const crl = await listOf(authority, revokedAt(AT));
  const ocsp = await responseOf(signer.certificate, authority, responder, {}, { nonce: Uint8Array.of(1, 2) });
  const id = makeCertId(signer.certificate, authority.certificate);
  const request = encodeOcspRequest({ ids: [id], nonce: new Uint8Array(32).fill(7) });
  t.like(parseOcspRequest(request).ids[0], { serial: SERIAL });
  t.is(parseOcspRequest(request).nonce?.length, 32);
  t.deepEqual(parseOcspResponse(ocsp).nonce, Uint8Array.of(1, 2));
  const code = { code: 'revocation-malformed' } as const;
  for (const [der, parse] of [
    [crl, parseCertificateList],
    [request, parseOcspRequest],
    [ocsp, parseOcspResponse],
  ] as const) {
    t.notThrows(() => parse(der));
    for (const length of [0, 1, 20, der.length - 1]) t.throws(() => parse(der.subarray(0, length)), code);
    t.throws(() => parse(utf8('-----BEGIN')), code);
    t.throws(() => parse(derSequence(derInteger(3))), code);
  }
  for (const length of [0, 33])
    t.throws(() => parseOcspRequest(encodeOcspRequest({ ids: [id], nonce: new Uint8Array(length) })), code);
  t.throws(() => parseOcspRequest(encodeOcspRequest({ ids: Array.from({ length: 21 }, () => id), nonce: null })), code);
  t.throws(() => parseCertificateList(new Uint8Array(9 * 1024 * 1024)), { ...code, message: /8 MiB/ });
});

test('a mutated list or response never throws out of the judgement, and is never good for what is revoked', async (t) => {
  const crl = await listOf(authority, revokedAt(hours(-1)));
  const ocsp = await responseOf(signer.certificate, authority, responder, { status: { at: AT, reason: 'superseded' } });
  for (let at = 0; at < crl.length; at++) {
    const changed = Uint8Array.from(crl);
    changed[at]! ^= 1 << (at % 8);
    t.not(judgeWith({ crl: changed }).status, 'good');
  }
  for (let at = 0; at < ocsp.length; at += 3) {
    const changed = Uint8Array.from(ocsp);
    changed[at]! ^= 1 << (at % 8);
    t.not(judgeWith({ ocsp: changed }).status, 'good');
  }
});

judge(
  test,
  'bouncycastle',
  'java',
)('BouncyCastle reads and verifies our lists, requests and responses, and refuses changed ones', async (t) => {
  const crl = await listOf(authority, revokedAt(hours(-2)));
  const changed = Uint8Array.from(crl);
  changed[changed.length - 1]! ^= 1;
  const ocsp = await responseOf(signer.certificate, authority, responder);
  const revoked = await responseOf(signer.certificate, authority, authority, {
    status: { at: AT, reason: 'superseded' },
  });
  const id = makeCertId(signer.certificate, authority.certificate);
  const issuer = authority.certificate;
  const said = await askBouncyCastle([
    { kind: 'crl', der: crl, issuer, serial: SERIAL },
    { kind: 'crl', der: crl, issuer, serial: '77' },
    { kind: 'crl', der: changed, issuer, serial: SERIAL },
    { kind: 'crl', der: crl, issuer: root.certificate, serial: SERIAL },
    { kind: 'ocsp', der: ocsp, responder: responder.certificate },
    { kind: 'ocsp', der: ocsp, responder: authority.certificate },
    { kind: 'ocsp', der: revoked, responder: authority.certificate },
    { kind: 'ocsp-request', der: encodeOcspRequest({ ids: [id], nonce: Uint8Array.of(1) }) },
    { kind: 'certificate', certificate: responder.certificate, issuer },
  ]);
  const expected = [
    /^ok revoked .* KEY_COMPROMISE/,
    /^ok good/,
    /^no /,
    /^no /,
    /^ok good/,
    /^no /,
    /^ok revoked/,
    /^ok 1 asked/,
    /^ok verified/,
  ];
  t.is(said.length, expected.length, said.join('\n'));
  for (const [index, pattern] of expected.entries()) t.regex(said[index]!, pattern, String(index));
});

judge(test, 'openssl')('openssl prints our list, and makes one with RSA that is judged here', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-crl-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => run('openssl', args, { cwd: folder });
  await writeFile(at('own.crl'), await listOf(authority, revokedAt(hours(-2))));
  const { stdout } = await openssl('crl', '-inform', 'DER', '-in', 'own.crl', '-noout', '-text');
  t.regex(stdout, /Version 2/);
  t.regex(stdout, /X509v3 CRL Number/);
  t.regex(stdout, new RegExp(`Serial Number: ${SERIAL.padStart(SERIAL.length + (SERIAL.length % 2), '0')}`, 'i'));
  t.regex(stdout, /Key Compromise/);
  const request = encodeOcspRequest({ ids: [makeCertId(signer.certificate, authority.certificate)], nonce: null });
  await writeFile(at('request.der'), request);
  t.regex((await openssl('ocsp', '-reqin', 'request.der', '-req_text')).stdout, /Serial Number/);

  await writeFile(
    at('ca.conf'),
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\n',
  );
  const subject = ['-subj', '/C=CN/O=Other/CN=Other Root'];
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    ...subject,
    ...usage,
  );
  const day = new Date().toISOString().replace(/[-:T]/g, '').slice(2, 14);
  await writeFile(at('index.txt'), `R\t400101000000Z\t${day}Z,superseded\t0A\tunknown\t/CN=x\n`);
  await writeFile(at('number'), '01\n');
  await openssl('ca', '-config', 'ca.conf', '-gencrl', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-out', 'other.crl');
  const crl = readCrlFile(new Uint8Array(await readFile(at('other.crl'))));
  const [issuer] = readCertificatesPem(await readFile(at('ca.pem'), 'utf8'));
  const ask = (serial: string) =>
    checkRevocation(
      { ...issuer!, serial, isCa: false },
      issuer!,
      { crls: [crl], ocspResponses: [] },
      new Date(),
      new Date(),
    );
  t.like(ask('0a'), { status: 'revoked', reason: 'superseded' });
  t.is(ask('0b').status, 'good', ask('0b').finding);
});
