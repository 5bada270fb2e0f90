// A sealing of a digest over HTTP: the document stays where it is, only SM3 over its ByteRange comes, and the container
// for its /Contents goes. The act is the same (perform-call.ts): grant, intent, row, repetition.

import { fromHex, toHex } from '../../common/bytes.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { wholeSeconds } from '../ses/make-seal.ts';
import { checkContainer } from './check-container.ts';
import { makeContainer } from './make-container.ts';
import { drawFrom } from './means.ts';
import type { Caller } from './perform-call.ts';
import type { MadeSealing, PlannedSealing, ReleasedSealing } from './plan-call.ts';
import type { Recorder } from './sealing-record.ts';

export type DigestSealing = {
  readonly clientId: string;
  readonly requestId?: string | undefined;
  readonly idempotencyKey: string;
  /** SM3 over the ByteRange bytes, hexadecimal. */
  readonly digest: string;
  /** Seal, class, mode and level; places are the caller's own. */
  readonly query: Pick<SealingQuery, 'seal' | 'class' | 'mode' | 'level'>;
};

/** Seals a digest: `bytes` is DER for /Contents. Codes: those of `Caller.perform`. */
export async function sealDigest(caller: Caller, request: DigestSealing): Promise<ReleasedSealing> {
  const { digest, query, ...call } = request;
  const dataHash = fromHex(digest);
  const [released] = await caller.perform({
    ...call,
    form: 'digest',
    inputSm3: digest,
    inputSize: 0,
    queries: [query],
    making: {
      check: async () => undefined,
      make: (sealings, { outside, drawn }) =>
        Promise.all(
          sealings.map((sealing) => makeVerified(sealing, drawFrom(outside, sealing.means, drawn), dataHash)),
        ),
    },
  });
  return released!;
}

async function makeVerified(
  { query, party, time }: PlannedSealing,
  { tools: { signer, stamper }, record }: Recorder,
  dataHash: Uint8Array,
): Promise<MadeSealing> {
  const at = wholeSeconds(time);
  const mode = query.mode ?? 'dual';
  await stamper?.measure();
  const sign = (message: Uint8Array): Promise<Uint8Array> => signer.sign(party.keyRef, message);
  const bytes = await makeContainer(party, mode, { dataHash, time: at, sign, stamp: stamper?.stamp });
  checkContainer(bytes, { digest: dataHash, party, mode, stampedAfter: stamper ? at : null });
  return { bytes, field: '', dataHash, updateSm3: toHex(sm3(bytes)), record: record() };
}
