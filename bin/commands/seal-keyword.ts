// The options of `xinji seal` that place a seal by keyword, and the search itself.
import { TrustError } from '../../common/errors.ts';
import { type Keyword, locateKeyword, parseKeywordHit } from '../../seal/flow/locate-keyword.ts';
import type { ByteSource } from '../../seal/pdf/byte-source.ts';
import type { Placement } from '../../seal/pdf/placement.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';

/** Long documents take some milliseconds a page. */
const DEADLINE_SECONDS = 120;

export type KeywordValues = {
  readonly keyword?: string;
  readonly hit?: string;
  readonly dx?: string;
  readonly dy?: string;
};

/** `invalid-request` for an option that needs --keyword or cannot be read. */
export function readKeyword({ keyword, hit, dx, dy }: KeywordValues): Keyword | undefined {
  if (keyword === undefined) {
    if ((hit ?? dx ?? dy) === undefined) return undefined;
    throw new TrustError('invalid-request', '--hit, --dx and --dy need --keyword', { hint: 'See: xinji help seal' });
  }
  return {
    text: keyword,
    hit: hit === undefined ? undefined : parseKeywordHit(hit),
    dxMm: readOffset(dx, '--dx'),
    dyMm: readOffset(dy, '--dy'),
  };
}

function readOffset(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d{1,4}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new TrustError('invalid-request', `${option} is "${text}"; expected millimetres, for example 12.5 or -30`);
}

export type PlaceAsked = { readonly page?: number | undefined; readonly placement: Placement };

/** Page and placement as they are, or the places of the keyword. Codes: those of `locateKeyword`. */
export async function placeSealAsked(
  { page, placement }: PlaceAsked,
  keyword: Keyword | undefined,
  document: { readonly source: ByteSource; readonly password: string | undefined },
): Promise<PlaceAsked> {
  if (!keyword) return { page, placement };
  const pdfium = openPdfium({ threads: 1, deadlineSeconds: DEADLINE_SECONDS });
  try {
    return {
      page: undefined,
      placement: await locateKeyword(pdfium.findText, { ...document, keyword, page, placement }),
    };
  } finally {
    await pdfium.close();
  }
}
