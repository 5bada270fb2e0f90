// A local agent that signs certificate logins with a key from a file: it speaks to the page what the middleware of a USB key
// speaks (common/contract/certificate-agent.ts, docs/cert-login.md). It answers pages of one origin only, on the loopback
// address only; the origin that is signed is the one that the browser names, so that no other site gets a signature of use.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AGENT_PATHS,
  type AgentCertificates,
  type AgentSignature,
  agentSignatureRequest,
  certificateLoginMessage,
} from '../../common/contract/certificate-agent.ts';
import { type Sm2PrivateKey, signSm2 } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';

export type AgentOptions = {
  readonly certificate: Certificate;
  /** Those between it and its root, for who does not have them. */
  readonly chain: readonly Certificate[];
  readonly key: Sm2PrivateKey;
  /** Origin of the identity room's pages: the only one that is answered. */
  readonly origin: string;
  /** 0: any free one. */
  readonly port: number;
  /** Asks the person; false refuses. */
  readonly confirm: (origin: string) => Promise<boolean>;
};

export type Agent = { readonly url: string; stop(): Promise<void> };

type Answer = {
  readonly status: number;
  readonly body?: AgentCertificates | AgentSignature | { readonly error: string };
};

const ID = 'certificate';
const MAX_BODY_BYTES = 4096;

/** Listens on 127.0.0.1. Code: `config-invalid` when the port is taken. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const server = createServer((request, response) => {
    handle(options, request).then(
      (answer) => send(options.origin, request, response, answer),
      () => send(options.origin, request, response, { status: 500, body: { error: 'the agent failed' } }),
    );
  });
  await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(options: AgentOptions, request: IncomingMessage): Promise<Answer> {
  const refuse = (status: number, error: string): Answer => ({ status, body: { error } });
  // A name that leads here by a trick of DNS is not ours (rebinding), and a page of another origin is nobody we know.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return refuse(421, 'not this host');
  if (request.headers.origin !== options.origin) return refuse(403, 'this agent serves another site');
  const { method, url } = request;
  if (url !== AGENT_PATHS.certificates && url !== AGENT_PATHS.signatures) return refuse(404, 'nothing is here');
  if (method === 'OPTIONS') return { status: 204 };
  if (url === AGENT_PATHS.certificates) return method === 'GET' ? listCertificates(options) : refuse(405, 'GET');
  if (method !== 'POST') return refuse(405, 'POST');
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return refuse(415, 'application/json');
  const asked = agentSignatureRequest.safeParse(await readJson(request)).data;
  if (!asked) return refuse(400, 'certificate_id and challenge');
  if (asked.certificate_id !== ID) return refuse(404, 'no such certificate');
  if (!(await options.confirm(options.origin))) return refuse(403, 'the person refused');
  const signature = signSm2(options.key, certificateLoginMessage(options.origin, asked.challenge));
  return { status: 200, body: { signature: base64(signature) } };
}

function listCertificates({ certificate, chain }: AgentOptions): Answer {
  const one = {
    id: ID,
    name: `${certificate.commonName} · ${certificate.issuer}`.slice(0, 200),
    not_after: certificate.notAfter.toISOString(),
    certificate: base64(certificate.raw),
    chain: chain.map(({ raw }) => base64(raw)),
  };
  return { status: 200, body: { certificates: [one] } };
}

/** Undefined for what is too long or no JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** CORS for the one origin; also for a browser that asks before a site may reach this machine (Private Network Access). */
function send(origin: string, request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  const isKnown = request.headers.origin === origin && status !== 421;
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    Vary: 'Origin',
    ...(body ? { 'Content-Type': 'application/json' } : {}),
    ...(isKnown
      ? {
          'Access-Control-Allow-Origin': origin,
          'Access-Control-Allow-Methods': 'GET, POST',
          'Access-Control-Allow-Headers': 'Content-Type',
          'Access-Control-Allow-Private-Network': 'true',
        }
      : {}),
  });
  response.end(body ? JSON.stringify(body) : undefined);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new TrustError('config-invalid', `Port ${port} cannot be used: ${cause.code}`, { cause })),
    );
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
