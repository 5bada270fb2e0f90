// Rows of the usage log: every sealing and every refusal of one, with what was asked for.
import type { AuditEntry } from '../../common/audit/entry.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { isTrustError } from '../../common/errors.ts';
import type { ContainerMode } from './container.ts';

type Asked = {
  readonly clientId: string;
  readonly requestId?: string | undefined;
  readonly idempotencyKey: string;
  readonly pdf: Uint8Array;
  readonly query: SealingQuery;
};

export type SealingOutcome = {
  readonly sealingId: string;
  readonly inputSm3: string;
  /** SM3 of the ByteRange bytes. */
  readonly dataSm3: string;
  readonly field: string;
  readonly signedAt: Date;
  /** B: the claimed time; T: a time stamp over the signature. */
  readonly level: 'B' | 'T';
  readonly mode: ContainerMode;
};

/** A document was sealed and released. */
export function releaseEntry(asked: Asked, esealSm3: string, outcome: SealingOutcome, at: Date): AuditEntry {
  const { sealingId, inputSm3, dataSm3, field, signedAt, level, mode } = outcome;
  return {
    ...base(asked, at),
    kind: 'sealing.released',
    detail: {
      result: 'sealed',
      sealing_id: sealingId,
      ...documentOf(asked, inputSm3),
      data_sm3: dataSm3,
      eseal_sm3: esealSm3,
      field,
      signed_at: signedAt.toISOString(),
      level,
      mode,
    },
  };
}

/** A request was refused or could not be carried out; `result` is the problem code of the answer. */
export function refusalEntry(asked: Asked, inputSm3: string, error: unknown, at: Date): AuditEntry {
  const result = isTrustError(error) ? error.code : 'internal';
  return { ...base(asked, at), kind: 'sealing.refused', detail: { result, ...documentOf(asked, inputSm3) } };
}

const base = ({ clientId, requestId, query }: Asked, at: Date) => ({
  at,
  subject: query.seal,
  actor: clientId,
  requestId,
});

function documentOf({ idempotencyKey, pdf, query }: Asked, inputSm3: string): Readonly<Record<string, unknown>> {
  const { seal: _seal, ...place } = query;
  return { idempotency_key: idempotencyKey, input_sm3: inputSm3, input_size: pdf.length, place };
}
