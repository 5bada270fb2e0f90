import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { type DerNode, parseDer } from '../../../common/asn1/der.ts';
import { derNull, derOctetString, derOid, derSequence, derSet, derTlv } from '../../../common/asn1/der-write.ts';
import { concatBytes, equalBytes, toHex, utf8 } from '../../../common/bytes.ts';
import { signSm2 } from '../../../common/crypto/sm2.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { certificatePem } from '../../../common/pki/certificate.ts';
import { OID } from '../../../common/pki/oids.ts';
import { findAttribute, parseForeignSignedData, parseSignedData } from '../../../common/pki/read-signed-data.ts';
import { assembleSignedData, makeSignedAttributes, makeSignedData } from '../../../common/pki/signed-data.ts';
import { verifySignedData } from '../../../common/pki/verify-signed-data.ts';
import { judge } from '../../_harness/judges.ts';
import { makeTestPki } from '../../_harness/pki.ts';

const run = promisify(execFile);
const pki = await makeTestPki();
const content = utf8('ByteRange of a PDF');
const digest = sm3(content);
const EXTRA = '2.25.329800735698586629295641978511506172918';
const order = {
  digest,
  signerCert: pki.signer.certificate,
  certs: [pki.authority.certificate],
  signedAttributes: [{ oid: EXTRA, values: [derOctetString(utf8('seal'))] }],
  unsignedAttributes: [{ oid: `${EXTRA.slice(0, -1)}9`, values: [derOctetString(utf8('stamp'))] }],
  sign: pki.signer.sign,
};
const good = await makeSignedData(order);
const malformed = { code: 'cms-malformed' };

/** The same tree with one node replaced; lengths are written anew. */
const replace = (node: DerNode, target: DerNode, by: Uint8Array): Uint8Array => {
  if (node === target) return by;
  return node.children.length === 0
    ? node.raw
    : derTlv(node.tag, ...node.children.map((child) => replace(child, target, by)));
};
const root = parseDer(good);
const signedData = root.children[1]!.children[0]!;
const signerInfo = signedData.children[4]!.children[0]!;
const failing = (der: Uint8Array) =>
  verifySignedData(parseSignedData(der), digest)
    .steps.filter(({ status }) => status === 'failed')
    .map(({ name, sub_indication }) => `${name} ${sub_indication}`);

test('RFC 5652: a detached SignedData with SM2 and SM3 reads back and verifies', (t) => {
  const parsed = parseSignedData(good);
  t.is(parsed.version, 1);
  t.is(parsed.contentType, OID.data);
  t.is(parsed.content, null);
  t.is(parsed.certificates.length, 2);
  t.is(parsed.signerCertificate?.serial, pki.signer.certificate.serial);
  t.deepEqual(findAttribute(parsed.signedAttributes, EXTRA), derOctetString(utf8('seal')));
  t.is(parsed.unsignedAttributes.length, 1);
  t.is(findAttribute(parsed.unsignedAttributes, EXTRA), null);
  const report = verifySignedData(parsed, digest);
  t.is(report.status, 'passed');
  t.true(report.steps.every(({ status }) => status === 'passed'));
});

test('what is signed are the attributes in DER SET order under tag 0x31', (t) => {
  const bytes = makeSignedAttributes(order);
  t.is(bytes[0], 0x31);
  t.notThrows(() => parseDer(bytes));
  t.deepEqual(parseSignedData(good).signedAttributesRaw, bytes);
});

test('a dummy signature of 72 bytes gives the largest size', async (t) => {
  const dummy = await makeSignedData({ ...order, sign: async () => new Uint8Array(72) });
  t.true(good.length <= dummy.length);
  t.is(dummy.length - good.length, 72 - parseSignedData(good).signature.length);
});

test('changed content fails as HASH_FAILURE and nothing else', (t) => {
  const report = verifySignedData(parseSignedData(good), sm3(utf8('other')));
  t.is(report.status, 'failed');
  t.is(report.subIndication, 'HASH_FAILURE');
  t.deepEqual(
    report.steps.filter(({ status }) => status === 'failed').map(({ name }) => name),
    ['cms-message-digest'],
  );
});

