// The authorities of the development PKI at work, over a folder of their own.
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { answerOcsp } from '../../../common/ca/answer-ocsp.ts';
import type { CertificateAuthority } from '../../../common/ca/certificate-authority.ts';
import { openDevelopmentAuthorities, openDevelopmentAuthority } from '../../../common/ca/development-authority.ts';
import { appendRecord, readRecord } from '../../../common/ca/issue-record.ts';
import { generateSm2KeyPair, importSm2PrivateKey } from '../../../common/crypto/sm2.ts';
import { readTrustStores } from '../../../common/files/trust-folder.ts';
import { makeCertId } from '../../../common/pki/cert-id.ts';
import { type Certificate, readCertificatesPem } from '../../../common/pki/certificate.ts';
import { parseCertificateList } from '../../../common/pki/certificate-list.ts';
import { encodeOcspRequest } from '../../../common/pki/ocsp-request.ts';
import { parseOcspResponse } from '../../../common/pki/ocsp-response.ts';
import { makePkcs10 } from '../../../common/pki/pkcs10.ts';
import { checkRevocation, NO_EVIDENCE } from '../../../common/pki/revocation.ts';
import { verifyTrusted } from '../../../common/pki/verify-trusted.ts';
import { makeDevelopmentKeys } from '../../../keys-dev/make.ts';
import { PLAIN_ENV } from '../../_harness/plain-env.ts';

const folder = await mkdtemp(join(tmpdir(), 'xinji-authority-'));
const keys = join(folder, 'pem');
await makeDevelopmentKeys(keys);
const NOW = new Date();
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const year = (count: number) => new Date(Date.UTC(NOW.getUTCFullYear() + count, 0, 1));
const file = async (path: string) => readCertificatesPem(await readFile(join(keys, path), 'utf8'))[0]!;

function requestOf(commonName: string): Uint8Array {
  const key = importSm2PrivateKey(generateSm2KeyPair().privateKeyPem);
  const subject = [
    { type: 'O', value: '测试' },
    { type: 'OU', value: 'DEV ONLY' },
    { type: 'CN', value: commonName },
  ];
  return makePkcs10(subject, key);
}

const authorities = await openDevelopmentAuthorities(keys, 'development');
const signers = authorities.get('sub-ca-signers')!;
test.after.always(() => rm(folder, { recursive: true }));

const issue = (name = '36010000000077') =>
  signers.issue({ pkcs10: requestOf(name), notBefore: NOW, notAfter: year(2) });

async function stateByEveryWay(certificate: Certificate, at: Date): Promise<readonly string[]> {
  const query = encodeOcspRequest({ ids: [makeCertId(certificate, signers.certificate)], nonce: Uint8Array.of(9) });
  const ocsp = await answerOcsp([...authorities.values()], query, at);
  const crl = await signers.makeCrl(at);
  const ask = (given: object) =>
    checkRevocation(certificate, signers.certificate, { ...NO_EVIDENCE, ...given }, at, at).status;
  return [ask({ crls: [crl] }), ask({ ocspResponses: [ocsp] })];
}

test('a request is certified, trusted for documents, good until revoked, and revoked by list and by OCSP', async (t) => {
  const certificate = await issue();
  t.is(certificate.commonName, '36010000000077');
  t.is(verifyTrusted(readTrustStores(join(keys, 'trust')), 'signers', certificate, later(1)).status, 'passed');
  t.deepEqual(await stateByEveryWay(certificate, later(5)), ['good', 'good']);
  await signers.revoke(certificate, 'superseded', later(1));
  await signers.revoke(certificate, 'key-compromise', later(2));
  t.deepEqual(await stateByEveryWay(certificate, later(5)), ['revoked', 'revoked']);
  const list = parseCertificateList(await signers.makeCrl(later(9)));
  t.is(list.revoked.get(certificate.serial)?.reason, 'superseded', 'what was said first stands');
});

test('what another process has issued and revoked is known at once; the port is the one that seals are certified by', async (t) => {
  const other: CertificateAuthority = await openDevelopmentAuthority(keys, 'development');
  const certificate = await other.issue({ pkcs10: requestOf('别的进程'), notBefore: NOW, notAfter: year(1) });
  if (!certificate) return t.fail();
  t.is(await signers.stateOf(certificate.serial), 'good');
  await other.revoke(certificate, 'cessation-of-operation', later(1));
  t.like(await signers.stateOf(certificate.serial), { reason: 'cessation-of-operation' });
});

test('refused: an unsigned request, a period outside of the authority, the root, a certificate of another authority, production', async (t) => {
  const code = { code: 'certificate-request-invalid' } as const;
  const pkcs10 = requestOf('x');
  const changed = Uint8Array.from(pkcs10);
  changed[changed.length - 1]! ^= 1;
  const period = { notBefore: NOW, notAfter: year(2) };
  await t.throwsAsync(async () => signers.issue({ pkcs10: changed, ...period }), code);
  await t.throwsAsync(async () => signers.issue({ pkcs10: utf8('none'), ...period }), code);
  await t.throwsAsync(async () => signers.issue({ pkcs10, notBefore: NOW, notAfter: year(40) }), code);
  await t.throwsAsync(async () => signers.issue({ pkcs10, notBefore: NOW, notAfter: NOW }), code);
  await t.throwsAsync(async () => authorities.get('root')!.issue({ pkcs10, ...period }), code);
  await t.throwsAsync(signers.revoke(await file('maker/maker.crt.pem'), 'superseded', NOW), code);
  await t.throwsAsync(openDevelopmentAuthorities(keys, 'production'), {
    code: 'config-invalid',
    message: /production/,
  });
  await t.throwsAsync(openDevelopmentAuthorities(folder, 'development'), { code: 'config-invalid' });
});

