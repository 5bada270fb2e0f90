// The seal room as its clients see it. Its answers are parsed like a stranger's: a problem document becomes a TrustError
// again, everything that is neither is `seal-unavailable`.
import { concatBytes, toHex } from '../bytes.ts';
import { problemDocument } from '../contract/problem.ts';
import { type VerificationReport, verificationReport } from '../contract/report.ts';
import { APPENDED_ONLY, type DigestSealingRequest, INPUT_SM3, PREFERENCE_APPLIED } from '../contract/seal.ts';
import { Sm3 } from '../crypto/sm3.ts';
import { TrustError } from '../errors.ts';
import { currentRequestId } from '../http/request-context.ts';
import { type RoomAnswer, type RoomRequest, requestRoom } from './room-request.ts';

export type SealClientOptions = {
  /** Public URL of the seal room. */
  readonly baseUrl: string;
  /** An access token for that audience with scope seal:use. */
  readonly getToken: () => Promise<string>;
  /** Sent as X-Request-Id; the id of the request being served unless given. */
  readonly requestId?: () => string | undefined;
  /** 30 s unless given. */
  readonly timeoutMs?: number;
};

export type SealPlace = {
  readonly seal: string;
  /** Class of the document, as the grant names it. */
  readonly documentClass?: string;
  readonly page?: number;
  readonly xMm?: number;
  readonly yMm?: number;
  readonly pages?: string;
  readonly straddle?: string;
  readonly straddleYMm?: number;
  /** The middle of the seal lies on this text. */
  readonly keyword?: string;
  /** A number from 1, all or last. */
  readonly hit?: string;
  readonly dxMm?: number;
  readonly dyMm?: number;
  readonly field?: string;
  readonly date?: boolean;
  readonly certify?: 1 | 2 | 3;
  readonly lock?: string;
  readonly reason?: string;
  /** What is written into the document; left out: dual. */
  readonly mode?: 'dual' | 'ses' | 'cms';
  /** T: with a time stamp; LT: with revocation evidence; LTA: with a time stamp over the document. Left out: as the room is set. */
  readonly level?: 'B' | 'T' | 'LT' | 'LTA';
};

export type SealedPdf = {
  /** The input, and the sealing behind it. */
  readonly pdf: Uint8Array;
  /** Of the whole, 64 hexadecimal digits. */
  readonly sm3: string;
  readonly sealingId: string;
  /** True: the room says that it read and verified what it released. */
  readonly isVerified: boolean;
};

export type SealClient = {
  /** The sealed PDF. The same key with the same request gives the same bytes. Errors: those of the room, `seal-unavailable`. */
  seal(pdf: Uint8Array, place: SealPlace, idempotencyKey: string): Promise<SealedPdf>;
  /** DER for /Contents over SM3 of the ByteRange bytes, hexadecimal. Repetition and errors as `seal`. */
  sealDigest(
    request: DigestSealingRequest,
    idempotencyKey: string,
  ): Promise<{ readonly der: Uint8Array; readonly sealingId: string }>;
  /** The SESeal of a seal of that room. Errors: `seal-not-found`, `seal-unavailable`. */
  sealFile(esID: string): Promise<Uint8Array>;
  /** The report, whatever it says. Errors: those of a file that cannot be read, `seal-unavailable`. */
  verify(pdf: Uint8Array): Promise<VerificationReport>;
};

const PDF = 'application/pdf';
const TIMEOUT_MS = 30_000;

