// Drawing one license: A4, 30 fields, a photo of about 50 KB, QR code, metadata twice; the face of its type prepared. Then
// drawing and sealing it, as license and seal room do it for an issue: dual container, time stamp (level T), verified before
// release.
// Floor: subsetting the fonts for the characters of that face and making its QR code, which every way must do; HarfBuzz does it.
// With the seal: its three SM2 signatures (seal, CMS, time stamp), two of them verified, and the SM3 of what is signed.
// Naive: naive-license.ts; it verifies nothing.
import { createSign, randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import smCrypto from 'sm-crypto';
import { signSm2 } from '../common/crypto/sm2.ts';
import { makeFaceLink } from '../license/domain/face-link.ts';
import { layoutFace } from '../license/pdf/face-layout.ts';
import { listMetadataRows, metadataXml } from '../license/pdf/face-metadata.ts';
import type { FaceRecord } from '../license/pdf/face-record.ts';
import { listBlocks } from '../license/pdf/face-sections.ts';
import { prepareFace } from '../license/pdf/prepare-face.ts';
import { qrPath } from '../license/pdf/qr-path.ts';
import { renderLicense } from '../license/pdf/render-license.ts';
import { sealDocument } from '../seal/flow/seal-document.ts';
import { verifyDocument } from '../seal/flow/verify-document.ts';
import { joinSources, memorySource } from '../seal/pdf/byte-source.ts';
import { asPhoto, fieldsOf, license, photoOf50Kb, typeOf } from '../test/license/pdf/fixtures.ts';
import { renderer } from '../test/license/pdf/renderer.ts';
import { type Benchmark, measure, type Result } from './measure.ts';
import { makeNaiveLicense, type NaiveLicense } from './naive-license.ts';
import { makeSealKit } from './seal-kit.ts';
import { makeFloor, signedBytes } from './sealing.ts';

const NAIVE = 'naive pdf-lib';
const NAIVE_SEALED = 'naive pdf-lib + sm-crypto';
const OPTIONS = { rounds: 25, warmUp: 6, times: 10 } as const;

export const rendering: Benchmark = {
  name: 'rendering',
  run: async () => {
    const face = await makeFace();
    const { type, record, naive } = face;
    const size = `one face of ${Math.round(renderLicense(renderer, type, record).pdf.length / 1000)} KB`;
    const variants = {
      floor: face.floor,
      house: () => void renderLicense(renderer, type, record),
      'house, type prepared anew': () => void renderLicense(renderer, { ...type }, record),
      [NAIVE]: async () => void (await naive.draw()),
    };
    const drawing = await measure('Drawing a license', size, variants, { ...OPTIONS, slow: [NAIVE] });
    const sealed = await measureSealed(face, `${size}, sealed: dual container, level T`);
    return [drawing, sealed];
  },
};

type Face = {
  readonly type: ReturnType<typeof typeOf>;
  readonly record: FaceRecord;
  readonly naive: NaiveLicense;
  readonly floor: () => void;
};

async function makeFace(): Promise<Face> {
  const jpeg = await photoOf50Kb();
  const type = typeOf(30, 'a4-portrait', 'columns');
  const record: FaceRecord = { ...license, fields: fieldsOf(30), photo: asPhoto('image/jpeg', jpeg) };
  const { fonts, page, measures } = prepareFace(renderer, type);
  const { texts } = layoutFace(measures, page, type, record, listBlocks(type, record));
  const plain = codePointsOf(texts.filter(({ weight }) => weight === 'regular').map(({ text }) => text));
  const link = makeFaceLink(record.verifyUrl, record);
  const xml = metadataXml(listMetadataRows(type, record));
  return {
    type,
    record,
    naive: makeNaiveLicense({ page, texts, jpeg, link, xml, title: record.name }),
    floor: () => {
      fonts.plain[0]?.subset(plain);
      qrPath(link, 0, 0, 100);
    },
  };
}

function codePointsOf(texts: readonly string[]): number[] {
  return [...new Set(texts.join(''))].map((character) => character.codePointAt(0) ?? 0);
}

async function measureSealed({ type, record, naive, floor }: Face, unit: string) {
  const kit = await makeSealKit(new Date());
  const { party, key, stamper, trust, picturePng } = kit;
  const signer = { sign: async (_: string, message: Uint8Array) => signSm2(key, message) };
  const make = async () => {
    const { pdf, seal } = renderLicense(renderer, type, record);
    const order = { party, mode: 'dual', level: 'T', page: seal.page, placement: seal, time: new Date() } as const;
    const source = memorySource(pdf);
    return { source, ...(await sealDocument({ signer, stamper }, { ...order, source })) };
  };
  const { source, appended } = await make();
  const report = verifyDocument(joinSources(source, appended), { trust, now: new Date() });
  if (report.indication !== 'TOTAL-PASSED' || report.signatures[0]?.level !== 'T')
    throw new Error(`what is measured is not sealed: ${report.indication}`);
  const { pdf } = renderLicense(renderer, type, record);
  const seal = makeFloor(await signedBytes(pdf, kit, new Date()), kit, pdf.length);
  const stamped = randomBytes(250);
  const sealing = { party, picturePng, key: smCrypto.sm2.generateKeyPairHex() };
  const variants = {
    floor: () => {
      floor();
      seal();
      createSign('sm3').update(stamped).sign(key.keyObject);
    },
    house: async () => void (await make()),
    [NAIVE_SEALED]: () => naive.drawAndSeal(sealing),
  };
  const result = await measure('Drawing and sealing a license', unit, variants, { ...OPTIONS, slow: [NAIVE_SEALED] });
  return { ...result, shown: sayRatio(result) };
}

/** Issue 5 asks for 10. */
function sayRatio({ rows }: Result): string {
  const cost = (variant: string) => rows.find((row) => row.variant === variant)!;
  const [house, naive] = [cost('house'), cost(NAIVE_SEALED)];
  const times = (ours: number, theirs: number): string => (theirs / ours).toFixed(1);
  const load = loadavg()[0]!.toFixed(1);
  return `The naive way takes ${times(house.cpu_ms, naive.cpu_ms)} × the CPU and ${times(house.wall_ms, naive.wall_ms)} × the time of the house, at load ${load}.`;
}
