// HarfBuzz's subsetter (harfbuzz-subset.wasm) with its fonts kept in its memory: characters in, a TrueType font with their
// glyphs only out. It belongs to whoever opened it; there is no state besides the fonts. Same characters, same bytes.
import { TrustError } from '../errors.ts';
import { readCharacterMap } from './truetype.ts';

/** A TrueType font with the glyphs of `codePoints` only; `glyphs[i]` is the glyph of `codePoints[i]` in it. */
export type Subset = { readonly bytes: Uint8Array; readonly glyphs: readonly number[] };
export type Subsetter = {
  /** Copies the font into the memory of the subsetter; the bytes may go afterwards. */
  keep(font: Uint8Array): (codePoints: readonly number[]) => Subset;
};

/** The functions of HarfBuzz that are called here; every pointer is a number. */
type HarfBuzz = {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  malloc(size: number): number;
  hb_blob_create(data: number, length: number, mode: number, userData: number, destroy: number): number;
  hb_blob_get_data(blob: number, length: number): number;
  hb_blob_get_length(blob: number): number;
  hb_blob_destroy(blob: number): void;
  hb_face_create(blob: number, index: number): number;
  hb_face_destroy(face: number): void;
  hb_face_reference_blob(face: number): number;
  hb_set_add(set: number, value: number): void;
  hb_set_clear(set: number): void;
  hb_subset_input_create_or_fail(): number;
  hb_subset_input_destroy(input: number): void;
  hb_subset_input_set_flags(input: number, flags: number): void;
  hb_subset_input_unicode_set(input: number): number;
  hb_subset_input_set(input: number, kind: number): number;
  hb_subset_or_fail(face: number, input: number): number;
};

const WRITABLE = 2; // HB_MEMORY_MODE_WRITABLE: the memory is the blob's
const NO_HINTING = 1; // HB_SUBSET_FLAGS_NO_HINTING: a page is not drawn at 12 pixels
const DROP_TABLE = 3; // HB_SUBSET_SETS_DROP_TABLE_TAG
const LAYOUT_FEATURE = 6; // HB_SUBSET_SETS_LAYOUT_FEATURE_TAG
/** What a CIDFontType2 has no use for (ISO 32000-1, 9.9): layout, names, vertical metrics. */
const DROPPED = 'GSUB GPOS GDEF BASE STAT name OS/2 post vhea vmtx VORG gasp DSIG meta kern'
  .split(' ')
  .map((tag) => Buffer.from(tag.padEnd(4), 'latin1').readUInt32BE());

/** Compiles the wasm; about a millisecond. Each font has an instance of its own, because their memory ends at 64 MB. */
export function openSubsetter(wasm: Uint8Array): Subsetter {
  const module = new WebAssembly.Module(wasm);
  return {
    keep: (font) => {
      const hb = new WebAssembly.Instance(module, {}).exports as HarfBuzz;
      hb._initialize();
      const at = hb.malloc(font.length);
      if (at === 0) throw new TrustError('invalid-request', 'the font is too large for the subsetter');
      new Uint8Array(hb.memory.buffer).set(font, at);
      const blob = hb.hb_blob_create(at, font.length, WRITABLE, 0, 0);
      const face = hb.hb_face_create(blob, 0);
      hb.hb_blob_destroy(blob); // the face holds it
      return (codePoints) => subset(hb, face, codePoints);
    },
  };
}

function subset(hb: HarfBuzz, face: number, codePoints: readonly number[]): Subset {
  const input = hb.hb_subset_input_create_or_fail();
  hb.hb_subset_input_set_flags(input, NO_HINTING);
  const wanted = hb.hb_subset_input_unicode_set(input);
  hb.hb_set_clear(wanted);
  for (const codePoint of codePoints) hb.hb_set_add(wanted, codePoint);
  hb.hb_set_clear(hb.hb_subset_input_set(input, LAYOUT_FEATURE));
  const dropped = hb.hb_subset_input_set(input, DROP_TABLE);
  for (const tag of DROPPED) hb.hb_set_add(dropped, tag);
  const made = hb.hb_subset_or_fail(face, input);
  hb.hb_subset_input_destroy(input);
  if (made === 0) throw new TrustError('internal', 'the font cannot be subset');
  const blob = hb.hb_face_reference_blob(made);
  const at = hb.hb_blob_get_data(blob, 0);
  const bytes = new Uint8Array(hb.memory.buffer).slice(at, at + hb.hb_blob_get_length(blob));
  hb.hb_blob_destroy(blob);
  hb.hb_face_destroy(made);
  return { bytes, glyphs: readGlyphs(bytes, codePoints) };
}

/** By the map that HarfBuzz wrote into the subset: format 12, or 4 where no character lies beyond U+FFFF. */
function readGlyphs(font: Uint8Array, codePoints: readonly number[]): readonly number[] {
  const glyphs = readCharacterMap(font);
  return codePoints.map((codePoint) => glyphs[codePoint] ?? 0);
}
