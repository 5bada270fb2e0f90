// PDFs signed by others: CMS made by the openssl command with RSA and ECDSA, put into documents, and judged.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { concatBytes } from '../../common/bytes.ts';
import { verificationReport } from '../../common/contract/report.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { makeSealingUpdate } from '../../seal/pdf/sealing-update.ts';
import { fillContents } from '../../seal/pdf/signature-dictionary.ts';
import { judge } from '../_harness/judges.ts';
import { sameTrust } from '../_harness/pki.ts';
import { find, flip, makePdf, party, pki } from './world.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'xinji-foreign-'));
const at = (name: string) => join(folder, name);
const openssl = (...args: readonly string[]) => run('openssl', [...args], { cwd: folder });
test.after.always(() => rm(folder, { recursive: true }));

const plain = await makePdf();
const KEYS: Readonly<Record<string, readonly string[]>> = {
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  short: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  p521: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  k256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
};

const ready = prepare();

/** An RSA authority, and a signer of each kind below it. */
async function prepare(): Promise<TrustStores> {
  await openssl('genpkey', ...KEYS['rsa']!, '-out', 'ca.key');
  const ca = ['-addext', 'keyUsage=critical,keyCertSign', '-sha256', '-days', '30'];
  await openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-subj',
    '/C=CN/O=Other/CN=Other Root',
    '-out',
    'ca.pem',
    ...ca,
  );
  await writeFile(
    at('leaf.ext'),
    'keyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n',
  );
  for (const [kind, options] of Object.entries(KEYS)) {
    await openssl('genpkey', ...options, '-out', `${kind}.key`);
    await openssl('req', '-new', '-key', `${kind}.key`, '-subj', `/C=CN/O=Other/CN=${kind}`, '-out', `${kind}.csr`);
    const issuer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'leaf.ext'];
    await openssl('x509', '-req', '-in', `${kind}.csr`, ...issuer, '-days', '20', '-sha256', '-out', `${kind}.pem`);
  }
  return sameTrust({ roots: readCertificatesPem(await readFile(at('ca.pem'), 'utf8')), intermediates: [] });
}

type Signing = {
  readonly kind: string;
  readonly md: string;
  readonly options?: readonly string[];
  readonly subFilter?: string;
};

let count = 0;

/** The document signed by `openssl cms` under a SubFilter of 19 characters. */
async function sign({ kind, md, options = [], subFilter = 'adbe.pkcs7.detached' }: Signing): Promise<Uint8Array> {
  await ready;
  const update = makeSealingUpdate(openDocument(memorySource(plain)), {
    page: 1,
    placement: {},
    appearance: party.appearance,
    contentsBytes: 8000,
    time: new Date(),
    signerName: kind,
  });
  update.appended.set(Buffer.from(subFilter.padEnd(19), 'latin1'), find(update.appended, 'ETSI.CAdES.detached'));
  const { start, end } = update.gap;
  const name = `data-${count++}`;
  const signed = concatBytes(plain, update.appended.subarray(0, start), update.appended.subarray(end));
  const isEnclosed = options.includes('-nodetach'); // adbe.pkcs7.sha1
  await writeFile(at(name), isEnclosed ? createHash('sha1').update(signed).digest() : signed);
  const signer = ['-signer', `${kind}.pem`, '-inkey', `${kind}.key`, '-md', md, ...options];
  await openssl('cms', '-sign', '-binary', '-in', name, ...signer, '-outform', 'DER', '-out', `${name}.der`);
  fillContents(update, new Uint8Array(await readFile(at(`${name}.der`))));
  return concatBytes(plain, update.appended);
}

async function verify(pdf: Uint8Array, trust?: TrustStores) {
  const report = verifyDocument(memorySource(pdf), { trust: trust ?? (await ready), now: new Date() });
  verificationReport.parse(report);
  const signature = report.signatures[0]!;
  const failed = signature.steps.filter(({ status }) => status === 'failed');
  return { signature, failed: failed.map((step) => `${step.name} ${step.sub_indication}`) };
}

const PSS = ['-keyopt', 'rsa_padding_mode:pss'];
const KNOWN: readonly [string, Signing][] = [
  ['RSA PKCS#1 v1.5 with SHA-256, 2048 bits', { kind: 'rsa', md: 'sha256' }],
  ['RSA PKCS#1 v1.5 with SHA-512, 2048 bits', { kind: 'rsa', md: 'sha512' }],
  ['RSA PSS with SHA-256, 2048 bits', { kind: 'rsa', md: 'sha256', options: PSS }],
  ['RSA PSS with SHA-384, 2048 bits', { kind: 'rsa', md: 'sha384', options: PSS }],
  ['ECDSA with SHA-256 on prime256v1', { kind: 'p256', md: 'sha256' }],
  ['ECDSA with SHA-384 on secp384r1', { kind: 'p384', md: 'sha384' }],
  ['ECDSA with SHA-512 on secp521r1', { kind: 'p521', md: 'sha512' }],
];

for (const [name, signing] of KNOWN) {
  judge(test, 'openssl')(`RFC 5652: ${name} is verified, and a changed document found`, async (t) => {
    const pdf = await sign(signing);
    const { signature, failed } = await verify(pdf);
    t.deepEqual(failed, []);
    t.is(signature.indication, 'TOTAL-PASSED', 'as a signature; there is no seal');
    t.is(signature.seal, null);
    for (const fact of ['integrity', 'cryptography', 'certificate_trust'] as const)
      t.is(signature[fact].status, 'passed');
    t.true(signature.steps.find((step) => step.name === 'cms-algorithms')!.finding.startsWith(name));
    t.is(signature.signer?.common_name, signing.kind);
    const changed = await verify(flip(pdf, find(pdf, 'stream\n') + 9));
    t.is(changed.signature.indication, 'TOTAL-FAILED');
    t.deepEqual(changed.failed, ['cms-message-digest HASH_FAILURE']);
  });
}

