// One JSON, PDF or CSV request to a room, as a client without this code base would send it.
import type { TokenSource } from '../../common/client/token-source.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The body as JSON; throws when it is none. */
  json<T>(): T;
};

export type Call = {
  readonly token?: TokenSource;
  readonly json?: unknown;
  readonly pdf?: Uint8Array<ArrayBuffer>;
  readonly csv?: string;
  readonly idempotencyKey?: string;
};

export async function call(
  method: 'GET' | 'POST',
  url: string,
  { token, json, pdf, csv, idempotencyKey }: Call = {},
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json, application/pdf' });
  if (token) headers.set('authorization', `Bearer ${await token()}`);
  if (json !== undefined) headers.set('content-type', 'application/json');
  if (pdf) headers.set('content-type', 'application/pdf');
  if (csv !== undefined) headers.set('content-type', 'text/csv');
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey);
  const body = pdf ?? csv ?? (json === undefined ? null : JSON.stringify(json));
  const response = await fetch(url, { method, headers, body });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    json: <T>() => JSON.parse(Buffer.from(bytes).toString('utf8')) as T,
  };
}
