// Signatures of an attempt that failed behind them, because no token or evidence was to be had: kept with the intent, found
// again by what they are over, so that the repetition does not use the key a second time. They are shown to nobody before
// the call is released, which asks for every permit anew.
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import type { SealingTools } from './seal-document.ts';

/** Grows while a call is made. */
export type KeptSignatures = {
  /** SM3 of key name and message -> DER in base64. */
  readonly signatures: Record<string, string>;
  /** What room was made for; the same bytes are only signed with the same room. */
  tokenBytes: number | null;
};

/** Older ones would claim a time that is long over. */
export const KEPT_FOR_MS = 600_000;

export const noSignatures = (): KeptSignatures => ({ signatures: {}, tokenBytes: null });

/** Whether the attempt failed at something that may be there the next time. */
export function isWorthKeeping(error: unknown, { signatures }: KeptSignatures): boolean {
  const isOutside = isTrustError(error, 'time-stamp-unavailable') || isTrustError(error, 'validation-data-unavailable');
  return isOutside && Object.keys(signatures).length > 0;
}

/** Tools that use the key only for what is not kept, and keep what they make. */
export function keepingTools(tools: SealingTools, kept: KeptSignatures): SealingTools {
  const { signer, stamper } = tools;
  return {
    ...tools,
    signer: {
      sign: async (keyRef, message) => {
        const place = toHex(sm3(Buffer.from(`${keyRef}\n`), message));
        const known = kept.signatures[place];
        if (known !== undefined) return new Uint8Array(Buffer.from(known, 'base64'));
        const signature = await signer.sign(keyRef, message);
        kept.signatures[place] = Buffer.from(signature).toString('base64');
        return signature;
      },
    },
    stamper: stamper
      ? {
          ...stamper,
          measure: async () => {
            kept.tokenBytes ??= await stamper.measure();
            return kept.tokenBytes;
          },
        }
      : null,
  };
}
