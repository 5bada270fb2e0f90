// `xinji seal` and `xinji verify` as a person runs them.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type Certificate, certificatePem } from '../../common/pki/certificate.ts';
import { makeCertificateList } from '../../common/pki/certificate-list.ts';
import { encodeGrant, parseTimeStampRequest, REPLY_TYPE } from '../../common/pki/time-stamp-protocol.ts';
import { makeSignature } from '../../seal/ses/make-signature.ts';
import { judge } from '../_harness/judges.ts';
import { listOf } from '../_harness/pki.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { flip, makePdf, makeTestSeal, pki, qpdf, stamperOf } from '../seal/world.ts';

const XINJI = new URL('../../bin/xinji.ts', import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), 'xinji-cli-'));
const path = (name: string) => join(folder, name);
const PDF = path('in.pdf');

type Said = { readonly code: number; readonly out: string; readonly err: string };

function xinji(...args: readonly string[]): Promise<Said> {
  const env = { ...PLAIN_ENV };
  return new Promise((resolve) => {
    execFile(process.execPath, [XINJI, ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

/** The same certificates for every purpose. */
async function writeTrust(name: string, certificates: readonly Certificate[]): Promise<void> {
  await mkdir(path(name), { recursive: true });
  const text = certificates.map(certificatePem).join('');
  for (const file of ['makers.pem', 'signers.pem', 'tsa.pem']) await writeFile(join(path(name), file), text);
  // The commands judge by the clock of the machine, and want to know of each certificate that it was not revoked.
  const times = { thisUpdate: new Date(), nextUpdate: new Date(Date.now() + 86_400_000) };
  await writeFile(join(path(name), 'root.crl'), await listOf(pki.root, [], times));
  await writeFile(join(path(name), 'authority.crl'), await listOf(pki.authority, [], times));
}

const seal = (out: string, ...more: readonly string[]) => sealFrom(PDF, out, ...more);
const sealFrom = (from: string, out: string, ...more: readonly string[]) =>
  xinji(
    'seal',
    from,
    '-o',
    path(out),
    '--seal',
    path('s.esl'),
    '--key',
    path('k.pem'),
    '--cert',
    path('c.pem'),
    '--chain',
    path('chain.pem'),
    ...more,
  );

test.before(async () => {
  // The commands judge by the clock of the machine, so the seal has to be in its period now.
  await writeFile(PDF, await makePdf({ pages: 2 }));
  await writeFile(path('s.esl'), (await makeTestSeal()).raw);
  await writeFile(path('k.pem'), pki.signer.key.keyObject.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(path('c.pem'), certificatePem(pki.signer.certificate));
  await writeFile(path('other.pem'), certificatePem(pki.maker.certificate));
  await writeFile(path('chain.pem'), certificatePem(pki.authority.certificate));
  await writeTrust('trust', [pki.root.certificate]);
  const sealed = await seal('sealed.pdf', '--page', '2', '--x', '20', '--y', '12.5', '--reason', '核发');
  if (sealed.code !== 0) throw new Error(sealed.err);
  const bytes = new Uint8Array(await readFile(path('sealed.pdf')));
  await writeFile(path('changed.pdf'), flip(bytes, bytes.indexOf(0x73, 900)));
  await writeFile(path('not.pdf'), 'no PDF at all');
});
test.after.always(() => rm(folder, { recursive: true }));

test('A document is sealed; the input stays, the output begins with it', async (t) => {
  const [input, output] = await Promise.all([readFile(PDF), readFile(path('sealed.pdf'))]);
  t.true(output.subarray(0, input.length).equals(input));
});

test('Exit 0 for passed, in words with the five facts', async (t) => {
  const said = await xinji('verify', path('sealed.pdf'), '--trust', path('trust'));
  t.is(said.code, 0, said.out + said.err);
  for (const word of ['TOTAL-PASSED', '示例市卫生健康委员会', 'document', 'signatures', 'certificate', 'seal', 'time'])
    t.true(said.out.includes(word), word);
});

test('Exit 1 for a changed document, with the reason', async (t) => {
  const said = await xinji('verify', path('changed.pdf'), '--trust', path('trust'));
  t.is(said.code, 1, said.out);
  t.regex(said.out, /TOTAL-FAILED \(HASH_FAILURE\)/);
});

test('Exit 3 without --trust, never 0; exit 2 for what cannot be read', async (t) => {
  t.is((await xinji('verify', path('sealed.pdf'))).code, 3);
  const said = await xinji('verify', path('not.pdf'));
  t.is(said.code, 2);
  t.regex(said.out, /COULD NOT BE READ/);
  t.is((await xinji('verify', path('absent.pdf'))).code, 2);
});

test('Exit 2, never 1, when what is trusted cannot be read: that is no verdict', async (t) => {
  for (const trust of ['absent', 'not.pdf', 'chain.pem']) {
    const said = await xinji('verify', path('sealed.pdf'), '--trust', path(trust));
    t.is(said.code, 2, trust);
    t.regex(said.err, /--trust .*(cannot be read|neither a folder nor JSON).*\nName a folder with makers.pem/);
  }
});

test('Of several files the worst counts: 1 before 2 before 3 before 0', async (t) => {
  const trust = ['--trust', path('trust')];
  t.is((await xinji('verify', path('sealed.pdf'), path('not.pdf'), path('changed.pdf'), ...trust)).code, 1);
  t.is((await xinji('verify', path('sealed.pdf'), path('not.pdf'), PDF, ...trust)).code, 2);
  t.is((await xinji('verify', path('sealed.pdf'), PDF, ...trust)).code, 3);
});

test('--json gives one report a line', async (t) => {
  const { out } = await xinji('verify', path('sealed.pdf'), path('not.pdf'), '--json');
  const [first, second] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.is(first.indication, 'INDETERMINATE');
  t.is(second.error.code, 'not-a-pdf');
});

judge(test, 'qpdf')(
  '--password-file opens an encrypted document for sealing and judging; without it, exit 1 and 2',
  async (t) => {
    await writeFile(path('closed.pdf'), await qpdf(await makePdf(), '--encrypt', 'secret', 'owner', '256', '--'));
    await writeFile(path('password'), 'secret\n');
    const give = ['--password-file', path('password')];
    const refused = await sealFrom(path('closed.pdf'), 'closed-sealed.pdf');
    t.is(refused.code, 1);
    t.regex(refused.err, /needs a password/);
    const sealed = await sealFrom(path('closed.pdf'), 'closed-sealed.pdf', ...give);
    t.is(sealed.code, 0, sealed.err);
    const trust = ['--trust', path('trust')];
    t.is((await xinji('verify', path('closed-sealed.pdf'), ...trust)).code, 2);
    t.is((await xinji('verify', path('closed-sealed.pdf'), ...trust, ...give)).code, 0);
    const absent = await sealFrom(path('closed.pdf'), 'x.pdf', '--password-file', path('absent'));
    t.is(absent.code, 1);
    t.regex(absent.err, /absent cannot be read/);
    t.is((await xinji('verify', path('closed-sealed.pdf'), '--password-file', path('absent'))).code, 2);
  },
);

test('--keyword places the seal on a text of the page; what is not there is refused, and nothing is written', async (t) => {
  const sealed = await seal('by-keyword.pdf', '--keyword', 'Page 2', '--dy=-60');
  t.is(sealed.code, 0, sealed.err);
  const said = await xinji('verify', path('by-keyword.pdf'), '--trust', path('trust'));
  t.is(said.code, 0, said.out);
  const absent = await seal('no-keyword.pdf', '--keyword', 'Page 3');
  t.is(absent.code, 1);
  t.regex(absent.err, /is not found/);
  t.regex((await seal('no-keyword.pdf', '--hit', '2')).err, /need --keyword/);
  t.regex((await seal('no-keyword.pdf', '--keyword', 'Page', '--hit', '0')).err, /hit is a number/);
  await t.throwsAsync(readFile(path('no-keyword.pdf')), { code: 'ENOENT' });
});

test('--normalise writes a damaged document anew and says so; without it nothing is written', async (t) => {
  const bytes = await readFile(PDF);
  await writeFile(path('damaged.pdf'), bytes.subarray(0, bytes.lastIndexOf('startxref')));
  t.is((await sealFrom(path('damaged.pdf'), 'mended.pdf')).code, 1);
  const sealed = await sealFrom(path('damaged.pdf'), 'mended.pdf', '--normalise');
  t.is(sealed.code, 0, sealed.err);
  t.regex(sealed.out, /normalised, not the bytes of the input any more: SM3 [0-9a-f]{64} became [0-9a-f]{64}/);
  t.is((await xinji('verify', path('mended.pdf'), '--trust', path('trust'))).code, 0);
  const whole = await seal('whole.pdf', '--normalise');
  t.notRegex(whole.out, /normalised/);
  t.regex((await seal('x.pdf', '--normalise', '--prepare')).err, /--normalise goes with/);
});

test('--level T puts a time stamp over the signature, which verify says; without an authority nothing is written', async (t) => {
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const { nonce, imprint } = parseTimeStampRequest(new Uint8Array(Buffer.concat(chunks)));
    const stamper = stamperOf(undefined, { time: new Date(), nonce, digest: imprint.digest });
    response.writeHead(200, { 'Content-Type': REPLY_TYPE }).end(encodeGrant(await stamper.stamp(new Uint8Array())));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const tsa = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`;
  const sealed = await seal('stamped.pdf', '--level', 'T', '--tsa', tsa);
  t.is(sealed.code, 0, sealed.err);
  t.regex(sealed.out, /level T/);
  const said = await xinji('verify', path('stamped.pdf'), '--trust', path('trust'));
  t.is(said.code, 0, said.out);
  t.regex(said.out, /sealed at {4}\S+, as a time stamp proves/);
  const list = (issuer: typeof pki.root) => {
    const [at, week] = [new Date(Date.now() - 60_000), new Date(Date.now() + 604_800_000)];
    const order = { issuer: issuer.certificate, number: 1, revoked: [], sign: issuer.sign };
    return makeCertificateList({ ...order, thisUpdate: at, nextUpdate: week });
  };
  await writeFile(path('authority.crl'), await list(pki.authority));
  await writeFile(path('root.crl'), await list(pki.root));
  const evidence = ['--evidence', path('authority.crl'), '--evidence', path('root.crl')];
  const levels = ['--tsa', tsa, ...evidence];
  t.is((await seal('lta.pdf', '--level', 'LTA', ...levels)).code, 0);
  t.regex((await xinji('verify', path('lta.pdf'), '--trust', path('trust'))).out, /level +LTA/);
  const renewed = await xinji(
    'seal',
    '--renew',
    path('stamped.pdf'),
    '-o',
    path('renewed.pdf'),
    '--chain',
    path('chain.pem'),
    ...levels,
  );
  t.is(renewed.code, 0, renewed.err);
  t.regex((await xinji('verify', path('renewed.pdf'), '--trust', path('trust'))).out, /level +LTA/);
  t.regex((await seal('no-stamp.pdf', '--level', 'LT', '--tsa', tsa)).err, /go together with --evidence/);
  const noList = ['--level', 'LT', '--tsa', tsa, '--evidence', path('c.pem')];
  t.regex((await seal('no-stamp.pdf', ...noList)).err, /neither a revocation list nor an OCSP response/);
  const tooFew = ['--level', 'LT', '--tsa', tsa, '--evidence', path('root.crl')];
  t.regex((await seal('no-stamp.pdf', ...tooFew)).err, /Whether .* was revoked is not known/);
  await new Promise((done) => server.close(done));
  const down = await seal('no-stamp.pdf', '--level', 'T', '--tsa', tsa);
  t.is(down.code, 1);
  t.regex(down.err, /time-stamp authority gives no token/);
  t.regex((await seal('no-stamp.pdf', '--level', 'T')).err, /go together/);
  t.regex((await seal('no-stamp.pdf', '--tsa', tsa)).err, /go together/);
  await t.throwsAsync(readFile(path('no-stamp.pdf')), { code: 'ENOENT' });
});

test('Refused with a sentence and nothing written: wrong key, wrong page, wrong number, wrong usage', async (t) => {
  const base = ['seal', PDF, '-o', path('no.pdf'), '--seal', path('s.esl'), '--key', path('k.pem')];
  const wrongKey = await xinji(...base, '--cert', path('other.pem'));
  t.is(wrongKey.code, 1);
  t.regex(wrongKey.err, /does not belong to the certificate/);
  t.regex((await seal('no.pdf', '--page', '9')).err, /There is no page 9; the document has 2 pages/);
  t.regex((await seal('no.pdf', '--x', 'far')).err, /--x is "far"/);
  t.is((await xinji('seal', PDF)).code, 64);
  const nowhere = await seal('absent/out.pdf');
  t.is(nowhere.code, 1);
  t.regex(nowhere.err, /cannot be written \(ENOENT\)\nGive -o a name in a folder that exists/);
  const noSeal = await xinji(...base.with(5, path('not.pdf')), '--cert', path('c.pem'));
  t.is(noSeal.code, 1);
  t.regex(noSeal.err, /not\.pdf: offset 0: /);
  t.is((await xinji('verify')).code, 64);
  await t.throwsAsync(readFile(path('no.pdf')), { code: 'ENOENT' });
});

test('A seal by itself and a detached signature are judged; another file under the signature fails', async (t) => {
  const content = new Uint8Array(await readFile(PDF));
  const der = await makeSignature({
    seal: await makeTestSeal(),
    signerCertificate: pki.signer.certificate,
    dataHash: sm3(content),
    propertyInfo: 'all',
    time: new Date(),
    sign: pki.signer.sign,
  });
  await writeFile(path('sig.der'), der);
  const trust = ['--trust', path('all-trust')];
  // Neither a seal nor a bare SES_Signature carries authorities: the one in between is trusted itself.
  await writeTrust('all-trust', [pki.authority.certificate]);
  const seal = await xinji('verify', path('s.esl'), ...trust);
  t.is(seal.code, 0, seal.out);
  t.regex(seal.out, /The seal passed/);
  t.is((await xinji('verify', '--detached', path('sig.der'), PDF, ...trust)).code, 0);
  const other = await xinji('verify', '--detached', path('sig.der'), path('not.pdf'), ...trust);
  t.is(other.code, 1);
  t.regex(other.out, /HASH_FAILURE/);
  await writeFile(path('no.esl'), 'no seal');
  t.is((await xinji('verify', path('no.esl'))).code, 2);
});

test('Without a revocation list exit 3 with what is missing; --crl gives it; one that is none is exit 2', async (t) => {
  await writeTrust('bare', [pki.root.certificate]);
  for (const name of ['root.crl', 'authority.crl']) await rename(join(path('bare'), name), path(name));
  const trust = ['--trust', path('bare')];
  const open = await xinji('verify', path('sealed.pdf'), ...trust);
  t.is(open.code, 3);
  t.regex(open.out, /INDETERMINATE \(TRY_LATER\)[\s\S]*there is no revocation list/);
  const lists = ['--crl', path('root.crl'), '--crl', path('authority.crl')];
  t.is((await xinji('verify', path('sealed.pdf'), ...trust, ...lists)).code, 0);
  for (const name of ['absent.crl', 'not.pdf']) {
    const said = await xinji('verify', path('sealed.pdf'), ...trust, '--crl', path(name));
    t.is(said.code, 2);
    t.regex(said.err, /xinji verify: /);
  }
});

test('A signer on a revocation list that ended before it sealed fails, exit 1', async (t) => {
  const day = 86_400_000;
  const times = { thisUpdate: new Date(), nextUpdate: new Date(Date.now() + day) };
  const { serial } = pki.signer.certificate;
  const revoked = [{ serial, at: new Date(Date.now() - day), reason: 'key-compromise' as const }];
  await writeFile(path('revoked.crl'), await listOf(pki.authority, revoked, times));
  const said = await xinji('verify', path('sealed.pdf'), '--trust', path('trust'), '--crl', path('revoked.crl'));
  t.is(said.code, 1);
  t.regex(said.out, /TOTAL-FAILED \(REVOKED\)/);
});
