import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { parseDer } from '../../../common/asn1/der.ts';
import { derInteger, derOctetString, derOid, derSequence } from '../../../common/asn1/der-write.ts';
import { concatBytes, fromHex, toHex, utf8 } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { OID } from '../../../common/pki/oids.ts';
import { makeSignedData } from '../../../common/pki/signed-data.ts';
import { makeTimeStampToken, parseTimeStampToken, type TimeStampOrder } from '../../../common/pki/time-stamp.ts';
import {
  encodeGrant,
  encodeRejection,
  encodeTimeStampRequest,
  FAILURES,
  parseTimeStampRequest,
  readTimeStampReply,
} from '../../../common/pki/time-stamp-protocol.ts';
import { NO_TRUST } from '../../../common/pki/trust-stores.ts';
import { verifyTimeStamp } from '../../../common/pki/verify-time-stamp.ts';
import { judge } from '../../_harness/judges.ts';
import { AT, issue, issueAuthority, issueTsa, makeTestPki, type Party, sameTrust } from '../../_harness/pki.ts';
import { smCrypto } from '../../_harness/sm-crypto.ts';

const run = promisify(execFile);
const pki = await makeTestPki();
const tsa = await issueTsa(pki.authority);
const message = utf8('the value of a signature');
const malformed = { code: 'time-stamp-malformed' } as const;

const tokenOf = (overrides: Partial<TimeStampOrder> = {}, by: Party = tsa) =>
  makeTimeStampToken({
    policy: '1.2.3.4',
    digest: sm3(message),
    serial: fromHex('00ff10'),
    time: AT,
    nonce: fromHex('00f1'),
    certificate: by.certificate,
    chain: [pki.authority.certificate],
    sign: by.sign,
    ...overrides,
  });
const token = await tokenOf();
const judgeToken = (der: Uint8Array, question: { trust?: typeof pki.trust; now?: Date; claimed?: Date } = {}) =>
  verifyTimeStamp(der, { message, trust: pki.trust, now: AT, claimed: AT, ...question });
const failing = (der: Uint8Array, question = {}) =>
  judgeToken(der, question)
    .steps.filter(({ status }) => status === 'failed')
    .map(({ name, sub_indication }) => `${name} ${sub_indication}`);

async function withFiles<T>(files: Record<string, Uint8Array>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-tsp-'));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('RFC 3161: a token made here reads back and proves its time', (t) => {
  const { info, cms } = parseTimeStampToken(token);
  t.is(info.policy, '1.2.3.4');
  t.is(info.serial, 'ff10');
  t.deepEqual(info.time, AT);
  t.is(toHex(info.nonce!), '00f1');
  t.is(cms.version, 3);
  t.is(cms.certificates.length, 2);
  const report = judgeToken(token);
  t.is(report.status, 'passed');
  t.is(judgeToken(token, { trust: sameTrust({ roots: pki.chainTrust.roots, intermediates: [] }) }).status, 'passed');
  t.deepEqual(report.time, AT);
  t.deepEqual(
    report.steps.map(({ name }) => name.replace('time-stamp-', '')),
    [
      'format',
      'imprint',
      'signature',
      'certificate-signatures',
      'certificate-chain',
      'certificate-period',
      'certificate-constraints',
      'certificate-usage',
      'certificate-revocation',
      'order',
    ],
  );
});

test('RFC 3161: a token over something else, or by another digest algorithm, does not pass', async (t) => {
  t.deepEqual(failing(await tokenOf({ digest: sm3(utf8('another signature')) })), [
    'time-stamp-imprint SIG_CONSTRAINTS_FAILURE',
  ]);
  const content = derSequence(
    derInteger(1),
    derOid('1.2.3.4'),
    derSequence(derSequence(derOid('2.16.840.1.101.3.4.2.1')), derOctetString(sm3(message))),
    derInteger(7),
    parseDer(parseTimeStampToken(token).cms.content!).children[4]!.raw,
  );
  const bySha256 = await makeSignedData({
    encapsulated: { contentType: OID.tstInfo, content },
    digest: sm3(content),
    signerCert: tsa.certificate,
    certs: [],
    sign: tsa.sign,
  });
  t.deepEqual(failing(bySha256), ['time-stamp-imprint SIG_CONSTRAINTS_FAILURE']);
});

test('RFC 3161: any changed byte of a token is found where the carried certificates are needed', (t) => {
  const trust = sameTrust({ roots: pki.chainTrust.roots, intermediates: [] });
  for (let at = 0; at < token.length; at += 7) {
    const changed = Uint8Array.from(token);
    changed[at] = changed[at]! ^ 1;
    const report = judgeToken(changed, { trust });
    t.true(report.status !== 'passed' || report.time === null, `byte ${at}`);
  }
});