test('a changed signed attribute, signature, or signer key fails as SIG_CRYPTO_FAILURE', async (t) => {
  const attribute = signerInfo.children[3]!.children.find(({ children }) =>
    equalBytes(children[0]!.raw, derOid(EXTRA)),
  )!;
  const other = derSequence(derOid(EXTRA), derSet(derOctetString(utf8('lies'))));
  t.deepEqual(failing(replace(root, attribute, other)), ['cms-signature-value SIG_CRYPTO_FAILURE']);
  const signature = Uint8Array.from(signerInfo.children[5]!.content);
  signature[20]! ^= 1;
  t.deepEqual(failing(replace(root, signerInfo.children[5]!, derOctetString(signature))), [
    'cms-signature-value SIG_CRYPTO_FAILURE',
  ]);
  t.deepEqual(failing(await makeSignedData({ ...order, sign: pki.maker.sign })), [
    'cms-signature-value SIG_CRYPTO_FAILURE',
  ]);
});

test('a signature over the attributes with tag 0xA0 is refused', async (t) => {
  const sign = async (bytes: Uint8Array) =>
    signSm2(pki.signer.key, concatBytes(Uint8Array.of(0xa0), bytes.subarray(1)));
  t.deepEqual(failing(await makeSignedData({ ...order, sign })), ['cms-signature-value SIG_CRYPTO_FAILURE']);
});

test('RFC 5035: a signature bound to another certificate fails', async (t) => {
  const bound = makeSignedAttributes({ ...order, signerCert: pki.maker.certificate });
  const der = assembleSignedData(order, bound, await pki.signer.sign(bound));
  t.deepEqual(failing(der), ['cms-signing-certificate SIG_CONSTRAINTS_FAILURE']);
});

test('missing PKCS#9 attributes are named one by one', async (t) => {
  const bare = derSet(derSequence(derOid(EXTRA), derSet(derNull())));
  const der = assembleSignedData(order, bare, await pki.signer.sign(bare));
  t.deepEqual(failing(der), [
    'cms-content-type FORMAT_FAILURE',
    'cms-message-digest FORMAT_FAILURE',
    'cms-signing-certificate SIG_CONSTRAINTS_FAILURE',
  ]);
});

test('attributes whose values cannot be read are findings, not exceptions', async (t) => {
  const odd = derSet(
    derSequence(derOid(OID.contentType), derSet(derNull())),
    derSequence(derOid(OID.messageDigest), derSet(derNull(), derOctetString(digest))),
    derSequence(derOid(OID.signingCertificateV2), derSet(derSequence(derSequence(derSequence())))),
  );
  const der = assembleSignedData(order, odd, await pki.signer.sign(odd));
  t.deepEqual(failing(der), [
    'cms-content-type FORMAT_FAILURE',
    'cms-message-digest FORMAT_FAILURE',
    'cms-signing-certificate FORMAT_FAILURE',
  ]);
});

