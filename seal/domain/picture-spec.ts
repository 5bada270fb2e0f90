// From what an application says about a picture to a drawing order: the rules of kind and rank, and the cleaning of an SVG
// that was brought. Every refusal names the field. Pixels are made in flow/draw-picture.ts.
import type { BroughtPicture, DrawnPicture, SealPictureSpec } from '../../common/contract/seal-picture.ts';
import { TrustError } from '../../common/errors.ts';
import { drawSealSvg, type SealShapeRequest } from './seal-picture.ts';
import { BOUNDS, RANK_RULES, USUAL_OF_KIND, USUAL_SIZES } from './seal-sizes.ts';
import { cleanSvg } from './svg-upload.ts';

/** An SVG to be drawn; `isForeign`: somebody's paths are in it, whose cost nobody knows. */
export type VectorOrder = {
  readonly svg: string;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly paint: 'red' | 'any';
  readonly isForeign: boolean;
};

/**
 * What has to be drawn for `spec`; null when pixels were brought. `invalid-request` with the field that does not fit,
 * `picture-refused` for files, `glyph-missing` for characters that `font` (TrueType) does not have.
 */
export function vectorOf(spec: SealPictureSpec, font: Uint8Array): VectorOrder | null {
  if (spec.source === 'brought') return spec.media_type === 'image/png' ? null : foreignVector(spec);
  const request = shapeOf(spec, font);
  const { widthMm, heightMm } = request;
  return { svg: drawSealSvg(request), widthMm, heightMm, paint: 'red', isForeign: spec.emblem !== undefined };
}

/** The drawing order of a drawn picture, every default filled in. */
export function shapeOf(spec: DrawnPicture, font: Uint8Array): SealShapeRequest {
  const usual = USUAL_OF_KIND[spec.kind ?? '01'];
  const shape = spec.shape ?? usual.shape;
  const isSquare = shape === 'square';
  if (isSquare && spec.lower_text) throw misfit('/lower_text', 'a square seal has one text');
  if (isSquare && spec.arc_code) throw misfit('/arc_code', 'a square seal has one text');
  if (isSquare && [...spec.text].length > 9) throw misfit('/text', 'a square seal has at most 9 characters');
  if (spec.text.trim() === '') throw misfit('/text', 'the text is empty');
  if (spec.emblem !== undefined && shape !== 'round') throw misfit('/emblem', 'only a round seal has an emblem');
  const lowerText = spec.lower_text ?? (isSquare ? undefined : usual.lowerText);
  if ([...(lowerText ?? '')].length > 8) throw misfit('/lower_text', 'the straight text has at most 8 characters');
  checkRank(spec, shape);
  return {
    shape,
    text: spec.text,
    ...sizeOf(spec, shape),
    ...(lowerText ? { lowerText } : {}),
    ...(spec.arc_code ? { arcCode: spec.arc_code } : {}),
    ...(spec.emblem === undefined ? {} : { emblem: cleanSvg(Buffer.from(spec.emblem), { paint: 'red' }) }),
    font,
  };
}

function checkRank({ rank, width_mm: asked, emblem }: DrawnPicture, shape: SealShapeRequest['shape']): void {
  if (rank === undefined) return;
  if (shape !== 'round') throw misfit('/rank', 'a rank fixes round seals only (国发〔1999〕25号)');
  const { diameterMm, centre, isMost } = RANK_RULES[rank];
  const isFit = asked === undefined || asked === diameterMm || (isMost && asked < diameterMm);
  if (!isFit)
    throw misfit('/width_mm', `the seal of rank ${rank} measures ${isMost ? 'at most ' : ''}${diameterMm} mm`);
  if (centre === 'emblem' && emblem === undefined)
    throw misfit('/emblem', `the seal of rank ${rank} shows the national emblem, which has to be brought as SVG`);
  if (centre === 'star' && emblem !== undefined) throw misfit('/emblem', `the seal of rank ${rank} shows the star`);
}

function sizeOf(spec: DrawnPicture, shape: SealShapeRequest['shape']) {
  const usual = USUAL_SIZES[shape];
  const widthMm = spec.width_mm ?? (spec.rank && RANK_RULES[spec.rank].diameterMm) ?? usual.widthMm;
  const heightMm = spec.height_mm ?? (shape === 'ellipse' ? Math.min(usual.heightMm, widthMm) : widthMm);
  const [least, most] = BOUNDS[shape];
  if (widthMm < least || widthMm > most) throw misfit('/width_mm', `a ${shape} seal measures ${least} to ${most} mm`);
  if (heightMm < least || heightMm > most)
    throw misfit('/height_mm', `a ${shape} seal measures ${least} to ${most} mm`);
  if (shape !== 'ellipse' && widthMm !== heightMm) throw misfit('/height_mm', `a ${shape} seal is as high as wide`);
  if (shape === 'ellipse' && (heightMm > widthMm || heightMm * 2 < widthMm))
    throw misfit('/height_mm', 'an ellipse is at most as high as wide, and at least half as high');
  return { widthMm, heightMm };
}

function foreignVector(spec: BroughtPicture): VectorOrder {
  const { width_mm: widthMm, height_mm: heightMm } = spec;
  const { viewBox, content } = cleanSvg(Buffer.from(spec.content, 'base64'), { paint: 'any' });
  const [, , width, height] = viewBox;
  if (Math.abs((width * heightMm) / (height * widthMm) - 1) > 0.02)
    throw misfit('/height_mm', 'the SVG has other proportions than the size asked for');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="${viewBox.join(' ')}">${content}</svg>`;
  return { svg, widthMm, heightMm, paint: 'any', isForeign: true };
}

function misfit(pointer: string, sentence: string): TrustError {
  return new TrustError('invalid-request', `The picture, ${pointer}: ${sentence}.`, { pointer });
}
