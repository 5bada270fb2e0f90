// One document of somebody else sealed twice, and what others say of the result: every earlier byte is there, both seals
// pass, qpdf finds it no worse, pdfsig says of earlier signatures what it said before, and the first page differs only
// where the seal is. Or it is refused, and others see why.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { equalBytes } from '../../../common/bytes.ts';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { drawSeal } from '../../../seal/domain/seal-picture.ts';
import { prepareParty, type SealingParty } from '../../../seal/flow/sealing-party.ts';
import { AT } from '../../_harness/pki.ts';
import { font, makeTestSeal, pki, type SealOptions, sealBytes, verifyBytes, withFile } from '../world.ts';

const run = promisify(execFile);
/** A third party's tool may hang on a hostile file. */
const LIMITS = { timeout: 120_000, maxBuffer: 1 << 26 };
/** 2 pixels a millimetre. */
const DPI = '50.8';
/** A seal of 42 mm, and on pages that are too small for it one of 10 mm. */
const LARGE = { sideMm: 42, at: { xMm: 5, yMm: 5 } };
const SMALL = { sideMm: 10, at: { xMm: 1, yMm: 1 } };
type Sealing = typeof LARGE;

export type Outcome =
  | {
      readonly accepted: true;
      readonly faults: readonly string[];
      readonly earlierSignatures: number;
      readonly isDrawn: boolean;
    }
  | { readonly accepted: false; readonly code: ProblemCode; readonly faults: readonly string[] };

/** 0 clean, 1 warnings, 2 errors or not to be opened. */
export async function checkWithQpdf(pdf: Uint8Array): Promise<number> {
  return withFile(pdf, async (path) => {
    const code = await run('qpdf', ['--check', path], LIMITS).then(
      () => 0,
      (error: { readonly code: number }) => error.code,
    );
    return code === 0 ? 0 : code === 3 ? 1 : 2;
  });
}

/** Nothing is better than a clean file: the original is judged only where the sealed one is not clean. */
export async function isNoWorse(sealed: Uint8Array, original: Uint8Array): Promise<boolean> {
  const code = await checkWithQpdf(sealed);
  return code === 0 || code <= (await checkWithQpdf(original));
}

/** What pdfsig says of each signature: its range and whether it verifies. */
async function sayOfSignatures(pdf: Uint8Array): Promise<readonly string[]> {
  return withFile(pdf, async (path) => {
    const said = await run('pdfsig', ['-nocert', path], LIMITS).catch((error: { readonly stdout?: string }) => error);
    const parts = (said.stdout ?? '').split(/^Signature #/m).slice(1);
    return parts.map((part) => `${/Signed Ranges: .*/.exec(part)} ${/Signature Validation: .*/.exec(part)}`);
  });
}

type Drawn = { readonly data: Buffer; readonly width: number; readonly height: number; readonly channels: number };

export async function drawFirstPage(pdf: Uint8Array): Promise<Drawn | null> {
  return withFile(pdf, async (path, folder) => {
    try {
      await run('pdftoppm', ['-r', DPI, '-png', '-singlefile', '-cropbox', path, join(folder, 'page')], LIMITS);
      const { data, info } = await sharp(join(folder, 'page.png')).raw().toBuffer({ resolveWithObject: true });
      return { data, ...info };
    } catch {
      return null; // what poppler cannot draw it cannot compare
    }
  });
}

/** Pixels that differ away from the seal. */
export function differOutside(before: Drawn, after: Drawn, { sideMm, at }: Sealing = LARGE): number {
  const [from, to] = [(at.xMm - 0.5) * 2, (at.xMm + sideMm + 0.5) * 2];
  const { width, height, channels } = before;
  if (after.width !== width || after.height !== height) return width * height;
  let outside = 0;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, height - 1 - Math.floor(i / width)];
    if (x >= from && x <= to && y >= from && y <= to) continue;
    for (let c = 0; c < channels; c++) {
      if (before.data[i * channels + c] !== after.data[i * channels + c]) {
        outside++;
        break;
      }
    }
  }
  return outside;
}

let small: Promise<SealingParty> | undefined;

