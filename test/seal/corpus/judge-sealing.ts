// One document of somebody else sealed twice, and what others say of the result: every earlier byte is there, both seals
// pass, qpdf finds it no worse, pdfsig says of earlier signatures what it said before, and the first page differs only
// where the seal is. Or it is refused, and others see why.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { equalBytes } from '../../../common/bytes.ts';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { sealBytes, verifyBytes, withFile } from '../world.ts';

const run = promisify(execFile);
/** A third party's tool may hang on a hostile file. */
const LIMITS = { timeout: 30_000, maxBuffer: 1 << 26 };
/** 2 pixels a millimetre. */
const DPI = '50.8';
const PLACE = { xMm: 5, yMm: 5 };

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

/** Pixels that differ away from the seal of 42 mm at PLACE. */
export function differOutside(before: Drawn, after: Drawn): number {
  const { width, height, channels } = before;
  if (after.width !== width || after.height !== height) return width * height;
  let outside = 0;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, height - 1 - Math.floor(i / width)];
    if (x >= 9 && x <= 95 && y >= 9 && y <= 95) continue;
    for (let c = 0; c < channels; c++) {
      if (before.data[i * channels + c] !== after.data[i * channels + c]) {
        outside++;
        break;
      }
    }
  }
  return outside;
}

/** Seals it, and asks every judge. */
export async function judgeSealing(pdf: Uint8Array): Promise<Outcome> {
  const once = await sealBytes(pdf, { at: PLACE }).catch((error: unknown) => error);
  if (!(once instanceof Uint8Array)) {
    if (!isTrustError(once)) throw once;
    return { accepted: false, code: once.code, faults: await isRefusalRight(pdf, once.code, once.message) };
  }
  const faults: string[] = [];
  const check = (isRight: boolean, fault: string): void => void (isRight || faults.push(fault));
  const twice = await sealBytes(once, { at: {} });
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
  if (before) check(after !== null && differOutside(before, after) === 0, 'the page differs away from the seal');
  return { accepted: true, faults, earlierSignatures: earlier.length, isDrawn: before !== null };
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
  if (code === 'placement-invalid') return /does not lie on it/.test(message) ? [] : wrong;
  if (code === 'signature-forbidden') return Buffer.from(pdf).includes('/DocMDP') ? [] : wrong;
  return wrong;
}