export function makeSealClient(options: SealClientOptions): SealClient {
  const send = (path: string, headers: Record<string, string>, body: Uint8Array): Promise<RoomAnswer> => {
    const requestId = (options.requestId ?? currentRequestId)();
    return request(new URL(path, options.baseUrl), {
      method: 'POST',
      headers: { 'Content-Type': PDF, ...(requestId ? { 'X-Request-Id': requestId } : {}), ...headers },
      body,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    });
  };
  return {
    async seal(pdf, place, idempotencyKey) {
      const headers = {
        Authorization: `Bearer ${await options.getToken()}`,
        'Idempotency-Key': idempotencyKey,
        Prefer: APPENDED_ONLY,
      };
      const response = await send(`/v1/sealings?${placeQuery(place)}`, headers, pdf);
      if (response.status !== 201) throw problemOf(response);
      const sealingId = headerOf(response, 'sealing-id');
      if (!sealingId) throw unavailable('The answer names no sealing');
      const isVerified = headerOf(response, 'sealing-verified') === 'TOTAL-PASSED';
      return { ...putTogether(pdf, response), sealingId, isVerified };
    },
    async sealDigest(asked, idempotencyKey) {
      const headers = {
        Authorization: `Bearer ${await options.getToken()}`,
        'Idempotency-Key': idempotencyKey,
        'Content-Type': 'application/json',
      };
      const body = new Uint8Array(Buffer.from(JSON.stringify(asked)));
      const response = await send('/v1/digest-sealings', headers, body);
      if (response.status !== 201) throw problemOf(response);
      const sealingId = headerOf(response, 'sealing-id');
      if (!sealingId) throw unavailable('The answer names no sealing');
      return { der: response.body, sealingId };
    },
    async sealFile(esID) {
      const url = new URL(`/v1/seals/${encodeURIComponent(esID)}/file`, options.baseUrl);
      const response = await request(url, { method: 'GET', headers: {}, timeoutMs: options.timeoutMs ?? TIMEOUT_MS });
      if (response.status !== 200) throw problemOf(response);
      return response.body;
    },
    async verify(pdf) {
      const response = await send('/v1/verifications', {}, pdf);
      if (response.status !== 200) throw problemOf(response);
      const report = verificationReport.safeParse(readJson(response));
      if (!report.success) throw unavailable('The answer is not a verification report');
      return report.data;
    },
  };
}

function placeQuery({ documentClass, xMm, yMm, straddleYMm, dxMm, dyMm, ...same }: SealPlace): string {
  const entries = {
    ...same,
    class: documentClass,
    x_mm: xMm,
    y_mm: yMm,
    straddle_y_mm: straddleYMm,
    dx_mm: dxMm,
    dy_mm: dyMm,
  };
  const given = Object.entries(entries).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
}

async function request(url: URL, asked: RoomRequest): Promise<RoomAnswer> {
  try {
    return await requestRoom(url, asked);
  } catch (cause) {
    throw unavailable('The seal room cannot be reached, or its answer broke off', cause);
  }
}

function problemOf(response: RoomAnswer): TrustError {
  const isProblem = headerOf(response, 'content-type')?.startsWith('application/problem+json') ?? false;
  const parsed = isProblem ? problemDocument.safeParse(readJson(response)) : null;
  if (!parsed?.success) return unavailable(`The seal room answered with status ${response.status}`);
  const { code, detail, hint, pointer } = parsed.data;
  return new TrustError(code, detail, { hint, ...(pointer === undefined ? {} : { pointer }) });
}

function readJson({ body }: RoomAnswer): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch (cause) {
    throw unavailable('The answer of the seal room is not JSON', cause);
  }
}

function headerOf({ headers }: RoomAnswer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The input with the sealing behind it, and its SM3: one pass, which also shows that the room had the input as it was sent. */
function putTogether(pdf: Uint8Array, answer: RoomAnswer): Pick<SealedPdf, 'pdf' | 'sm3'> {
  const { body } = answer;
  const isAppended = headerOf(answer, PREFERENCE_APPLIED.toLowerCase()) === APPENDED_ONLY;
  if (!isAppended && !startsWith(body, pdf)) throw unavailable('The answer is not the input with a sealing behind it');
  const hash = new Sm3().update(pdf);
  if (isAppended && headerOf(answer, INPUT_SM3.toLowerCase()) !== toHex(hash.digest()))
    throw unavailable('The seal room had another document than the one that was sent');
  const behind = isAppended ? body : body.subarray(pdf.length);
  if (behind.length === 0) throw unavailable('The answer is not the input with a sealing behind it');
  return { pdf: isAppended ? concatBytes(pdf, behind) : body, sm3: toHex(hash.update(behind).digest()) };
}

function startsWith(sealed: Uint8Array, pdf: Uint8Array): boolean {
  return sealed.length > pdf.length && Buffer.compare(sealed.subarray(0, pdf.length), pdf) === 0;
}

function unavailable(detail: string, cause?: unknown): TrustError {
  return new TrustError('seal-unavailable', detail, { cause });
}
