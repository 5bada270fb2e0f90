// A sealing of a document over HTTP: the input is hashed once, then the call is performed (perform-call.ts). Several seals
// asked in one call are put on one after the other, each a revision of its own; all of them are released, or none.
import { toHex } from '../../common/bytes.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { TrustError } from '../../common/errors.ts';
import type { FindText } from '../domain/text-hits.ts';
import { parseFieldLock } from '../pdf/permissions.ts';
import type { Placement } from '../pdf/placement.ts';
import { locateKeyword, parseKeywordHit } from './locate-keyword.ts';
import type { DocumentOrder, LodgedUpload } from './lodged-document.ts';
import type { Caller } from './perform-call.ts';
import type { Making, PlannedSealing, ReleasedSealing } from './plan-call.ts';
import type { SealingInput } from './seal-document.ts';

export type ClientSealing = {
  readonly clientId: string;
  readonly requestId?: string | undefined;
  readonly idempotencyKey: string;
  readonly upload: LodgedUpload;
  /** SM3 of the document as it came, where `upload` is that document written anew. */
  readonly normalisedFrom?: string | undefined;
  /** Of an encrypted document; never on record. */
  readonly password?: string | undefined;
  /** At least one; in the order in which the seals are put on. */
  readonly queries: readonly SealingQuery[];
};

/**
 * Seals for a client: the sealed document is the input followed by the bytes of all sealings. Codes: those of
 * `Caller.perform` and of `sealDocument`.
 */
export function sealForClient(
  { caller, findText }: { readonly caller: Caller; readonly findText: FindText },
  request: ClientSealing,
): Promise<readonly ReleasedSealing[]> {
  const { upload, password, ...call } = request;
  // 1. The input was hashed while it came: for the fingerprint of the call, and as the prefix of what is signed.
  return caller.perform({
    ...call,
    form: 'document',
    inputSm3: toHex(upload.sm3),
    inputSize: upload.size,
    making: makingOf(upload, password, findText),
  });
}

function makingOf(upload: LodgedUpload, password: string | undefined, findText: FindText): Making {
  // A keyword is looked for once a call, in the input: before anything is on record, or again for a repetition.
  const places = new Map<SealingQuery, Promise<Place>>();
  const placeOf = (query: SealingQuery): Promise<Place> => {
    const place = places.get(query) ?? findPlace(findText, { source: upload, password }, query);
    places.set(query, place);
    return place;
  };
  const ordersOf = (sealings: readonly PlannedSealing[]) =>
    Promise.all(sealings.map(async (sealing) => orderOf(sealing, await placeOf(sealing.query))));
  return {
    check: async (sealings) => upload.intake.check({ orders: await ordersOf(sealings), password }),
    make: async (sealings, from) => {
      const made = await upload.intake.make({ orders: await ordersOf(sealings), password, ...from });
      return made.map(({ appended, ...rest }) => ({ bytes: appended, ...rest }));
    },
  };
}

type Place = { readonly page: number | undefined; readonly placement: Placement };

async function findPlace(findText: FindText, { source, password }: SealingInput, query: SealingQuery): Promise<Place> {
  const { page, keyword, hit, dx_mm: dxMm, dy_mm: dyMm } = query;
  const placement = placementOf(query);
  if (keyword === undefined) {
    if ((hit ?? dxMm ?? dyMm) === undefined) return { page, placement };
    throw new TrustError('invalid-request', 'hit, dx_mm and dy_mm need a keyword', { pointer: '/keyword' });
  }
  const sought = { text: keyword, hit: hit === undefined ? undefined : parseKeywordHit(hit), dxMm, dyMm };
  const found = await locateKeyword(findText, { source, password, keyword: sought, page, placement });
  return { page: undefined, placement: found };
}

/** Where the query says the seal is to be, keywords aside. */
export const placementOf = (query: Omit<SealingQuery, 'seal'>): Placement => ({
  xMm: query.x_mm,
  yMm: query.y_mm,
  pages: query.pages,
  straddle: query.straddle,
  straddleYMm: query.straddle_y_mm,
  field: query.field,
  withDate: query.date === 'true',
});

const orderOf = ({ query, party, partySm3, means, time }: PlannedSealing, place: Place): DocumentOrder => ({
  ...place,
  party,
  partySm3,
  means,
  time,
  mode: query.mode,
  level: query.level,
  reason: query.reason,
  certify: query.certify,
  lock: query.lock === undefined ? undefined : parseFieldLock(query.lock),
});
