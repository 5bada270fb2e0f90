// How a sealing gets what comes from outside: signatures, tokens, evidence. Fresh from signer and authorities, what is made
// kept; or from the record of the first time, for a repetition.

import type { TimeStamper } from '../../common/client/time-stamper.ts';
import { type KeptSignatures, keepingTools } from './kept-signatures.ts';
import type { SealingSigner, ValidationMeans } from './seal-document.ts';
import { type DrawnValues, type Recorder, recordTools, replayTools } from './sealing-record.ts';

/** Plain data: it crosses to threads. */
export type Means =
  | { readonly kind: 'fresh'; readonly isStamped: boolean; readonly isPreserved: boolean }
  | { readonly kind: 'replay'; readonly values: DrawnValues };

/** What this room has. */
export type Outside = {
  readonly signer: SealingSigner;
  /** Null: this room has no time-stamp authority, and seals at level B only. */
  readonly stamper: TimeStamper | null;
  /** Null: this room has no source of revocation evidence, and seals at levels B and T only. */
  readonly validation: ValidationMeans | null;
};

/** The tools of one sealing, and what it drew with them. `drawn` grows. */
export function drawFrom({ signer, stamper, validation }: Outside, means: Means, drawn: KeptSignatures): Recorder {
  if (means.kind === 'replay') {
    return { tools: replayTools(means.values, validation?.trust), record: () => means.values };
  }
  const chosen = {
    signer,
    stamper: means.isStamped ? stamper : null,
    validation: means.isPreserved ? validation : null,
  };
  return recordTools(keepingTools(chosen, drawn));
}