test('of the development PKI the revoked one is revoked, the others good; strangers are unknown', async (t) => {
  t.deepEqual(await stateByEveryWay(await file('test/revoked-signer.crt.pem'), later(5)), ['revoked', 'revoked']);
  t.deepEqual(await stateByEveryWay(await file('seal/signer-1.crt.pem'), later(5)), ['good', 'good']);
  t.is(await signers.stateOf('1234'), 'unknown');
  const trust = readTrustStores(join(keys, 'trust'));
  const judged = async (path: string) => verifyTrusted(trust, 'signers', await file(path), NOW).subIndication;
  t.is(await judged('test/expired-signer.crt.pem'), 'EXPIRED');
  t.is(await judged('test/usage-signer.crt.pem'), 'CHAIN_CONSTRAINTS_FAILURE');
});

test('RFC 6960: nonsense is malformedRequest, certificates of nobody here unauthorized, a foreign one among ours unknown', async (t) => {
  const all = [...authorities.values()];
  const answer = (query: Uint8Array) => answerOcsp(all, query, NOW);
  const refusal = async (query: Uint8Array, message: RegExp) => {
    const response = await answer(query);
    t.throws(() => parseOcspResponse(response), { code: 'revocation-malformed', message });
  };
  await refusal(utf8('nonsense'), /malformedRequest/);
  const signer = await file('seal/signer-1.crt.pem');
  await refusal(encodeOcspRequest({ ids: [makeCertId(signer, signer)], nonce: null }), /unauthorized/);
  const maker = await file('maker/maker.crt.pem');
  const ids = [
    makeCertId(signer, signers.certificate),
    makeCertId(maker, authorities.get('sub-ca-makers')!.certificate),
  ];
  const { singles, nonce } = parseOcspResponse(await answer(encodeOcspRequest({ ids, nonce: Uint8Array.of(5) })));
  t.is(singles.filter(({ status }) => status === 'unknown').length, 1);
  t.deepEqual(nonce, Uint8Array.of(5));
});

test('lines of many writers at once are all there; one that was cut off harms no other', async (t) => {
  const path = join(folder, 'record.jsonl');
  const line = (serial: string) =>
    ({ kind: 'issued', authority: 'x', serial, subject: '名'.repeat(50), at: NOW.toISOString() }) as const;
  await appendRecord(path, line('1'));
  await appendFile(path, '{"kind":"issued","auth');
  await Promise.all(Array.from({ length: 50 }, (_, index) => appendRecord(path, line((index + 16).toString(16)))));
  const lines = await readRecord(path);
  t.is(lines.length, 51);
  t.is(new Set(lines.map(({ serial }) => serial)).size, 51);
  t.deepEqual(await readRecord(join(folder, 'absent')), []);
});

const XINJI = new URL('../../../bin/xinji.ts', import.meta.url).pathname;
const xinji = (mode: string, ...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly text: string }>((resolve) => {
    const env = { ...PLAIN_ENV, XINJI_MODE: mode };
    execFile(process.execPath, [XINJI, 'keys', ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), text: out + err }),
    );
  });

test('xinji keys issue, revoke and crl are the authorities by hand, in development only', async (t) => {
  const at = (name: string) => join(folder, name);
  await writeFile(at('request.der'), requestOf('命令行'));
  const issued = await xinji('development', 'issue', 'signers', at('request.der'), at('issued.pem'));
  t.is(issued.code, 0, issued.text);
  const revoked = await xinji('development', 'revoke', at('issued.pem'), 'superseded');
  t.regex(revoked.text, /Revoked since .* \(superseded\)/);
  t.is((await xinji('development', 'crl', 'signers', at('signers.crl'))).code, 0);
  const [certificate] = readCertificatesPem(await readFile(at('issued.pem'), 'utf8'));
  const list = parseCertificateList(new Uint8Array(await readFile(at('signers.crl'))));
  t.is(list.revoked.get(certificate!.serial)?.reason, 'superseded');
  const refused: readonly (readonly [readonly string[], number, RegExp, string?])[] = [
    [['crl', 'signers', at('signers.crl')], 1, /cannot be written/],
    [['crl', 'nobody', at('x.crl')], 1, /There is no authority nobody/],
    [['revoke', at('issued.pem'), 'whim'], 1, /whim is no reason/],
    [['issue', 'signers', at('absent'), at('x.pem')], 1, /cannot be read/],
    [['issue', 'signers'], 64, /expected one of/],
    [['crl', 'signers', at('x.crl')], 78, /production refuses/, 'production'],
  ];
  const said = await Promise.all(refused.map(([args, , , mode = 'development']) => xinji(mode, ...args)));
  for (const [index, [args, code, message]] of refused.entries()) {
    t.regex(said[index]!.text, message);
    t.is(said[index]!.code, code, args.join(' '));
  }
});
