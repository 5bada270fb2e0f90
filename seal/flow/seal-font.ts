// The typeface of drawn seals, read once: Noto Sans SC, Medium.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const FONT = '@expo-google-fonts/noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf';
let font: Uint8Array | undefined;

/** The TrueType file; 10 MB that stay in memory from the first drawing on. */
export function readSealFont(): Uint8Array {
  font ??= readFileSync(createRequire(import.meta.url).resolve(FONT));
  return font;
}
