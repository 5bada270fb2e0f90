// Rows of the usage log: every sealing and every refusal of one, with what was asked for.
import type { AuditEntry } from '../../common/audit/entry.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { isTrustError } from '../../common/errors.ts';
import type { ContainerMode } from './container.ts';
import type { Level } from './level.ts';
import type { SealingForm } from './sealing.ts';

/** A call: one client, one input, one or several sealings. */
export type AskedCall = {
  readonly form: SealingForm;
  readonly clientId: string;
  readonly requestId?: string | undefined;
  readonly idempotencyKey: string;
  /** SM3 of the document, or the digest that was sent. Hexadecimal. */
  readonly inputSm3: string;
  /** Bytes; 0 for a digest. */
  readonly inputSize: number;
  /** SM3 of the document as it came, where it was written anew before it was sealed. */
  readonly normalisedFrom?: string | undefined;
  readonly queries: readonly SealingQuery[];
};

export type SealingOutcome = {
  readonly sealingId: string;
  /** SM3 of the ByteRange bytes. */
  readonly dataSm3: string;
  readonly esealSm3: string;
  /** SM3 of what the caller got behind its document, or as its signature. */
  readonly updateSm3: string;
  readonly field: string;
  readonly signedAt: Date;
  readonly level: Level;
  readonly mode: ContainerMode;
};

/** Sealed and released: a row for each sealing of the call, in its order. */
export function releaseEntries(call: AskedCall, outcomes: readonly SealingOutcome[], at: Date): readonly AuditEntry[] {
  return outcomes.map(({ sealingId, dataSm3, esealSm3, updateSm3, field, signedAt, level, mode }, i) => ({
    ...base(call, i, at),
    kind: 'sealing.released',
    detail: {
      result: 'sealed',
      sealing_id: sealingId,
      ...inputOf(call, i),
      data_sm3: dataSm3,
      eseal_sm3: esealSm3,
      update_sm3: updateSm3,
      field,
      signed_at: signedAt.toISOString(),
      level,
      mode,
    },
  }));
}

/** Refused, or not carried out: nothing of the call was sealed. `result` is the problem code of the answer. */
export function refusalEntries(call: AskedCall, error: unknown, at: Date): readonly AuditEntry[] {
  const result = isTrustError(error) ? error.code : 'internal';
  return call.queries.map((_, i) => ({
    ...base(call, i, at),
    kind: 'sealing.refused',
    detail: { result, ...inputOf(call, i) },
  }));
}

const base = ({ clientId, requestId, queries }: AskedCall, i: number, at: Date) => ({
  at,
  subject: queries[i]!.seal,
  actor: clientId,
  requestId,
});

/** What a plain call of one document says is left out: form and number. */
function inputOf(call: AskedCall, i: number): Readonly<Record<string, unknown>> {
  const { seal: _seal, ...place } = call.queries[i]!;
  return {
    idempotency_key: call.idempotencyKey,
    ...(call.queries.length > 1 ? { number: i + 1 } : {}),
    ...(call.form === 'digest' ? { digest: call.inputSm3 } : { input_sm3: call.inputSm3, input_size: call.inputSize }),
    ...(call.normalisedFrom === undefined ? {} : { normalised_from: call.normalisedFrom }),
    place,
  };
}