test('RFC 3161: the authority must be certified for time stamps critically and alone, at the time of the stamp', async (t) => {
  const wrong = async (by: Party) => failing(await tokenOf({}, by));
  const usage = ['time-stamp-certificate-usage CHAIN_CONSTRAINTS_FAILURE'];
  t.deepEqual(await wrong(pki.signer), usage);
  t.deepEqual(
    await wrong(await issueTsa(pki.authority, { extendedKeyUsage: [OID.timeStamping, '1.3.6.1.5.5.7.3.1'] })),
    usage,
  );
  const early = await issueTsa(pki.authority, { notAfter: new Date('2026-05-01T00:00:00Z') });
  t.deepEqual(await wrong(early), ['time-stamp-certificate-period EXPIRED']);
  const late = await issueTsa(pki.authority, { notBefore: new Date('2026-07-01T00:00:00Z') });
  t.deepEqual(await wrong(late), ['time-stamp-certificate-period NOT_YET_VALID']);
});

test('RFC 3161: a stamp by an authority that expired since still proves its time', async (t) => {
  const by = await issueTsa(pki.authority, { notAfter: new Date('2026-06-02T00:00:00Z') });
  t.is(judgeToken(await tokenOf({}, by), { now: new Date('2027-01-01T00:00:00Z') }).status, 'passed');
});

