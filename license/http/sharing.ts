// The envelope of GB/T 36906: {head, data} in and out, HTTP 200 whatever head.status says. Who calls is told by the access
// token; a body that is too large or no JSON is a problem document, as everywhere. What an operation does: sharing-acts.ts.
import { z } from 'zod';
import { utf8 } from '../../common/bytes.ts';
import {
  SHARING_OPERATIONS,
  SHARING_STATUSES,
  type SharingHead,
  type SharingOperation,
  type SharingStatus,
} from '../../common/contract/license-sharing.ts';
import { encryptSm2, sm2KeyId } from '../../common/crypto/sm2-encryption.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import type { Handler } from '../../common/http/routes.ts';
import { getClient } from '../flow/clients.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import type { ReadPurpose } from '../flow/reader-events.ts';

/** Base64 of the largest file, and the envelope around it. */
const MAX_BODY_BYTES = 12 * 1024 * 1024;

/** What an act is given: who calls, for what, and its own data. */
export type SharingCall<Data> = { readonly clientId: string; readonly purpose: ReadPurpose; readonly data: Data };
export type SharingData<Op extends SharingOperation> = z.output<(typeof SHARING_OPERATIONS)[Op]['request']>['data'];
export type SharingAct<Op extends SharingOperation> = (call: SharingCall<SharingData<Op>>) => Promise<object>;

type Parts = { readonly deps: Pick<LicenseDeps, 'db'>; readonly gate: BearerGate };
type Envelope<Op extends SharingOperation> = { readonly head: SharingHead; readonly data: SharingData<Op> };

/** The handler of one operation: the envelope around its act. */
export function makeSharingHandler<Op extends SharingOperation>(
  { deps, gate }: Parts,
  operation: Op,
  act: SharingAct<Op>,
): Handler {
  return async (ctx) => {
    const body = await readJson(ctx, z.unknown(), { maxBytes: MAX_BODY_BYTES });
    const said = saidRequestId(body);
    try {
      const { head, data } = parseEnvelope(operation, body);
      const { clientId } = gate.actorOf(ctx);
      const encrypt = await makeEncryption(deps, clientId, head.encryption);
      const answer = await act({ clientId, purpose: purposeOf(head), data });
      ctx.body = { head: headOf(0, SHARING_STATUSES[0], said), ...encrypt(answer) };
    } catch (error) {
      ctx.body = { head: faultHead(error, said), data: null };
    }
  };
}

function parseEnvelope<Op extends SharingOperation>(operation: Op, body: unknown): Envelope<Op> {
  return parseContract<z.ZodType<Envelope<Op>>>(
    SHARING_OPERATIONS[operation].request as z.ZodType<Envelope<Op>>,
    body,
    'The body',
  );
}

function purposeOf(head: SharingHead): ReadPurpose {
  return {
    purpose: head.purpose,
    matterCode: head.matterCode,
    groundId: head.groundId ?? null,
  };
}

/** Found before anything is read: who cannot be answered as he asked is not counted. */
async function makeEncryption(
  deps: Parts['deps'],
  clientId: string,
  encryption: SharingHead['encryption'],
): Promise<(answer: object) => object> {
  if (encryption === 'none') return (data) => ({ data });
  const { sm2PublicKey: point } = await getClient(deps, clientId);
  if (point === null) throw new TrustError('encryption-key-missing', 'no SM2 key is registered for this client');
  return (answer) => {
    const cipherText = Buffer.from(encryptSm2(point, utf8(JSON.stringify(answer)))).toString('base64');
    return { data: null, encryptedData: { algorithm: 'SM2', keyId: sm2KeyId(point), cipherText } };
  };
}

/** head.status of what is refused; every other problem is this room's own and goes on as a problem document. */
export const STATUS_OF_PROBLEM: Readonly<Partial<Record<ProblemCode, SharingStatus>>> = {
  'read-refused': 1,
  'client-not-registered': 1,
  'seal-unavailable': 2,
  'time-stamp-unavailable': 2,
  'file-store-unavailable': 2,
  'copies-not-offered': 2,
  'identity-unavailable': 2,
  'license-not-found': 3,
  'invalid-request': 4,
  'identifier-malformed': 4,
  'identifier-check': 4,
  'license-superseded': 4,
  'license-type-not-found': 4,
  'encryption-key-missing': 4,
  'glyph-missing': 4,
  'license-fields-invalid': 4,
};

function faultHead(error: unknown, requestId: string | undefined) {
  const status = isTrustError(error) ? STATUS_OF_PROBLEM[error.code] : undefined;
  if (status === undefined || !isTrustError(error)) throw error;
  if (error.code !== 'read-refused') {
    return { ...headOf(status, `${SHARING_STATUSES[status]}：${error.message}`, requestId), reason: error.code };
  }
  const [, reason = 'no-ground', why = ''] = /^([a-z-]+): (.*)$/s.exec(error.message) ?? [];
  return { ...headOf(status, `${SHARING_STATUSES[status]}：${why}`, requestId), reason };
}

function headOf(status: SharingStatus, message: string, requestId: string | undefined) {
  return { status, message, ...(requestId === undefined ? {} : { requestId }) };
}

const saying = z.looseObject({ head: z.looseObject({ requestId: z.string().regex(/^[\x21-\x7e]{1,128}$/) }) });

/** Comes back even when the rest is wrong. */
function saidRequestId(body: unknown): string | undefined {
  return saying.safeParse(body).data?.head.requestId;
}