/** A party whose seal is small. */
async function makeSmallParty(): Promise<SealingParty> {
  const { png, type } = await drawSeal({ shape: 'square', text: '印', widthMm: 10, heightMm: 10, font });
  const seal = await makeTestSeal(undefined, [pki.signer], pki.maker, { type, bytes: png, widthMm: 10, heightMm: 10 });
  const { certificate } = pki.signer;
  return prepareParty({ seal: seal.raw, signerCertificate: certificate, chain: [], keyRef: 'small', now: AT });
}

/** Seals it, and asks every judge. */
export async function judgeSealing(pdf: Uint8Array): Promise<Outcome> {
  const outcome = await judgeSealingWith(pdf, LARGE, {});
  if (outcome.accepted || outcome.code !== 'placement-invalid') return outcome;
  small ??= makeSmallParty();
  return judgeSealingWith(pdf, SMALL, { party: await small });
}

async function judgeSealingWith(pdf: Uint8Array, sealing: Sealing, by: SealOptions): Promise<Outcome> {
  const once = await sealBytes(pdf, { at: sealing.at, ...by }).catch((error: unknown) => error);
  if (!(once instanceof Uint8Array)) {
    if (!isTrustError(once)) throw once;
    return { accepted: false, code: once.code, faults: await isRefusalRight(pdf, once.code, once.message) };
  }
  const faults: string[] = [];
  const check = (isRight: boolean, fault: string): void => void (isRight || faults.push(fault));
  const twice = await sealBytes(once, { at: sealing.at, ...by });
  check(equalBytes(once.subarray(0, pdf.length), pdf), 'a byte of the input changed');
  check(equalBytes(twice.subarray(0, once.length), once), 'a byte of the first seal changed');
  const own = verifyBytes(twice).signatures.filter(({ seal }) => seal !== null);
  check(own.length === 2 && own.every(({ indication }) => indication === 'TOTAL-PASSED'), 'a seal did not pass');
  check(await isNoWorse(twice, pdf), 'qpdf finds it worse');
  const earlier = Buffer.from(pdf).includes('/ByteRange') ? await sayOfSignatures(pdf) : [];
  const later = earlier.length > 0 ? await sayOfSignatures(twice) : [];
  check(
    earlier.every((said) => later.includes(said)),
    'pdfsig says something else of an earlier signature',
  );
  // poppler draws pages with /UserUnit as if it were 1: the seal is elsewhere then.
  const isComparable = !Buffer.from(pdf).includes('/UserUnit');
  const [before, after] = isComparable ? await Promise.all([drawFirstPage(pdf), drawFirstPage(once)]) : [null, null];
  const differs = before !== null && (after === null || differOutside(before, after, sealing) > 0);
  // A few pages are drawn differently each time: they say nothing.
  const again = differs ? await drawFirstPage(pdf) : null;
  const isSteady = !before || !again || before.data.equals(again.data);
  check(!differs || !isSteady, 'the page differs away from the seal');
  return { accepted: true, faults, earlierSignatures: earlier.length, isDrawn: before !== null && isSteady };
}

const IN_NEED_OF_REPAIR: readonly ProblemCode[] = ['pdf-broken', 'pdf-truncated', 'not-a-pdf', 'pdf-hybrid'];

/** Others see why: qpdf complains of what we call broken, asks for a password where we do, and so on. */
async function isRefusalRight(pdf: Uint8Array, code: ProblemCode, message: string): Promise<readonly string[]> {
  const wrong = [`${code}: ${message}`];
  if (IN_NEED_OF_REPAIR.includes(code)) return (await checkWithQpdf(pdf)) > 0 ? [] : wrong;
  if (code === 'pdf-encrypted') {
    const asks = await withFile(pdf, (path) =>
      run('qpdf', ['--check', path], LIMITS).then(
        () => false,
        () => true,
      ),
    );
    return asks ? [] : wrong;
  }
  if (code === 'placement-invalid')
    return /does not lie on it/.test(message) || (await checkWithQpdf(pdf)) > 0 ? [] : wrong;
  if (code === 'signature-forbidden') return Buffer.from(pdf).includes('/DocMDP') ? [] : wrong;
  return wrong;
}
