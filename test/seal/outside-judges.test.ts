// What others say about the two signatures of a sealed document, taken out of the file byte by byte.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { toHex } from '../../common/bytes.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { findAttribute, parseSignedData } from '../../common/pki/read-signed-data.ts';
import { SES_SIGNATURE_ATTRIBUTE } from '../../seal/domain/seal-attributes.ts';
import { checkByteRange } from '../../seal/pdf/byte-range.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';
import { decodeSignature } from '../../seal/ses/signature-codec.ts';
import { askBouncyCastle } from '../_harness/bouncy-castle.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { smCrypto } from '../_harness/sm-crypto.ts';
import { flip, makePdf, pki, sealBytes, stamperOf, tsa, withFile } from './world.ts';

const run = promisify(execFile);
const sealed = await sealBytes(await makePdf({ pages: 2 }));
const document = openDocument(memorySource(sealed));
const finding = checkByteRange(document, listSignatureFields(document)[0]!.dict);
if (!('signed' in finding)) throw new Error(finding.fault);
const { contents, byteRange } = finding.signed;
const cms = parseSignedData(contents);
const ses = decodeSignature(findAttribute(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!);
const covered = Buffer.concat([
  sealed.subarray(0, byteRange[1]),
  sealed.subarray(byteRange[2], byteRange[2] + byteRange[3]),
]);

const SIGNED: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
  ['the CMS signature over the signed attributes', cms.signedAttributesRaw, cms.signature],
  ['the SES_Signature over TBS_Sign', ses.tbsRaw, ses.signature],
  ['the seal maker on eSealInfo', ses.seal.contentRaw, ses.seal.signature],
];

judge(test, 'openssl')('GB/T 32918: openssl accepts all three signatures, and none of them changed', async (t) => {
  for (const [what, message, signature] of SIGNED) {
    const certificate = what.includes('maker') ? ses.seal.makerCertificate : pki.signer.certificate;
    await withFile(message, async (path, folder) => {
      const [key, value] = [join(folder, 'key.pem'), join(folder, 'signature.der')];
      await writeFile(join(folder, 'certificate.pem'), certificatePem(certificate));
      await writeFile(
        key,
        (await run('openssl', ['x509', '-in', join(folder, 'certificate.pem'), '-pubkey', '-noout'])).stdout,
      );
      await writeFile(value, signature);
      const args = ['dgst', '-sm3', '-verify', key, '-sigopt', 'distid:1234567812345678', '-signature', value, path];
      t.regex((await run('openssl', args)).stdout, /Verified OK/, what);
      await writeFile(path, message.with(5, message[5]! ^ 1));
      await t.throwsAsync(run('openssl', args), undefined, what);
    });
  }
});

judge(
  test,
  'bouncycastle',
  'java',
)(
  'RFC 5652, RFC 3161: BouncyCastle verifies the CMS of dual over the covered bytes and the token over its value, and nothing changed',
  async (t) => {
    const message = cms.signature;
    const token = await stamperOf().stamp(message);
    const said = await askBouncyCastle([
      { kind: 'cms', der: cms.raw, content: covered },
      { kind: 'cms', der: cms.raw, content: flip(covered, 10) },
      { kind: 'token', der: token, tsa: tsa.certificate, message },
      { kind: 'token', der: token, tsa: tsa.certificate, message: flip(message, 10) },
      { kind: 'token', der: token, tsa: pki.signer.certificate, message },
    ]);
    t.regex(said[0]!, /^ok .*CN=36010000000001/);
    t.regex(said[1]!, /^no .*digest/);
    t.is(said[2], `ok ${AT.toISOString().replace('.000Z', 'Z')}`);
    t.regex(said[3]!, /^no .*imprint/);
    t.regex(said[4]!, /^no /);
  },
);

test('GB/T 32918: sm-crypto accepts the two signatures of the signer', (t) => {
  const point = toHex(pki.signer.certificate.publicKey().point);
  const options = { der: true, hash: true, userId: '1234567812345678' };
  for (const [what, message, signature] of SIGNED.slice(0, 2)) {
    t.true(smCrypto.sm2.doVerifySignature([...message], toHex(signature), point, options), what);
  }
});

test('GB/T 32905: sm-crypto finds the same digest of the ByteRange bytes in both containers', (t) => {
  t.is(smCrypto.sm3([...covered]), toHex(ses.dataHash));
});

judge(test, 'openssl')(
  'RFC 5652: openssl reads the container: detached, SM3, SM2 with SM3, four signed attributes',
  async (t) => {
    await withFile(contents, async (path) => {
      const { stdout } = await run('openssl', ['cms', '-cmsout', '-print', '-inform', 'DER', '-in', path], {
        maxBuffer: 1 << 24,
      });
      t.regex(stdout, /eContent: <ABSENT>/);
      t.regex(stdout, /algorithm: sm3/);
      t.regex(stdout, /SM2-with-SM3/);
      t.is(stdout.match(/object: (contentType|messageDigest|id-smime-aa-signingCertificateV2|undefined)/g)?.length, 5);
    });
  },
);

judge(test, 'openssl')(
  'RFC 5280: openssl verifies the chain of signer and maker with the authorities carried',
  async (t) => {
    await withFile(contents, async (_, folder) => {
      const write = async (name: string, text: string) => {
        await writeFile(join(folder, name), text);
        return join(folder, name);
      };
      const common = ['verify', '-vfyopt', 'distid:1234567812345678', '-no_check_time', '-partial_chain', '-CAfile'];
      const verify = (issuer: string, path: string) => run('openssl', [...common, issuer, path]);
      const root = await write('root.pem', certificatePem(pki.root.certificate));
      const authorities = cms.certificates.filter(({ isCa }) => isCa);
      t.is(authorities.length, 1);
      // The command passes the user id to the certificate in question only, so that each link is asked about by itself.
      const authority = await write('authority.pem', authorities.map(certificatePem).join(''));
      t.regex((await verify(root, authority)).stdout, /OK/);
      for (const leaf of [pki.signer.certificate, ses.seal.makerCertificate]) {
        t.regex((await verify(authority, await write('leaf.pem', certificatePem(leaf)))).stdout, /OK/);
      }
    });
  },
);

judge(test, 'pdftoppm')(
  'The seal is seen on the page where it was placed, in pure red, at its true size',
  async (t) => {
    const { default: sharp } = await import('sharp');
    const page = await sealBytes(await makePdf({ rotate: 90 }), { at: { xMm: 100, yMm: 50 } });
    await withFile(page, async (path, folder) => {
      await run('pdftoppm', ['-r', '254', '-png', '-singlefile', path, join(folder, 'page')]); // 10 pixels a millimetre
      const { data, info } = await sharp(join(folder, 'page.png')).raw().toBuffer({ resolveWithObject: true });
      const seen = { left: info.width, right: 0, top: info.height, bottom: 0 };
      for (let y = 0; y < info.height; y++) {
        for (let x = 0; x < info.width; x++) {
          const at = (y * info.width + x) * info.channels;
          if (data[at]! < 200 || data[at + 1]! > 100) continue;
          seen.left = Math.min(seen.left, x);
          seen.right = Math.max(seen.right, x + 1);
          seen.top = Math.min(seen.top, y);
          seen.bottom = Math.max(seen.bottom, y + 1);
        }
      }
      const near = (found: number, mm: number) =>
        t.true(Math.abs(found - mm * 10) <= 3, `${found / 10} mm, expected ${mm}`);
      near(seen.right - seen.left, 42);
      near(seen.bottom - seen.top, 42);
      near(seen.left, 100);
      near(info.height - seen.bottom, 50);
    });
  },
);
