// A sealing of a document over HTTP: the input is hashed once, then the call is performed (perform-call.ts). Several seals
// asked in one call are put on one after the other, each a revision of its own; all of them are released, or none.
import { toHex } from '../../common/bytes.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import type { Sm3 } from '../../common/crypto/sm3.ts';
import type { ByteSource } from '../pdf/byte-source.ts';
import { parseFieldLock } from '../pdf/permissions.ts';
import type { Caller } from './perform-call.ts';
import type { Making, PlannedSealing, ReleasedSealing } from './plan-call.ts';
import { checkSealings, type SealingInput, sealInTurn } from './seal-document.ts';

export type ClientSealing = {
  readonly clientId: string;
  readonly requestId?: string | undefined;
  readonly idempotencyKey: string;
  readonly source: ByteSource;
  /** A running SM3 that has taken in the whole source; it is not changed. */
  readonly inputHash: Sm3;
  /** Of an encrypted document; never on record. */
  readonly password?: string | undefined;
  /** At least one; in the order in which the seals are put on. */
  readonly queries: readonly SealingQuery[];
};

/**
 * Seals for a client: the sealed document is the input followed by the bytes of all sealings. Codes: those of
 * `Caller.perform` and of `sealDocument`.
 */
export function sealForClient(caller: Caller, request: ClientSealing): Promise<readonly ReleasedSealing[]> {
  const { source, inputHash, password, ...call } = request;
  // 1. The input was hashed while it came: for the fingerprint of the call, and as the prefix of what is signed.
  const inputSm3 = toHex(inputHash.digest());
  return caller.perform({
    ...call,
    form: 'document',
    inputSm3,
    inputSize: source.size,
    making: makingOf({ source, inputHash, password }),
  });
}

function makingOf(input: SealingInput): Making {
  return {
    check: (sealings) => checkSealings(input, sealings.map(orderOf)),
    make: async (sealings) => {
      const made = await sealInTurn(input, sealings.map(orderOf));
      return made.map(({ appended, field, dataHash }) => ({ bytes: appended, field, dataHash }));
    },
  };
}

const orderOf = ({ query, party, tools, time }: PlannedSealing) => ({
  tools,
  party,
  time,
  mode: query.mode,
  page: query.page,
  placement: {
    xMm: query.x_mm,
    yMm: query.y_mm,
    pages: query.pages,
    straddle: query.straddle,
    straddleYMm: query.straddle_y_mm,
    field: query.field,
    withDate: query.date === 'true',
  },
  reason: query.reason,
  certify: query.certify,
  lock: query.lock === undefined ? undefined : parseFieldLock(query.lock),
});
