// A checkpoint joins the heads of all chains of a room and is signed with SM2: the owner of the tables can compute a chain
// anew, but not this signature. Checkpoints are chained themselves, so that the newest stands for all before it. Pure.
import { z } from 'zod';
import { fromHex, toHex } from '../bytes.ts';
import { sm3 } from '../crypto/sm3.ts';
import { encodeFields } from './encoding.ts';
import type { Head } from './entry.ts';

export type Checkpoint = {
  /** Counted from 1 without gaps. */
  readonly number: number;
  readonly at: Date;
  /** One a chain, by chain number. */
  readonly heads: readonly Head[];
  /** Hash of the checkpoint before. */
  readonly previous: string;
  /** SM3 of the certificate whose key signed. */
  readonly certificateSm3: string;
  readonly hash: string;
  /** SM2 signature in DER over the encoding, hexadecimal. */
  readonly signature: string;
};

export type UnsignedCheckpoint = Omit<Checkpoint, 'signature'>;

/** What the first checkpoint of a room follows. */
export function noCheckpoint(room: string): { readonly number: number; readonly hash: string } {
  return { number: 0, hash: toHex(sm3(encodeFields('xinji audit checkpoints 1', [room]))) };
}

/** The checkpoint behind `last`, still to be signed over `encodeCheckpoint`. */
export function nextCheckpoint(
  room: string,
  last: { readonly number: number; readonly hash: string },
  content: Pick<Checkpoint, 'at' | 'heads' | 'certificateSm3'>,
): UnsignedCheckpoint {
  const unhashed = { ...content, number: last.number + 1, previous: last.hash };
  return { ...unhashed, hash: toHex(sm3(encodeCheckpoint(room, unhashed))) };
}

/** The bytes that are hashed and signed. */
export function encodeCheckpoint(room: string, checkpoint: Omit<Checkpoint, 'hash' | 'signature'>): Uint8Array {
  const { number, at, heads, previous, certificateSm3 } = checkpoint;
  return encodeFields('xinji audit checkpoint 1', [
    room,
    number,
    at.getTime(),
    previous,
    certificateSm3,
    ...heads.flatMap((head) => [head.chain, head.number, head.hash]),
  ]);
}

/** SM3 over the encoding, hexadecimal. */
export function hashCheckpoint(room: string, checkpoint: Omit<Checkpoint, 'hash' | 'signature'>): string {
  return toHex(sm3(encodeCheckpoint(room, checkpoint)));
}

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const line = z.strictObject({
  room: z.string(),
  number: z.int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  heads: z.array(z.tuple([z.int().positive(), z.int().positive(), hex32])),
  previous: hex32,
  certificate_sm3: hex32,
  hash: hex32,
  signature: z.string().regex(/^([0-9a-f]{2}){8,80}$/),
});

/** One line of the copy outside the database, without its line feed. The same checkpoint always gives the same line. */
export function checkpointLine(room: string, checkpoint: Checkpoint): string {
  const { number, at, heads, previous, certificateSm3, hash, signature } = checkpoint;
  return JSON.stringify({
    room,
    number,
    at: at.toISOString(),
    heads: heads.map((head) => [head.chain, head.number, head.hash]),
    previous,
    certificate_sm3: certificateSm3,
    hash,
    signature,
  } satisfies z.infer<typeof line>);
}

/** A line of the copy, or null when it is none. */
export function parseCheckpointLine(text: string): (Checkpoint & { readonly room: string }) | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const { success, data } = line.safeParse(json);
  if (!success) return null;
  const { certificate_sm3: certificateSm3, at, heads, ...others } = data;
  return {
    ...others,
    certificateSm3,
    at: new Date(at),
    heads: heads.map(([chain, number, hash]) => ({ chain, number, hash })),
  };
}

/** The signature as bytes. */
export const signatureOf = (checkpoint: Checkpoint): Uint8Array => fromHex(checkpoint.signature);
