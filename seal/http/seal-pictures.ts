// POST /v1/seal-pictures: what a picture will look like, for staff who apply for a seal. Nothing is kept.
import { sealPictureQuery, sealPictureSpec } from '../../common/contract/seal-picture.ts';
import { TrustError } from '../../common/errors.ts';
import { parseQuery, readJson } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import { drawPicture } from '../flow/draw-picture.ts';
import { readSealFont } from '../flow/seal-font.ts';

const MAX_BYTES = 3_000_000;
const PNG_TYPE = 'image/png';
const SVG_TYPE = 'image/svg+xml';

export const sealPictureOperation: Operation = {
  id: 'drawSealPicture',
  summary: 'Draw the picture of a seal',
  summaryZh: '预览印章图像',
  description:
    'Draws from a name by kind and rank (国发〔1999〕25号), or draws anew what is brought: SVG of plain shapes, PNG of 300 dpi or more. The same contract is part of an application; nothing is kept here.',
  tag: 'seals',
  query: sealPictureQuery,
  body: { schema: sealPictureSpec },
  answers: {
    200: {
      description: 'The picture: 600-dpi PNG of at most 16 colours, or the SVG master',
      content: [
        { type: PNG_TYPE, description: 'What the seal will carry' },
        { type: SVG_TYPE, description: 'With format=svg' },
      ],
    },
  },
  problems: ['picture-refused', 'glyph-missing'],
};

export function makeSealPictureHandler(): Handler {
  return async (ctx) => {
    const { format = 'png' } = parseQuery(ctx, sealPictureQuery);
    const spec = await readJson(ctx, sealPictureSpec, { maxBytes: MAX_BYTES });
    const { png, svg } = await drawPicture(spec, readSealFont());
    if (format === 'svg' && svg === null)
      throw new TrustError('invalid-request', 'A picture that was brought as PNG has no SVG.', { pointer: '/format' });
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    ctx.type = format === 'svg' ? SVG_TYPE : PNG_TYPE;
    ctx.body = format === 'svg' ? svg : Buffer.from(png);
  };
}