test('without the certificate of the signer nothing is decided', (t) => {
  const der = replace(root, signedData.children[3]!, derTlv(0xa0, pki.authority.certificate.raw));
  const report = verifySignedData(parseSignedData(der), digest);
  t.is(report.status, 'indeterminate');
  t.is(report.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
});

test('refused by the reader: padding, other types, two signers, no signed attributes, unsorted or repeated attributes', (t) => {
  t.throws(() => parseSignedData(concatBytes(good, new Uint8Array(4))), { ...malformed, message: /follow/ });
  t.throws(() => parseSignedData(replace(root, root.children[0]!, derOid(OID.data))), {
    ...malformed,
    message: /not SignedData/,
  });
  t.throws(() => parseSignedData(replace(root, signedData.children[4]!, derSet())), malformed);
  t.throws(
    () => parseSignedData(replace(root, signedData.children[4]!, derSet(signerInfo.raw, signerInfo.raw))),
    malformed,
  );
  const attributes = signerInfo.children[3]!;
  const parts = attributes.children.map(({ raw }) => raw);
  const put = (...list: Uint8Array[]) => replace(root, attributes, derTlv(0xa0, ...list));
  t.throws(() => parseSignedData(put(...parts.toReversed())), { ...malformed, message: /not sorted/ });
  t.throws(() => parseSignedData(put(parts[0]!, ...parts)), { ...malformed, message: /twice/ });
  t.throws(() => parseSignedData(put()), { ...malformed, message: /empty/ });
  t.throws(() => parseSignedData(replace(root, attributes, derNull())), {
    ...malformed,
    message: /no signed attributes/,
  });
  t.throws(() => parseSignedData(replace(root, signedData.children[1]!, derSet(derSequence(derOid('1.2.3'))))), {
    ...malformed,
    message: /digestAlgorithms/,
  });
});

test('other algorithms are a finding', (t) => {
  const der = replace(root, signerInfo.children[4]!, derSequence(derOid('1.2.840.10045.4.3.2')));
  t.deepEqual(failing(der), ['cms-algorithms FORMAT_FAILURE']);
});

test('a signed attribute given twice, or a digest of another length, is a programming error', async (t) => {
  const twice = [{ oid: OID.contentType, values: [derOid(OID.data)] }];
  await t.throwsAsync(makeSignedData({ ...order, signedAttributes: twice }), { instanceOf: RangeError });
  await t.throwsAsync(makeSignedData({ ...order, digest: new Uint8Array(20) }), { instanceOf: RangeError });
});

judge(test, 'openssl')(
  'the openssl command reads the structure, and verifies the signature over the attributes',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cms-'));
    const at = (name: string) => join(folder, name);
    try {
      const parsed = parseSignedData(good);
      await writeFile(at('cms.der'), good);
      await writeFile(at('attributes.der'), parsed.signedAttributesRaw);
      await writeFile(at('signature.der'), parsed.signature);
      await writeFile(at('cert.pem'), certificatePem(pki.signer.certificate));
      const printed = await run('openssl', ['cms', '-cmsout', '-print', '-inform', 'DER', '-in', at('cms.der')]);
      t.regex(printed.stdout, /SM2-with-SM3/);
      t.regex(printed.stdout, /id-smime-aa-signingCertificateV2/);
      await run('openssl', ['x509', '-in', at('cert.pem'), '-noout', '-pubkey', '-out', at('key.pem')]);
      const options = ['-sigopt', 'distid:1234567812345678', '-signature', at('signature.der')];
      const { stdout } = await run('openssl', [
        'dgst',
        '-sm3',
        '-verify',
        at('key.pem'),
        ...options,
        at('attributes.der'),
      ]);
      t.regex(stdout, /Verified OK/);
      t.true(printed.stdout.includes(toHex(digest).slice(0, 4).replace(/../, '$& ')));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('every single changed bit is a finding or cms-malformed, except where nothing is signed', (t) => {
  const [certificates, unsigned] = [signedData.children[3]!, signerInfo.children[6]!];
  const isUnsigned = (offset: number) =>
    [certificates, unsigned].some((node) => offset >= node.offset && offset < node.offset + node.raw.length);
  const passed: number[] = [];
  for (let bit = 0; bit < good.length * 8; bit++) {
    if (isUnsigned(bit >> 3)) continue;
    const changed = Uint8Array.from(good);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    try {
      if (verifySignedData(parseSignedData(changed), digest).status === 'passed') passed.push(bit);
    } catch (error) {
      t.is((error as { code?: string }).code, 'cms-malformed');
    }
  }
  t.deepEqual(passed, []);
});

test('RFC 5652: the tolerant reader names BER as a form that is not judged, and what is nothing stays malformed', (t) => {
  t.deepEqual(parseForeignSignedData(Uint8Array.of(0x30, 0x80, 0, 0)), {
    unjudged: 'a CMS in BER of indefinite length',
  });
  t.throws(() => parseForeignSignedData(Uint8Array.of(0x30, 0)), { code: 'cms-malformed' });
});
