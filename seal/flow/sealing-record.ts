// What a sealing drew from outside: signatures, tokens, random bytes. Kept in its row, they make the same bytes again from
// the same input; played back, they stand in for key and authority, which are not asked a second time.
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import { NO_TRUST, type TrustStores } from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../domain/container.ts';
import type { EvidenceSource } from './preserve-document.ts';
import type { SealingTools, ValidationMeans } from './seal-document.ts';

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
  /** Revocation evidence of levels LT and LTA; left out where none was asked for. */
  readonly evidence?: readonly DrawnEvidence[];
};

type DrawnEvidence = { readonly crls: readonly string[]; readonly ocspResponses: readonly string[] };

export type Recorder = { readonly tools: SealingTools; readonly record: () => DrawnValues };

/** The same tools; what they give is kept. For one sealing. */
export function recordTools({ signer, stamper, validation }: SealingTools): Recorder {
  const signatures: Promise<Uint8Array>[] = [];
  const made: Drawn = { signatures: [], tokens: [], tokenBytes: null };
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
      stamper: stamper ? recordStamper(stamper, made) : null,
      validation: validation ? recordEvidence(validation, made) : null,
    },
    record: () => made,
  };
}

type Drawn = { signatures: string[]; tokens: string[]; tokenBytes: number | null; evidence?: DrawnEvidence[] };

function recordStamper(stamper: TimeStamper, made: Drawn): TimeStamper {
  const keep = async (token: Promise<Uint8Array>): Promise<Uint8Array> => {
    made.tokens.push(base64(await token));
    return token;
  };
  return {
    ...stamper,
    measure: async () => {
      made.tokenBytes = await stamper.measure();
      return made.tokenBytes;
    },
    stamp: (message) => keep(stamper.stamp(message)),
    stampDigest: (digest) => keep(stamper.stampDigest(digest)),
  };
}

function recordEvidence({ evidence, trust }: ValidationMeans, made: Drawn): ValidationMeans {
  const kept: DrawnEvidence[] = [];
  made.evidence = kept;
  const asked: unknown[] = [];
  const collect: EvidenceSource['collect'] = async (chain, at) => {
    const place = asked.push(chain) - 1;
    const { crls, ocspResponses } = await evidence.collect(chain, at);
    kept[place] = { crls: crls.map(base64), ocspResponses: ocspResponses.map(base64) };
    return { crls, ocspResponses };
  };
  return { evidence: { collect }, trust };
}

/** Tools that give what was recorded, in its order. An Error when more is asked than was recorded. */
export function replayTools(
  { signatures, tokens, tokenBytes, evidence = [] }: DrawnValues,
  trust: TrustStores = NO_TRUST,
): SealingTools {
  const packs = [...evidence];
  const left = { signatures: [...signatures], tokens: [...tokens] };
  const next = (of: 'signatures' | 'tokens'): Uint8Array => {
    const value = left[of].shift();
    if (value === undefined) throw new Error(`the record of this sealing has no further ${of}`);
    return unbase64(value);
  };
  const collect: EvidenceSource['collect'] = async () => {
    const { crls = [], ocspResponses = [] } = packs.shift() ?? {};
    return { crls: crls.map(unbase64), ocspResponses: ocspResponses.map(unbase64) };
  };
  const token = async (): Promise<Uint8Array> => next('tokens');
  return {
    signer: { sign: async () => next('signatures') },
    stamper:
      tokenBytes === null
        ? null
        : { measure: async () => tokenBytes, certificates: async () => [], stamp: token, stampDigest: token },
    validation: { evidence: { collect }, trust },
  };
}

const unbase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
