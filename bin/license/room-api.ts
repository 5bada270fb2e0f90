// The API of the license room from the command line: one call, its answer as JSON or the problem as it was told; and the
// token of an administrator of licenses, from a file or by a login in a browser.
import { readFile } from 'node:fs/promises';
import { problemDocument } from '../../common/contract/problem.ts';
import { TrustError } from '../../common/errors.ts';
import { logInByLoopback } from '../login/loopback-login.ts';
import { findRoomUrl } from '../login/rooms.ts';

const WAIT_SECONDS = 300;
const CALL_MS = 60_000;

/** Options of every command that asks the room as an administrator. */
export const ADMIN_OPTIONS = {
  'token-file': { type: 'string' },
  license: { type: 'string' },
  identity: { type: 'string' },
} as const;
export const ADMIN_USAGE = `    --token-file FILE        an access token with license:admin; unless given you log in in a browser
    --license URL, --identity URL   the rooms; XINJI_LICENSE_URL and XINJI_IDENTITY_URL unless given`;

export type AdminValues = {
  readonly 'token-file'?: string | undefined;
  readonly license?: string | undefined;
  readonly identity?: string | undefined;
};

export type RoomCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Bytes are a PDF, everything else becomes JSON. */
  readonly body?: unknown;
  /** Header Idempotency-Key. */
  readonly idempotencyKey?: string;
};

/** Calls the room as an administrator; throws its problem, and config-invalid when it does not answer. */
export async function askAsAdmin(env: NodeJS.ProcessEnv, values: AdminValues, call: RoomCall): Promise<unknown> {
  const room = findRoomUrl(env, 'license', values.license);
  const token = await getToken(values['token-file'], room, () => findRoomUrl(env, 'identity', values.identity));
  return askRoom(room, call, token);
}

/** Without `token` as anybody. */
export async function askRoom(
  room: string,
  { method, path, body, idempotencyKey }: RoomCall,
  token?: string,
): Promise<unknown> {
  const answer = await fetch(new URL(path, room), {
    method,
    redirect: 'error',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(body === undefined ? {} : { 'content-type': isPdf(body) ? 'application/pdf' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isPdf(body) ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_MS),
  }).catch((cause: unknown) => {
    throw new TrustError('config-invalid', `the license room does not answer at ${room}`, {
      hint: 'Start it, or correct XINJI_LICENSE_URL or --license.',
      cause,
    });
  });
  const json: unknown = await answer.json().catch(() => null);
  if (answer.ok) return json;
  const problem = problemDocument.safeParse(json).data;
  if (!problem) throw new TrustError('internal', `the license room answered with ${answer.status}`);
  const at = problem.pointer === undefined ? {} : { pointer: problem.pointer };
  throw new TrustError(problem.code, problem.detail, { hint: problem.hint, ...at });
}

function isPdf(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array;
}

async function getToken(file: string | undefined, resource: string, issuer: () => string): Promise<string> {
  if (file !== undefined) return (await readText(file, '--token-file')).trim();
  const open = (address: string): void =>
    console.error(`Open this address in a browser of this machine, and log in as an administrator:\n\n  ${address}\n`);
  const asked = { issuer: issuer(), resource, scope: 'license:admin', open, waitSeconds: WAIT_SECONDS };
  return (await logInByLoopback(asked)).accessToken;
}

/** A file that an option names; `-` is standard input. Throws `invalid-request`. */
export async function readText(path: string, option: string): Promise<string> {
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (cause) {
    const detail = `${option} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    throw new TrustError('invalid-request', detail, { hint: 'Check the path and the right to read it.', cause });
  }
}
