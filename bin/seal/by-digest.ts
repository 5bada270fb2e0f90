// `xinji seal` where the document stays: preparing it, having the digest sealed by a room, and completing it.
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { toHex } from '../../common/bytes.ts';
import { makeSealClient, type SealClient } from '../../common/client/seal-client.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { openFileSource } from '../../common/files/file-source.ts';
import type { ContainerSettings } from '../../seal/domain/container.ts';
import {
  completeDocument,
  type PreparedDocument,
  prepareDocument,
  readSealFace,
  type SealFace,
} from '../../seal/flow/prepare-document.ts';
import { placeSealAsked } from '../commands/seal-keyword.ts';
import { readBytes, writePatched, writeSealed } from './files.ts';
import type { AskedLayout } from './options.ts';

type Files = { readonly from: string; readonly out: string };
type Preparation = Files & {
  readonly layout: AskedLayout;
  readonly containers: ContainerSettings;
  readonly reserve: string | undefined;
};

/** Writes OUT with an empty signature, and says what is to be signed. */
export async function prepareFile({ seal, ...asked }: Preparation & { readonly seal: string }): Promise<number> {
  const face = await readSealFace(new Uint8Array(await readBytes(seal, 'seal-malformed')));
  const { digest, field } = await prepare(asked, asked.out, face);
  console.log(`${asked.out}: prepared for ${face.esID} ${face.name}, field ${field}. SM3 to be sealed:`);
  console.log(toHex(digest));
  return 0;
}

/** Writes OUT with the signature in it, once it verifies. */
export async function completeFile(
  asked: Omit<Preparation, 'reserve'> & { readonly signature: string },
): Promise<number> {
  const { signature, ...files } = asked;
  const field = await complete(files, files.from, await readSignature(signature));
  console.log(`${files.out}: sealed, field ${field}; digest and signature values verify.`);
  return 0;
}

export type RoomRequest = Preparation & {
  readonly room: string;
  /** Seal code. */
  readonly seal: string;
  readonly level: string | undefined;
  readonly documentClass: string | undefined;
  readonly tokenFile: string | undefined;
};

/** Prepares, sends the digest, completes. What is between IN and OUT does not stay. */
export async function sealByRoom(asked: RoomRequest): Promise<number> {
  const client = openClient(asked);
  const file = await client.sealFile(asked.seal).catch(saying(asked.room, 'Nothing has begun. Is the address right?'));
  const face = await readSealFace(file);
  const prepared = `${asked.out}.${process.pid}.prepared`;
  try {
    const { digest } = await prepare(asked, prepared, face);
    const key = `cli-${randomUUID()}`;
    const request = {
      seal: asked.seal,
      digest: toHex(digest),
      mode: asked.layout.mode,
      ...(asked.level === undefined ? {} : { level: readLevel(asked.level) }),
      ...(asked.documentClass === undefined ? {} : { class: asked.documentClass }),
    };
    const { der, sealingId } = await askPatiently(() => client.sealDigest(request, key)).catch(
      saying(asked.room, 'The room may have sealed the digest; the command run again seals anew, as another act.'),
    );
    const field = await complete(asked, prepared, der);
    console.log(`${asked.out}: sealed with ${face.esID} ${face.name}, field ${field}, as ${sealingId}.`);
    return 0;
  } finally {
    await rm(prepared, { force: true });
  }
}

/** Who does not answer, and what that means here. */
const saying =
  (room: string, hint: string) =>
  (cause: unknown): never => {
    if (!isTrustError(cause, 'seal-unavailable')) throw cause;
    throw new TrustError('seal-unavailable', `${room}: ${cause.message}`, { cause, hint });
  };

const PAUSES_MS = [500, 2000];

/** A room that does not answer is asked again under the same key: it seals once. */
async function askPatiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!isTrustError(error, 'seal-unavailable')) throw error;
      await sleep(pause);
    }
  }
  return ask();
}

async function prepare(
  { from, layout, containers, reserve }: Preparation,
  out: string,
  face: SealFace,
): Promise<PreparedDocument> {
  const contentsBytes = reserve === undefined ? face.contentsBytes : readReserve(reserve);
  const source = openFileSource(from);
  try {
    const { keyword, ...asked } = layout;
    const place = await placeSealAsked(asked, keyword, { source, password: layout.password });
    const order = { ...asked, ...place, face: { ...face, contentsBytes }, containers, time: new Date() };
    const prepared = prepareDocument(source, order);
    await writeSealed(from, out, prepared.appended);
    return prepared;
  } finally {
    source.close();
  }
}

async function complete(
  { out, layout, containers }: Omit<Preparation, 'from' | 'reserve'>,
  prepared: string,
  der: Uint8Array,
): Promise<string> {
  const source = openFileSource(prepared);
  try {
    const { field, at, hex } = completeDocument(source, der, { password: layout.password, containers });
    await writePatched(prepared, out, at, hex);
    return field;
  } finally {
    source.close();
  }
}

function openClient({ room, tokenFile }: RoomRequest): SealClient {
  if (!URL.canParse(room) || !/^https?:$/.test(new URL(room).protocol))
    throw new TrustError('invalid-request', `--room is "${room}"; expected an http(s) URL`);
  if (tokenFile === undefined)
    throw new TrustError('invalid-request', '--room needs --token-file', {
      hint: 'Get an access token with seal:use for that room from the identity room, and put it into a file.',
    });
  return makeSealClient({ baseUrl: room, getToken: async () => (await readText(tokenFile)).trim() });
}

function readLevel(text: string): 'B' | 'T' {
  if (text === 'B' || text === 'T') return text;
  throw new TrustError('invalid-request', `--level is "${text}"; expected B or T`);
}

function readReserve(text: string): number {
  const bytes = /^[1-9]\d{2,6}$/.test(text) ? Number(text) : 0;
  if (bytes >= 1000) return bytes;
  throw new TrustError('invalid-request', `--reserve is "${text}"; expected bytes, from 1000 to 9999999`);
}

async function readSignature(path: string): Promise<Uint8Array> {
  return new Uint8Array(await readBytes(path, 'cms-malformed'));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TrustError(
      'invalid-request',
      `--token-file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      {
        cause,
      },
    );
  }
}
