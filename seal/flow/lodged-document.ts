// A document of a call where it is worked on: in a thread, which hashed it while it came, reads it, seals it and verifies
// what it sealed. What crosses is plain data; for what it needs from outside the thread asks.

import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Intake, Upload } from '../../common/files/spool.ts';
import type { KeptSignatures } from './kept-signatures.ts';
import { drawFrom, type Means, type Outside } from './means.ts';
import { type SealingInput, type SealOrder, sealInTurn } from './seal-document.ts';
import type { DrawnValues } from './sealing-record.ts';

/** One seal of a call. */
export type DocumentOrder = SealOrder & {
  /** Names the party: seal and certificates. */
  readonly partySm3: string;
  readonly means: Means;
};

export type LodgedDocument = Intake & {
  /** May the document take these? Throws what the sealing would, without using a key. */
  readonly check: (question: DocumentQuestion) => Promise<void>;
  /** Puts all of them on, one behind the other, each verified; or throws. */
  readonly make: (question: MakingQuestion) => Promise<readonly MadeRevision[]>;
};

export type LodgedUpload = Upload<LodgedDocument>;

export type DocumentQuestion = {
  readonly orders: readonly DocumentOrder[];
  readonly password: string | undefined;
};

export type MakingQuestion = DocumentQuestion & {
  readonly outside: Outside;
  /** Grows, also when the making fails. */
  readonly drawn: KeptSignatures;
};

export type MadeRevision = {
  /** To be put behind the document and the revisions before. */
  readonly appended: Uint8Array;
  readonly field: string;
  /** SM3 of the ByteRange bytes. */
  readonly dataHash: Uint8Array;
  /** SM3 of what was appended, hexadecimal. */
  readonly updateSm3: string;
  readonly record: DrawnValues;
};

/** What the thread does; `sealInTurn` with what each sealing drew. */
export async function makeRevisions(
  input: SealingInput,
  { orders, outside, drawn }: Omit<MakingQuestion, 'password'>,
): Promise<readonly MadeRevision[]> {
  const recorders = orders.map(({ means }) => drawFrom(outside, means, drawn));
  const made = await sealInTurn(
    input,
    orders.map((order, i) => ({ ...order, tools: recorders[i]!.tools })),
  );
  return made.map(({ appended, field, dataHash }, i) => {
    const updateSm3 = toHex(sm3(appended));
    return { appended, field, dataHash, updateSm3, record: recorders[i]!.record() };
  });
}
