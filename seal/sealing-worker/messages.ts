// What crosses between the room and a sealing thread: plain data, and places of shared bytes. Certificates and seals travel
// as DER, once a thread.
import type { Place } from '../../common/files/spool.ts';
import type { JobReply } from '../../common/threads/replies.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { KeptSignatures } from '../flow/kept-signatures.ts';
import type { DocumentOrder, MadeRevision } from '../flow/lodged-document.ts';

export type ThreadOrder = Omit<DocumentOrder, 'party' | 'partySm3'> & { readonly partyName: string };

type DocumentAsk = {
  readonly document: number;
  /** Under which the thread asks for what it needs from outside. */
  readonly job: number;
  readonly password: string | undefined;
  readonly orders: readonly ThreadOrder[];
};

/** From the room to a thread, beside what every thread that holds keys is asked (common/keys/serve-keys.ts). */
export type ThreadQuestion =
  | { readonly kind: 'arrived'; readonly document: number; readonly place: Place; readonly size: number }
  | { readonly kind: 'finish'; readonly document: number; readonly place: Place; readonly size: number }
  | ({ readonly kind: 'check' } & DocumentAsk)
  | ({ readonly kind: 'make'; readonly drawn: KeptSignatures } & DocumentAsk)
  | { readonly kind: 'leave'; readonly document: number };

/** What was made: behind the document in its slot, or, where there is no room, by itself. */
export type ThreadRevision = Omit<MadeRevision, 'appended'> & {
  readonly appended: Uint8Array | { readonly at: number; readonly length: number };
};

/** A making that failed has drawn as well. */
export type MakingAnswer =
  | { readonly revisions: readonly ThreadRevision[] }
  | { readonly failure: Exclude<JobReply, { readonly answer: unknown }>; readonly drawn: KeptSignatures };

/** From a thread to the room, for a job. */
export type RoomQuestion = { readonly job: number } & (
  | { readonly want: 'party'; readonly partyName: string }
  | { readonly want: 'signature'; readonly keyRef: string; readonly message: Uint8Array }
  | { readonly want: 'token-bytes' }
  | { readonly want: 'token'; readonly digest: Uint8Array }
  | { readonly want: 'trust' }
  | { readonly want: 'evidence'; readonly chain: readonly Uint8Array[]; readonly at: Date }
);

/** A party as bytes; judged already by who sends it. */
export type PartyBytes = {
  readonly seal: Uint8Array;
  readonly signerCertificate: Uint8Array;
  readonly authorities: readonly Uint8Array[];
  readonly keyRef: string;
  readonly containers: ContainerSettings;
};
