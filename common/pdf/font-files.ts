// The fonts of documents that this house makes, read from disk once per process. Noto Sans SC (SIL Open Font License, from
// npm): URO and extension A complete, little of the later extensions. For rare ideographs a folder with HanaMin, which the
// operator installs (Debian: fonts-hanazono). Who draws knows a font by the SM3 of its file.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toHex } from '../bytes.ts';
import { sm3 } from '../crypto/sm3.ts';
import { openSubsetter, type Subsetter } from './subsetter.ts';
import { openTypeface, type Typeface, type Typefaces } from './typeface.ts';

/** A font that is kept open, and the SM3 of its file in hexadecimal. */
export type FontFile = { readonly sm3: string; readonly typeface: Typeface };

const SUBSETTER = 'harfbuzzjs/dist/harfbuzz-subset.wasm';
const PACKAGE = '@expo-google-fonts/noto-sans-sc';
const REGULAR = `${PACKAGE}/400Regular/NotoSansSC_400Regular.ttf`;
const BOLD = `${PACKAGE}/700Bold/NotoSansSC_700Bold.ttf`;
const RARE = ['HanaMinB.ttf', 'HanaMinA.ttf'];

/** Regular and bold for plain documents: 20 MB. */
export function readNotoSans(): Typefaces {
  const subsetter = startSubsetter();
  const open = (path: string): Typeface => openTypeface(subsetter, readFileSync(resolve(path)));
  return { regular: open(REGULAR), bold: open(BOLD) };
}

/**
 * The same with their SM3, and the fonts of rare ideographs that lie in `rareFolder`, 54 MB more; a folder that is missing or
 * empty brings none. A third of a second with all of them.
 */
export function readFontFiles(rareFolder?: string): readonly FontFile[] {
  const subsetter = startSubsetter();
  const rare = rareFolder ? RARE.map((name) => join(rareFolder, name)).filter((path) => existsSync(path)) : [];
  return [resolve(REGULAR), resolve(BOLD), ...rare].map((path) => {
    const bytes = readFileSync(path);
    return { sm3: toHex(sm3(bytes)), typeface: openTypeface(subsetter, bytes) };
  });
}

function startSubsetter(): Subsetter {
  return openSubsetter(readFileSync(resolve(SUBSETTER)));
}

function resolve(path: string): string {
  return createRequire(import.meta.url).resolve(path);
}
