// What a sealing thread does beside signing: it seals documents whole: hashes them while they come, lays out, signs, reads the
// result again and verifies it. What it has no key for, and what comes from authorities, it asks of the room. It opens
// nothing itself: files are read through descriptors of the room.
import { signSm2 } from '../../common/crypto/sm2.ts';
import { Sm3, sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import { type PlaceSource, placeSource } from '../../common/files/place-source.ts';
import type { Place } from '../../common/files/spool.ts';
import type { HeldKeys } from '../../common/keys/serve-keys.ts';
import { parseCertificate } from '../../common/pki/certificate.ts';
import type { RevocationEvidence } from '../../common/pki/revocation.ts';
import { readTrustBytes, type TrustBytes } from '../../common/pki/trust-bytes.ts';
import { NO_TRUST, type TrustStores } from '../../common/pki/trust-stores.ts';
import { replyTo } from '../../common/threads/replies.ts';
import type { KeptSignatures } from '../flow/kept-signatures.ts';
import { type DocumentOrder, type MadeRevision, makeRevisions } from '../flow/lodged-document.ts';
import type { Outside } from '../flow/means.ts';
import { checkSealings, type SealingInput } from '../flow/seal-document.ts';
import { prepareParty, type SealingParty } from '../flow/sealing-party.ts';
import { SLICE_BYTES, slices } from '../pdf/byte-source.ts';
import { openDocument, type PdfDocument } from '../pdf/document.ts';
import type { MakingAnswer, PartyBytes, RoomQuestion, ThreadQuestion, ThreadRevision } from './messages.ts';

/** Asks the room. */
export type AskRoom = (question: RoomQuestion) => Promise<unknown>;
type Ask<K extends ThreadQuestion['kind']> = Extract<ThreadQuestion, { readonly kind: K }>;

/** A document that lies here. */
type Document = {
  place: Place;
  source: PlaceSource;
  readonly hash: Sm3;
  hashed: number;
  /** Kept from the check for the making. */
  opened: { readonly password: string | undefined; readonly document: PdfDocument } | null;
};

const MAX_PARTIES = 200;

/** The answers of a thread that holds these keys. */
export function makeThread(keys: HeldKeys, askRoom: AskRoom): (question: ThreadQuestion) => unknown {
  const documents = new Map<number, Document>();
  const partyOf = keepParties(askRoom);
  // A gigabyte comes in a thousand steps.
  const buffer = new Uint8Array(SLICE_BYTES);

  const get = (id: number): Document => {
    const document = documents.get(id);
    if (!document) throw new TrustError('internal', 'the thread that had this document has ended');
    return document;
  };
  const hash = ({ document: id, place, size }: Ask<'arrived'> | Ask<'finish'>): Document => {
    const source = placeSource(place, size);
    const known = documents.get(id) ?? { place, source, hash: new Sm3(), hashed: 0, opened: null };
    for (const slice of slices(source, known.hashed, size, buffer)) known.hash.update(slice);
    Object.assign(known, { place, source, hashed: size });
    documents.set(id, known);
    return known;
  };
  const ordersOf = ({ job, orders }: Ask<'check'> | Ask<'make'>): Promise<readonly DocumentOrder[]> =>
    Promise.all(
      orders.map(async ({ partyName, ...order }) => ({
        ...order,
        partySm3: partyName,
        party: await partyOf(job, partyName, order.time),
      })),
    );

  return async (question) => {
    switch (question.kind) {
      case 'arrived':
        return void hash(question);
      case 'finish':
        return hash(question).hash.digest();
      case 'check':
        return checkSealings(inputOf(get(question.document), question.password), await ordersOf(question));
      case 'make':
        return letGo(
          documents,
          question.document,
          await make(get(question.document), question, await ordersOf(question), { keys, askRoom }),
        );
      case 'leave':
        return void documents.delete(question.document);
    }
  };
}

/** What is made is not asked for again, as a rule. */
function letGo(documents: Map<number, Document>, id: number, answer: MakingAnswer): MakingAnswer {
  if ('revisions' in answer) documents.delete(id);
  return answer;
}

function inputOf(document: Document, password: string | undefined): SealingInput {
  const { source, hash, opened } = document;
  const isOpen = opened !== null && opened.password === password;
  const known = isOpen ? opened.document : openDocument(source, password);
  document.opened = { password, document: known };
  return { source, inputHash: hash, password, opened: known };
}

type Hands = { readonly keys: HeldKeys; readonly askRoom: AskRoom };

async function make(
  document: Document,
  { job, password, drawn }: Ask<'make'>,
  orders: readonly DocumentOrder[],
  hands: Hands,
): Promise<MakingAnswer> {
  const grown: KeptSignatures = drawn;
  const reply = await replyTo(null, async () => {
    const outside = await outsideOf(job, orders, hands);
    return putBehind(document, await makeRevisions(inputOf(document, password), { orders, outside, drawn: grown }));
  });
  return 'answer' in reply
    ? { revisions: reply.answer as readonly ThreadRevision[] }
    : { failure: reply, drawn: grown };
}

/** The revisions behind their document, as the answer shows them; by themselves where the slot ends before. */
function putBehind({ place, source }: Document, made: readonly MadeRevision[]): readonly ThreadRevision[] {
  const length = made.reduce((sum, { appended }) => sum + appended.length, 0);
  if ('descriptor' in place || source.size + length > place.slot.byteLength) return made;
  let at = source.size;
  return made.map(({ appended, ...rest }) => {
    new Uint8Array(place.slot).set(appended, at);
    const placed = { ...rest, appended: { at, length: appended.length } };
    at += appended.length;
    return placed;
  });
}

/** Signatures by keys that are here; everything else by asking. */
async function outsideOf(job: number, orders: readonly DocumentOrder[], { keys, askRoom }: Hands): Promise<Outside> {
  const isTrustNeeded = orders.some(({ means }) =>
    means.kind === 'fresh' ? means.isPreserved : means.values.evidence !== undefined,
  );
  const trust: TrustStores = isTrustNeeded
    ? readTrustBytes((await askRoom({ job, want: 'trust' })) as TrustBytes)
    : NO_TRUST;
  const token = async (digest: Uint8Array): Promise<Uint8Array> =>
    (await askRoom({ job, want: 'token', digest })) as Uint8Array;
  return {
    signer: {
      sign: async (keyRef, message) => {
        const key = keys.get(keyRef);
        if (key) return signSm2(key, message);
        return (await askRoom({ job, want: 'signature', keyRef, message: message.slice() })) as Uint8Array;
      },
    },
    stamper: {
      measure: async () => (await askRoom({ job, want: 'token-bytes' })) as number,
      certificates: () => Promise.reject(new Error('nobody asks a thread for certificates')),
      stamp: (message) => token(sm3(message)),
      stampDigest: token,
    },
    validation: {
      trust,
      evidence: {
        collect: async (chain, at) => {
          const raw = chain.map((certificate) => certificate.raw.slice());
          return (await askRoom({ job, want: 'evidence', chain: raw, at })) as RevocationEvidence;
        },
      },
    },
  };
}

/** Parties by name, each prepared once; the room has judged them. */
function keepParties(askRoom: AskRoom) {
  const kept = new Map<string, Promise<SealingParty>>();
  const prepare = async (job: number, partyName: string, now: Date): Promise<SealingParty> => {
    const bytes = (await askRoom({ job, want: 'party', partyName })) as PartyBytes;
    const { seal, keyRef, containers } = bytes;
    const [signerCertificate, chain] = [
      parseCertificate(bytes.signerCertificate),
      bytes.authorities.map(parseCertificate),
    ];
    return prepareParty({ seal, signerCertificate, chain, keyRef, containers, now });
  };
  return (job: number, partyName: string, now: Date): Promise<SealingParty> => {
    const known = kept.get(partyName);
    if (known) return known;
    const party = prepare(job, partyName, now);
    party.catch(() => kept.delete(partyName));
    if (kept.size >= MAX_PARTIES) kept.delete(kept.keys().next().value as string);
    kept.set(partyName, party);
    return party;
  };
}
