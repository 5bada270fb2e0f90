// Sources over HTTP. One contract for all: POST JSON to the source's own address, answer {"result": "matched" | "mismatched"}.
// Everything else (another status, another body, silence beyond the deadline) is "unavailable": a source that stumbles says
// nothing about a person. The address comes from the operator's settings, never from a request.
import { z } from 'zod';
import type { Log } from '../../common/log.ts';
import type { Identity, ProofingOutcome, ProofingPorts } from '../domain/proofing.ts';

export type HttpSources = {
  readonly populationUrl: string | null;
  readonly faceUrl: string | null;
  readonly legalPersonUrl: string | null;
  readonly counterUrl: string | null;
  /** Sent as Authorization: Bearer when there is one. */
  readonly token: string | null;
  readonly timeoutMs: number;
  readonly log: Log;
};

const answerOf = z.object({ result: z.enum(['matched', 'mismatched']) });
const MAX_ANSWER_BYTES = 4096;

/** Without an address of its own a counter takes the clerk's word. */
export function makeHttpPorts(sources: HttpSources): ProofingPorts {
  const { populationUrl, faceUrl, legalPersonUrl, counterUrl } = sources;
  const ask = (url: string, body: object) => askSource(sources, url, body);
  return {
    population:
      populationUrl === null
        ? null
        : { port: hostOf(populationUrl), check: (identity) => ask(populationUrl, toWire(identity)) },
    face:
      faceUrl === null
        ? null
        : {
            port: hostOf(faceUrl),
            compare: (identity, picture) =>
              ask(faceUrl, { ...toWire(identity), picture: Buffer.from(picture).toString('base64') }),
          },
    legalPerson:
      legalPersonUrl === null
        ? null
        : {
            port: hostOf(legalPersonUrl),
            check: (unit, representative) => ask(legalPersonUrl, { unit, representative: toWire(representative) }),
          },
    counter:
      counterUrl === null
        ? { port: 'clerk', confirm: () => Promise.resolve('matched') }
        : {
            port: hostOf(counterUrl),
            confirm: (seen, clerkSub) => ask(counterUrl, { ...toWire(seen), clerk: clerkSub }),
          },
  };
}

async function askSource({ token, timeoutMs, log }: HttpSources, url: string, body: object): Promise<ProofingOutcome> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await readBounded(answer);
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    return answerOf.parse(JSON.parse(text)).result;
  } catch (error) {
    // Never the body: it may repeat what was asked.
    log.warn({ source: hostOf(url), why: (error as Error).name }, 'a proofing source did not answer');
    return 'unavailable';
  }
}

async function readBounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toWire({ name, holder }: Identity) {
  return { name, code: holder.code, code_type: holder.type };
}

function hostOf(url: string): string {
  return new URL(url).host;
}