judge(test, 'openssl')('A value by another key is SIG_CRYPTO_FAILURE', async (t) => {
  const pdf = await sign(KNOWN[0]![1]);
  const end = find(pdf, '/Contents <') + 11 + 2 * (4 + Number.parseInt(hexAt(pdf, 4, 4), 16)) - 8;
  const changed = Uint8Array.from(pdf);
  changed[end] = pdf[end] === 0x30 ? 0x31 : 0x30;
  const { signature, failed } = await verify(changed);
  t.is(signature.indication, 'TOTAL-FAILED');
  t.deepEqual(failed, ['cms-signature-value SIG_CRYPTO_FAILURE']);
});

judge(test, 'openssl')(
  'ETSI.CAdES.detached asks for signing-certificate, and its digest has to be right',
  async (t) => {
    const cades: Signing = { kind: 'p256', md: 'sha256', subFilter: 'ETSI.CAdES.detached', options: ['-cades'] };
    t.deepEqual((await verify(await sign(cades))).failed, []);
    const without = await verify(await sign({ ...cades, options: [] }));
    t.deepEqual(without.failed, ['cms-signing-certificate SIG_CONSTRAINTS_FAILURE']);
  },
);

judge(test, 'openssl')('SHA-1 and short RSA keys verify and are reported as weak: INDETERMINATE', async (t) => {
  for (const signing of [
    { kind: 'rsa', md: 'sha1' },
    { kind: 'short', md: 'sha256' },
  ]) {
    const pdf = await sign(signing);
    const { signature, failed } = await verify(pdf);
    t.is(`${signature.indication} ${signature.sub_indication}`, 'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE');
    t.deepEqual(failed, ['cms-algorithms CRYPTO_CONSTRAINTS_FAILURE']);
    const changed = await verify(flip(pdf, find(pdf, 'stream\n') + 9));
    t.is(changed.signature.indication, 'TOTAL-FAILED');
  }
});

judge(test, 'openssl')('What is not known is INDETERMINATE under its name', async (t) => {
  const curve = await verify(await sign({ kind: 'k256', md: 'sha256' }));
  t.is(`${curve.signature.indication} ${curve.signature.sub_indication}`, 'INDETERMINATE GENERIC');
  t.regex(curve.signature.cryptography.finding, /secp256k1/);
  const hash = await verify(await sign({ kind: 'rsa', md: 'sha3-256' }));
  t.is(hash.signature.indication, 'INDETERMINATE');
  t.regex(hash.signature.cryptography.finding, /2\.16\.840\.1\.101\.3\.4\.2\.8/);
  for (const [options, name] of [
    [['-noattr'], /there are no signed attributes/],
    [['-signer', 'p256.pem', '-inkey', 'p256.key'], /2 signers/],
  ] as const) {
    const form = await verify(await sign({ kind: 'rsa', md: 'sha256', options }));
    t.is(`${form.signature.indication} ${form.signature.sub_indication}`, 'INDETERMINATE GENERIC', `${name}`);
    t.regex(form.signature.cryptography.finding, name);
  }
  const form = await verify(await sign({ kind: 'rsa', md: 'sha256', subFilter: 'adbe.x509.rsa_sha1' }));
  t.is(`${form.signature.indication} ${form.signature.sub_indication}`, 'INDETERMINATE GENERIC');
  t.regex(form.signature.cryptography.finding, /adbe\.x509\.rsa_sha1/);
});

judge(test, 'openssl')('What others live with is read and said: a signer named by key identifier', async (t) => {
  const pdf = await sign({ kind: 'rsa', md: 'sha256', options: ['-keyid'] });
  const { signature, failed } = await verify(pdf);
  t.deepEqual(failed, []);
  t.is(signature.indication, 'TOTAL-PASSED');
  t.true(signature.deviations.includes('the signer is named by key identifier'), signature.deviations.join());
  t.is((await verify(flip(pdf, find(pdf, 'stream\n') + 9))).signature.sub_indication, 'HASH_FAILURE');
});

judge(test, 'openssl')(
  'ISO 32000 adbe.pkcs7.sha1: the SHA-1 inside is compared with the document, and weak',
  async (t) => {
    const options = ['-nodetach'];
    const pdf = await sign({ kind: 'rsa', md: 'sha256', subFilter: 'adbe.pkcs7.sha1', options });
    const { signature, failed } = await verify(pdf);
    t.deepEqual(failed, ['cms-algorithms CRYPTO_CONSTRAINTS_FAILURE']);
    t.is(signature.indication, 'INDETERMINATE');
    t.is(signature.integrity.status, 'passed');
    const changed = await verify(flip(pdf, find(pdf, 'stream\n') + 9));
    t.is(`${changed.signature.indication} ${changed.signature.sub_indication}`, 'TOTAL-FAILED HASH_FAILURE');
    const empty = await verify(await sign({ kind: 'rsa', md: 'sha256', subFilter: 'adbe.pkcs7.sha1' }));
    t.is(empty.signature.sub_indication, 'FORMAT_FAILURE');
  },
);

judge(test, 'openssl')('A signer below no trusted root is INDETERMINATE, not failed', async (t) => {
  const { signature } = await verify(await sign(KNOWN[0]![1]), pki.trust);
  t.is(`${signature.indication} ${signature.sub_indication}`, 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  t.is(signature.cryptography.status, 'passed');
});

function hexAt(pdf: Uint8Array, from: number, length: number): string {
  const start = find(pdf, '/Contents <') + 11 + from;
  return Buffer.from(pdf.subarray(start, start + length)).toString('latin1');
}
