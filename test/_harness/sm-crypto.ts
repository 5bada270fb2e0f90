// The sm-crypto package as an independent judge of SM2 and SM3; it comes without types.
import { createRequire } from 'node:module';

type SignOptions = { readonly der?: boolean; readonly hash?: boolean; readonly userId?: string };

type SmCrypto = {
  readonly sm2: {
    /** 128 hex digits r ‖ s, or DER; `key` is 64 hex digits. */
    doSignature(message: number[], key: string, options: SignOptions): string;
    /** `key` is 04 ‖ x ‖ y in hex. */
    doVerifySignature(message: number[], signature: string, key: string, options: SignOptions): boolean;
  };
  sm3(message: number[] | string): string;
};

export const smCrypto = createRequire(import.meta.url)('sm-crypto') as SmCrypto;
