// Fetches evidence of revocation from configured sources: lists, kept until they are due again, and OCSP responses. What
// comes back is read, and believed only with the authority's signature, before it is kept or handed on; redirects are not
// followed. A source that does not answer is logged and missing: whoever judges says what that means.
import { randomBytes } from 'node:crypto';
import { equalBytes } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import type { RevocationSource } from '../contract/revocation-sources.ts';
import type { Log } from '../log.ts';
import { makeCertId } from '../pki/cert-id.ts';
import { type Certificate, certificateFingerprint } from '../pki/certificate.ts';
import { parseCertificateList, readCrlFile } from '../pki/certificate-list.ts';
import { encodeOcspRequest, OCSP_REQUEST_TYPE, OCSP_RESPONSE_TYPE } from '../pki/ocsp-request.ts';
import { parseOcspResponse } from '../pki/ocsp-response.ts';
import type { RevocationEvidence } from '../pki/revocation.ts';

/** One authority and how to ask it, over HTTP or in this process. */
export type EvidencePort = {
  /** SM3 of its certificate. */
  readonly issuerSm3: string;
  /** DER of its list now. */
  readonly crl?: (() => Promise<Uint8Array>) | undefined;
  /** DER of the response to an OCSPRequest. */
  readonly ocsp?: ((request: Uint8Array) => Promise<Uint8Array>) | undefined;
};

export type RevocationClient = {
  /** The lists of all sources, as fresh as they are kept. */
  readonly lists: () => Promise<RevocationEvidence>;
  /**
   * What says whether the certificates of a chain (leaf first, the trusted one last) were revoked: an OCSP response for
   * each where its issuer has a responder, else the issuer's list.
   */
  readonly collect: (chain: readonly Certificate[], at: Date) => Promise<RevocationEvidence>;
};

export type RevocationClientOptions = {
  readonly ports: readonly EvidencePort[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
};

type Kept = { readonly der: Uint8Array; readonly askAgain: number; readonly until: number };

/** A list is asked again after ten minutes; when that fails the kept one serves for as long as it says. */
const FRESH_MS = 600_000;
const MAX_CRL_BYTES = 8 * 1024 * 1024;
const MAX_OCSP_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;

/** The ports of configured sources, over HTTP. */
export function httpPorts(sources: readonly RevocationSource[], timeoutMs = TIMEOUT_MS): readonly EvidencePort[] {
  return sources.map(({ issuer_sm3: issuerSm3, crl, ocsp }) => ({
    issuerSm3,
    crl:
      crl === undefined ? undefined : async () => readCrlFile(await ask(crl, { timeoutMs, maxBytes: MAX_CRL_BYTES })),
    ocsp:
      ocsp === undefined ? undefined : (request) => ask(ocsp, { timeoutMs, maxBytes: MAX_OCSP_BYTES, body: request }),
  }));
}

export function makeRevocationClient({ ports, clock, log }: RevocationClientOptions): RevocationClient {
  const kept = new Map<EvidencePort, Kept>();
  const asking = new Map<EvidencePort, Promise<Uint8Array | null>>();
  const fetchList = async (port: EvidencePort): Promise<Uint8Array | null> => {
    const now = clock().getTime();
    const known = kept.get(port);
    try {
      const der = await port.crl!();
      const { nextUpdate } = parseCertificateList(der);
      kept.set(port, { der, askAgain: now + FRESH_MS, until: nextUpdate?.getTime() ?? now + FRESH_MS });
      return der;
    } catch (error) {
      log.warn({ err: error, issuer: port.issuerSm3 }, 'a revocation list cannot be had');
      return known && known.until > now ? known.der : null;
    }
  };
  const listOf = (port: EvidencePort): Promise<Uint8Array | null> => {
    const known = kept.get(port);
    if (known && known.askAgain > clock().getTime()) return Promise.resolve(known.der);
    const turn = asking.get(port) ?? fetchList(port).finally(() => asking.delete(port));
    asking.set(port, turn);
    return turn;
  };
  const askState = async (port: EvidencePort, certificate: Certificate, issuer: Certificate) => {
    const nonce = new Uint8Array(randomBytes(16));
    const id = makeCertId(certificate, issuer);
    try {
      const der = await port.ocsp!(encodeOcspRequest({ ids: [id], nonce }));
      const response = parseOcspResponse(der);
      // An answer made for somebody else, earlier, may say good of what was revoked since.
      if (response.nonce && !equalBytes(response.nonce, nonce)) throw new Error('the nonce is another one');
      return der;
    } catch (error) {
      log.warn({ err: error, issuer: port.issuerSm3 }, 'an OCSP response cannot be had');
      return null;
    }
  };
  const evidenceFor = async (certificate: Certificate, issuer: Certificate): Promise<RevocationEvidence> => {
    const sm3 = certificateFingerprint(issuer);
    const own = ports.filter(({ issuerSm3 }) => issuerSm3 === sm3);
    const responder = own.find(({ ocsp }) => ocsp);
    const response = responder && (await askState(responder, certificate, issuer));
    if (response) return { crls: [], ocspResponses: [response] };
    const list = own.find(({ crl }) => crl);
    const der = list && (await listOf(list));
    return { crls: der ? [der] : [], ocspResponses: [] };
  };
  return {
    lists: async () => {
      const lists = await Promise.all(ports.filter(({ crl }) => crl).map(listOf));
      return { crls: lists.filter((der) => der !== null), ocspResponses: [] };
    },
    collect: async (chain) => {
      const links = chain.slice(0, -1).map((certificate, index) => evidenceFor(certificate, chain[index + 1]!));
      const found = await Promise.all(links);
      return {
        crls: [...new Set(found.flatMap(({ crls }) => crls))],
        ocspResponses: found.flatMap(({ ocspResponses }) => ocspResponses),
      };
    },
  };
}

type Asking = { readonly timeoutMs: number; readonly maxBytes: number; readonly body?: Uint8Array };

async function ask(url: string, { timeoutMs, maxBytes, body }: Asking): Promise<Uint8Array> {
  const headers = { 'Content-Type': OCSP_REQUEST_TYPE, Accept: OCSP_RESPONSE_TYPE };
  const response = await fetch(url, {
    ...(body ? { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> } : {}),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`it answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