test('RFC 3161: without a trusted root a token is undecided, by a foreign authority too, and proves nothing', async (t) => {
  const root = await issueAuthority('别处的根', null, 1);
  const foreign = await tokenOf({ chain: [] }, await issueTsa(root));
  for (const report of [judgeToken(token, { trust: NO_TRUST }), judgeToken(foreign)]) {
    t.is(report.status, 'indeterminate');
    t.is(report.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
    t.is(report.time, null);
  }
});

test('EN 319 102-1: a stamp in the future, or earlier than what it stamps claims, is TIMESTAMP_ORDER_FAILURE', async (t) => {
  const at = (minutes: number) => new Date(AT.getTime() + minutes * 60_000);
  const order = ['time-stamp-order TIMESTAMP_ORDER_FAILURE'];
  t.deepEqual(failing(await tokenOf({ time: at(4) })), []);
  t.deepEqual(failing(await tokenOf({ time: at(6) })), order);
  t.deepEqual(failing(token, { claimed: at(4), now: at(10) }), []);
  t.deepEqual(failing(token, { claimed: at(6), now: at(10) }), order);
  t.deepEqual(failing(token, { claimed: at(-9_000) }), []);
});

test('RFC 3161: a token without certificates cannot be judged, bytes behind it and other content are refused', async (t) => {
  const bare = await tokenOf({ chain: null });
  t.is(parseTimeStampToken(bare).cms.certificates.length, 0);
  t.is(judgeToken(bare).status, 'indeterminate');
  t.throws(() => parseTimeStampToken(concatBytes(token, Uint8Array.of(0))), malformed);
  const data = await makeSignedData({ digest: sm3(message), signerCert: tsa.certificate, certs: [], sign: tsa.sign });
  t.throws(() => parseTimeStampToken(data), malformed);
  t.deepEqual(failing(data), ['time-stamp-format FORMAT_FAILURE']);
  t.deepEqual(failing(utf8('no DER')), ['time-stamp-format FORMAT_FAILURE']);
});

test('RFC 3161: requests read back; wrong version, order and trailing bytes are refused', (t) => {
  const request = {
    imprint: { algorithm: OID.sm3, digest: sm3(message) },
    policy: '1.2.3.4',
    nonce: fromHex('0080'),
    certReq: true,
  };
  const der = encodeTimeStampRequest(request);
  t.deepEqual(parseTimeStampRequest(der), { ...request, extensions: [] });
  t.throws(() => parseTimeStampRequest(concatBytes(der, Uint8Array.of(5, 0))), malformed);
  const [, imprint, policy, nonce] = parseDer(der).children.map(({ raw }) => raw);
  t.throws(() => parseTimeStampRequest(derSequence(derInteger(2), imprint!)), malformed);
  t.throws(() => parseTimeStampRequest(derSequence(derInteger(1), imprint!, nonce!, policy!)), malformed);
  t.throws(() => parseTimeStampRequest(derSequence(derInteger(1))), malformed);
});

test('RFC 3161: a reply counts only for its own request: imprint, nonce and policy', async (t) => {
  const request = {
    imprint: { algorithm: OID.sm3, digest: sm3(message) },
    policy: '1.2.3.4',
    nonce: fromHex('00f1'),
    certReq: true,
  };
  t.deepEqual(readTimeStampReply(encodeGrant(token), request).raw, token);
  const imprint = { algorithm: OID.sm3, digest: sm3(utf8('x')) };
  for (const other of [{ imprint }, { nonce: fromHex('00f2') }, { policy: '1.2.3.5' }]) {
    t.throws(() => readTimeStampReply(encodeGrant(token), { ...request, ...other }), malformed);
  }
  const silent = await tokenOf({ nonce: null });
  t.throws(() => readTimeStampReply(encodeGrant(silent), request), malformed, 'a stripped nonce');
  t.throws(() => readTimeStampReply(derSequence(derSequence(derInteger(0))), request), malformed);
  for (const failure of Object.keys(FAILURES) as (keyof typeof FAILURES)[]) {
    t.throws(() => readTimeStampReply(encodeRejection(failure, 'because'), request), {
      code: 'time-stamp-refused',
      message: new RegExp(`status 2 ${failure}: because`),
    });
  }
});

test('sm-crypto agrees with the signature over the signed attributes of a token', (t) => {
  const { cms } = parseTimeStampToken(token);
  const key = toHex(tsa.key.publicKey.point);
  const options = { der: true, hash: true, userId: '1234567812345678' };
  const verify = (bytes: Uint8Array) => smCrypto.sm2.doVerifySignature([...bytes], toHex(cms.signature), key, options);
  t.true(verify(cms.signedAttributesRaw));
  t.false(verify(concatBytes(cms.signedAttributesRaw, Uint8Array.of(0))));
  t.is(smCrypto.sm3([...message]), toHex(parseTimeStampToken(token).info.imprint.digest));
});

judge(test, 'openssl')(
  'openssl prints the token and the refusals as they are meant, and makes a request that reads here',
  async (t) => {
    const files = { 'token.der': token, 'no.der': encodeRejection('badAlg', 'only SM3'), data: message };
    await withFiles(files, async (folder) => {
      const openssl = async (...args: string[]) => (await run('openssl', args, { cwd: folder })).stdout;
      const text = await openssl('ts', '-reply', '-in', 'token.der', '-token_in', '-token_out', '-text');
      t.regex(text, /Hash Algorithm: sm3/);
      t.regex(text, /Policy OID: 1\.2\.3\.4/);
      t.regex(text, /Serial number: 0xFF10/);
      t.regex(text, /Time stamp: Jun {1,2}1 08:00:00 2026 GMT/);
      t.regex(text, /Accuracy: 0x01 seconds/);
      t.regex(text, /Nonce: 0xF1/);
      t.regex(
        await openssl('ts', '-reply', '-in', 'no.der', '-text'),
        /Status: Rejected[\s\S]*only SM3[\s\S]*unrecognized or unsupported algorithm/,
      );
      await openssl('ts', '-query', '-data', 'data', '-sm3', '-cert', '-tspolicy', '1.2.3.4', '-out', 'query.der');
      const asked = parseTimeStampRequest(new Uint8Array(await readFile(join(folder, 'query.der'))));
      t.deepEqual(asked.imprint, { algorithm: OID.sm3, digest: sm3(message) });
      t.true(asked.certReq && asked.policy === '1.2.3.4' && asked.nonce !== null);
    });
  },
);

judge(test, 'openssl')(
  'openssl verifies the signature over the signed attributes of a token, and not over others',
  async (t) => {
    const { cms } = parseTimeStampToken(token);
    const pem = tsa.key.publicKey.keyObject.export({ type: 'spki', format: 'pem' }) as string;
    const files = {
      'key.pem': utf8(pem),
      'attributes.der': cms.signedAttributesRaw,
      'others.der': concatBytes(cms.signedAttributesRaw, Uint8Array.of(0)),
      'value.der': cms.signature,
    };
    await withFiles(files, async (folder) => {
      const verify = (name: string) =>
        run(
          'openssl',
          ['dgst', '-sm3', '-verify', 'key.pem', '-sigopt', 'distid:1234567812345678', '-signature', 'value.der', name],
          { cwd: folder },
        );
      t.regex((await verify('attributes.der')).stdout, /Verified OK/);
      await t.throwsAsync(verify('others.der'));
    });
  },
);

test('a certificate of another party than the one that signed does not carry a token', async (t) => {
  const other = await issue('另一时间戳服务', pki.authority, { extendedKeyUsage: [OID.timeStamping] });
  t.deepEqual(failing(await tokenOf({ certificate: other.certificate })), ['time-stamp-signature SIG_CRYPTO_FAILURE']);
});
