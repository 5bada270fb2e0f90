// Seals whose picture is a drawing are shown with lines and curves: the same picture, in a few kilobytes.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { concatBytes } from '../../common/bytes.ts';
import { drawSealSvg } from '../../seal/domain/seal-picture.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { prepareParty, type SealingParty } from '../../seal/flow/sealing-party.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { drawVector } from '../../seal/pdf/vector-picture.ts';
import { makeSeal } from '../../seal/ses/make-seal.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { ascii, font, makePdf, pki, say, signer, verifyBytes, withFile } from './world.ts';

const run = promisify(execFile);
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = '示例市卫生健康委员会';
const SVGS = {
  round: drawSealSvg({ shape: 'round', text, widthMm: 45, heightMm: 45, font }),
  ellipse: drawSealSvg({ shape: 'ellipse', text, widthMm: 45, heightMm: 30, font }),
  square: drawSealSvg({ shape: 'square', text: '张三之印', widthMm: 20, heightMm: 20, font }),
};

async function partyOf(svg: string, widthMm: number, heightMm: number): Promise<SealingParty> {
  const validStart = new Date('2026-01-02T00:00:00Z');
  const seal = await makeSeal({
    esID: '36010000000001',
    name: text,
    type: 1,
    vendor: 'Xinji',
    picture: { type: 'svg', bytes: utf8(svg), widthMm, heightMm },
    signers: [pki.signer.certificate],
    validStart,
    validEnd: new Date('2030-01-01T00:00:00Z'),
    makerCertificate: pki.maker.certificate,
    sign: pki.maker.sign,
    now: validStart,
  });
  const signerCertificate = pki.signer.certificate;
  const chain = [pki.authority.certificate];
  return prepareParty({ seal: seal.raw, signerCertificate, chain, keyRef: 'signer-1', now: AT });
}

async function sealWith(party: SealingParty, placement = {}, pdf?: Uint8Array): Promise<Uint8Array> {
  const input = pdf ?? (await makePdf());
  const request = { source: memorySource(input), party, placement, time: AT };
  return concatBytes(input, (await sealDocument({ signer }, request)).appended);
}

test('A dual sealing with a drawn seal appends at most twice the seal and 12 KB', async (t) => {
  const party = await partyOf(SVGS.round, 45, 45);
  const pdf = await makePdf();
  const sealed = await sealWith(party, {}, pdf);
  const beside = sealed.length - pdf.length - 2 * party.seal.raw.length;
  t.true(beside <= 12 * 1024, `${beside} bytes beside twice the seal`);
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
});

test('Every shape of this house becomes lines and curves; what is not known does not, and is shown as an image', async (t) => {
  for (const svg of Object.values(SVGS)) t.truthy(drawVector(utf8(svg)));
  const { round } = SVGS;
  const others = [
    round.replace('<path ', '<script '),
    round.replace('<path ', '<path onclick="x" '),
    round.replace('<path ', '<path opacity="0.5" '),
    round.replace('fill="#ff0000"', 'fill="url(#a)"'),
    round.replace('M0 -7.5', 'm0 -7.5'),
    round.replace('M0 -7.5', 'M0'),
    round.replace('M0 -7.5', 'M0 -1e9'),
    round.replace('rotate(', 'skewX('),
    round.replace('</g></svg>', '</g><text>x</text></svg>'),
    round.replace('viewBox="-22.5 -22.5 45 45"', 'viewBox="0 0 0 0"'),
    round.replace('r="21.8071"', 'r="21.8071" r="1"'),
    '<svg/>',
  ];
  for (const svg of others) t.is(drawVector(utf8(svg)), null, svg.slice(0, 160));
  t.is(drawVector(ascii('no drawing')), null);
  const shown = await sealWith(await partyOf(round.replace('<path ', '<path opacity="1" '), 45, 45));
  t.is(verifyBytes(shown).indication, 'TOTAL-PASSED');
  t.true(Buffer.from(shown).includes('/SMask'));
});

judge(
  test,
  'pdftoppm',
  'qpdf',
)('The drawing looks as the image of it does, also as strips at page edges', async (t) => {
  const { default: sharp } = await import('sharp');
  const render = (pdf: Uint8Array): Promise<Buffer> =>
    withFile(pdf, async (path, folder) => {
      await run('pdftoppm', ['-r', '150', '-png', '-singlefile', path, join(folder, 'page')]);
      // Small again: poppler moves thin lines by half a pixel.
      return sharp(join(folder, 'page.png')).resize({ width: 400 }).raw().toBuffer();
    });
  const pdf = await makePdf({ pages: 2 });
  const sizes = { round: [45, 45], ellipse: [45, 30], square: [20, 20] } as const;
  for (const [shape, [width, height]] of Object.entries(sizes)) {
    const party = await partyOf(SVGS[shape as keyof typeof SVGS], width, height);
    const asImage = { ...party, appearance: { ...party.appearance, vector: null } };
    for (const placement of shape === 'round' ? [{}, { straddle: 'all' }] : [{}]) {
      const [drawn, image] = [await sealWith(party, placement, pdf), await sealWith(asImage, placement, pdf)];
      if (shape === 'square') t.regex(await say('qpdf', drawn, '--check'), /No syntax or stream encoding errors/);
      const [a, b] = [await render(drawn), await render(image)];
      let [apart, red] = [0, 0];
      for (let i = 0; i < a.length; i += 3) {
        if (b[i + 1]! < 160 && b[i]! > 200) red += 1;
        if (Math.abs(a[i + 1]! - b[i + 1]!) > 64) apart += 1;
      }
      t.true(red > 50, `${shape}: ${red} red pixels`);
      t.true(apart < red / 5, `${shape}: ${apart} of ${red} pixels differ`);
    }
  }
});
