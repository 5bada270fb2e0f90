// The typefaces of documents that this house makes, read from the installed package once per process (two files of 10 MB each).
// Noto Sans SC under the SIL Open Font License: URO and extension A complete, little of the later extensions.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { openSubsetter } from './subsetter.ts';
import { openTypeface, type Typefaces } from './typeface.ts';

const SUBSETTER = 'harfbuzzjs/dist/harfbuzz-subset.wasm';
const PACKAGE = '@expo-google-fonts/noto-sans-sc';

/** Reads and opens regular and bold. */
export function readNotoSans(): Typefaces {
  const { resolve } = createRequire(import.meta.url);
  const subsetter = openSubsetter(readFileSync(resolve(SUBSETTER)));
  const open = (path: string) => openTypeface(subsetter, readFileSync(resolve(`${PACKAGE}/${path}`)));
  return { regular: open('400Regular/NotoSansSC_400Regular.ttf'), bold: open('700Bold/NotoSansSC_700Bold.ttf') };
}
