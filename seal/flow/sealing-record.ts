// What a sealing drew from outside: signatures, tokens, random bytes. Kept in its row, they make the same bytes again from
// the same input; played back, they stand in for key and authority, which are not asked a second time.
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { SealingTools } from './seal-document.ts';

/** What is kept in the row of a sealing. */
export type SealingRecord = DrawnValues & {
  /** Names and attributes of its container, as they were set. */
  readonly containers: ContainerSettings;
};

export type DrawnValues = {
  /** In the order in which they were asked for; base64, as the tokens. */
  readonly signatures: readonly string[];
  /** What room was made for; null: level B. */
  readonly tokenBytes: number | null;
  readonly tokens: readonly string[];
};

export type Recorder = { readonly tools: SealingTools; readonly record: () => DrawnValues };

/** The same tools; what they give is kept. For one sealing. */
export function recordTools({ signer, stamper }: SealingTools): Recorder {
  const signatures: Promise<Uint8Array>[] = [];
  const made: { signatures: string[]; tokens: string[]; tokenBytes: number | null } = {
    signatures: [],
    tokens: [],
    tokenBytes: null,
  };
  const recording: TimeStamper | null = stamper
    ? {
        measure: async () => {
          made.tokenBytes = await stamper.measure();
          return made.tokenBytes;
        },
        stamp: async (message) => {
          const token = await stamper.stamp(message);
          made.tokens.push(base64(token));
          return token;
        },
      }
    : null;
  return {
    tools: {
      signer: {
        sign: async (keyRef, message) => {
          const place = signatures.push(signer.sign(keyRef, message)) - 1;
          const signature = await signatures[place]!;
          made.signatures[place] = base64(signature);
          return signature;
        },
      },
      stamper: recording,
    },
    record: () => made,
  };
}

/** Tools that give what was recorded, in its order. An Error when more is asked than was recorded. */
export function replayTools({ signatures, tokens, tokenBytes }: DrawnValues): SealingTools {
  const left = { signatures: [...signatures], tokens: [...tokens] };
  const next = (of: 'signatures' | 'tokens'): Uint8Array => {
    const value = left[of].shift();
    if (value === undefined) throw new Error(`the record of this sealing has no further ${of}`);
    return new Uint8Array(Buffer.from(value, 'base64'));
  };
  return {
    signer: { sign: async () => next('signatures') },
    stamper: tokenBytes === null ? null : { measure: async () => tokenBytes, stamp: async () => next('tokens') },
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
