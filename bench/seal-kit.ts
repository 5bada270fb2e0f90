// What the benchmarks of sealing share: a development PKI in a temporary folder, a seal made from it, documents of a size.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PDFDocument } from '@cantoo/pdf-lib';
import type { TimeStamper } from '../common/client/time-stamper.ts';
import { importSm2PrivateKey, type Sm2PrivateKey, signSm2 } from '../common/crypto/sm2.ts';
import { sm3 } from '../common/crypto/sm3.ts';
import { type Certificate, readCertificatesPem } from '../common/pki/certificate.ts';
import { makeTimeStampToken } from '../common/pki/time-stamp.ts';
import type { TrustStores } from '../common/pki/trust-stores.ts';
import { makeDevelopmentKeys } from '../keys-dev/make.ts';
import { drawSealPicture } from '../seal/domain/seal-picture.ts';
import { prepareParty, type SealingParty } from '../seal/flow/sealing-party.ts';
import { makeSeal } from '../seal/ses/make-seal.ts';

export type SealKit = {
  readonly party: SealingParty;
  readonly key: Sm2PrivateKey;
  readonly picturePng: Uint8Array;
  /** The development authority of time stamps, in this process; serial numbers are not put on record. */
  readonly stamper: TimeStamper;
  /** The development roots and authorities, for every purpose. */
  readonly trust: TrustStores;
};

const FONT = '@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf';

export async function makeSealKit(now: Date): Promise<SealKit> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-bench-'));
  try {
    const keys = join(folder, 'pem');
    await makeDevelopmentKeys(keys, now);
    const certificate = async (name: string): Promise<Certificate> =>
      readCertificatesPem(await readFile(join(keys, name), 'utf8'))[0] as Certificate;
    const key = importSm2PrivateKey(await readFile(join(keys, 'seal/signer-1.key.pem'), 'utf8'));
    const makerKey = importSm2PrivateKey(await readFile(join(keys, 'maker/maker.key.pem'), 'utf8'));
    const font = new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(FONT))));
    const picture = await drawSealPicture({ text: '示例市卫生健康委员会', diameterMm: 45, font });
    const signerCertificate = await certificate('seal/signer-1.crt.pem');
    const seal = await makeSeal({
      esID: '36010000000001',
      name: '示例市卫生健康委员会',
      type: 1,
      vendor: 'XINJI',
      picture: { type: picture.type, bytes: picture.png, widthMm: picture.widthMm, heightMm: picture.heightMm },
      signers: [signerCertificate],
      validStart: now,
      validEnd: new Date(now.getTime() + 365 * 86_400_000),
      makerCertificate: await certificate('maker/maker.crt.pem'),
      sign: async (message) => signSm2(makerKey, message),
      now,
    });
    const chain = readCertificatesPem(await readFile(join(keys, 'pki/chain.pem'), 'utf8'));
    const party = await prepareParty({ seal: seal.raw, signerCertificate, chain, keyRef: 'signer-1', now });
    const roots = readCertificatesPem(await readFile(join(keys, 'pki/trust-roots.pem'), 'utf8'));
    const all = { roots, intermediates: chain };
    const trust = { makers: all, signers: all, timeStamping: all };
    const tsaKey = importSm2PrivateKey(await readFile(join(keys, 'tsa/tsa.key.pem'), 'utf8'));
    const authorities = [await certificate('pki/sub-ca-time.crt.pem')];
    const stamper = makeStamper(tsaKey, await certificate('tsa/tsa.crt.pem'), authorities);
    return { party, key, picturePng: picture.png, stamper, trust };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function makeStamper(key: Sm2PrivateKey, certificate: Certificate, chain: readonly Certificate[]): TimeStamper {
  const stampDigest = (digest: Uint8Array): Promise<Uint8Array> =>
    makeTimeStampToken({
      ...{ policy: '1.2.3.4.1', digest, serial: new Uint8Array(randomBytes(16)), time: new Date(), nonce: null },
      ...{ certificate, chain, sign: async (message: Uint8Array) => signSm2(key, message) },
    });
  let largest: number | undefined;
  return {
    measure: async () => {
      largest ??= (await stampDigest(new Uint8Array(32))).length + 8;
      return largest;
    },
    certificates: async () => [certificate, ...chain],
    stamp: (message) => stampDigest(sm3(message)),
    stampDigest,
  };
}

/** A one-page PDF of about `size` bytes: text and an attachment that does not compress. */
export async function makePdfOfSize(size: number): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.addPage([595.28, 841.89]).drawText('Benchmark', { x: 50, y: 780 });
  await document.attach(randomBytes(Math.max(1, size - 1500)), 'bulk.bin', { mimeType: 'application/octet-stream' });
  return document.save({ useObjectStreams: false });
}
