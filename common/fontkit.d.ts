// The part of fontkit 2 that seal pictures, tests and benchmarks use; the package brings no types.
declare module 'fontkit' {
  export type Glyph = { readonly id: number; readonly advanceWidth: number; readonly codePoints: number[] };
  export type Subset = { includeGlyph(glyph: number | Glyph): number; encode(): Uint8Array };
  export type Font = {
    readonly postscriptName: string;
    readonly unitsPerEm: number;
    readonly ascent: number;
    readonly descent: number;
    readonly capHeight: number;
    readonly xHeight: number;
    readonly italicAngle: number;
    readonly characterSet: number[];
    readonly bbox: {
      readonly minX: number;
      readonly minY: number;
      readonly maxX: number;
      readonly maxY: number;
      readonly width: number;
      readonly height: number;
    };
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphForCodePoint(codePoint: number): Glyph;
    layout(text: string): { readonly glyphs: Glyph[] };
    createSubset(): Subset;
  };
  export function create(bytes: Uint8Array, postscriptName?: string): Font;
}
