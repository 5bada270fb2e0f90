// A request of one room to another, with bodies of some 100 KB both ways many times a second: node:http on connections that
// are kept, since `fetch` takes twice the time for it. No redirect is followed, and nothing is sent a second time.
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';

export type RoomRequest = {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
};
export type RoomAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Uint8Array };

/** Less than the rooms keep them (common/http/server.ts): who ends an idle connection is the caller. */
const IDLE_MS = 4_000;
const AGENTS = {
  plain: new Agent({ keepAlive: true, timeout: IDLE_MS }),
  secure: new SecureAgent({ keepAlive: true, timeout: IDLE_MS }),
};

/** Rejects with what the connection says, when it takes too long, and when the answer breaks off. */
export function requestRoom(url: URL, { method, headers, body, timeoutMs }: RoomRequest): Promise<RoomAnswer> {
  const isSecure = url.protocol === 'https:';
  const send = isSecure ? requestHttps : requestHttp;
  const agent = isSecure ? AGENTS.secure : AGENTS.plain;
  const length = body === undefined ? {} : { 'Content-Length': `${body.length}` };
  const { promise, resolve, reject } = Promise.withResolvers<RoomAnswer>();
  const request = send(url, { method, agent, headers: { ...headers, ...length } }, (answer) =>
    readAnswer(answer).then(resolve, reject),
  );
  const late = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  request.on('error', reject);
  request.end(body);
  return promise.finally(() => clearTimeout(late));
}

function readAnswer(answer: IncomingMessage): Promise<RoomAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('error', reject);
    answer.on('end', () => {
      const { buffer, byteOffset, length } = Buffer.concat(chunks);
      const body = new Uint8Array(buffer, byteOffset, length);
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
    });
  });
}
