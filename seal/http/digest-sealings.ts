// POST /v1/digest-sealings: a digest in, the container for /Contents out. The document stays where it is.
import { digestSealing } from '../../common/contract/seal.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { Caller } from '../flow/perform-call.ts';
import { sealDigest } from '../flow/seal-digest.ts';

const CMS_TYPE = 'application/pkcs7-signature';
/** A SES_Signature; no media type is registered for it. */
const SES_TYPE = 'application/vnd.xinji.ses-signature';

export const digestSealingOperation: Operation = {
  id: 'sealDigest',
  summary: 'Seal a digest',
  summaryZh: '对摘要盖章（文件不出本单位）',
  description:
    'For documents that must not leave their house: SM3 over the bytes of /ByteRange in, DER for /Contents out. `xinji seal --prepare` and `--complete`, or `xinji seal --room`, do the rest; the picture comes from GET /v1/seals/{esID}/file. Grant, log and repetition are those of POST /v1/sealings.',
  tag: 'sealings',
  body: { schema: digestSealing },
  idempotent: true,
  answers: {
    201: {
      description: 'Sealed',
      content: [
        { type: CMS_TYPE, description: 'DER of a CMS SignedData, in mode `dual` with the SES_Signature in it' },
        { type: SES_TYPE, description: 'DER of a SES_Signature, in mode `ses`' },
      ],
      headers: { 'Sealing-Id': 'Identifier of the act, for audit' },
    },
  },
  problems: [
    'answer-gone',
    'seal-not-found',
    'seal-not-granted',
    'seal-not-usable',
    'time-stamp-unavailable',
    'seal-unavailable',
  ],
};

export function makeDigestSealingHandler({ gate, caller }: { gate: BearerGate; caller: Caller }): Handler {
  return async (ctx) => {
    const idempotencyKey = readIdempotencyKey(ctx);
    const { clientId } = gate.actorOf(ctx);
    const { digest, ...query } = await readJson(ctx, digestSealing);
    const request = { clientId, requestId: requestIdOf(ctx), idempotencyKey, digest, query };
    const { sealingId, bytes } = await sealDigest(caller, request);
    ctx.status = 201;
    ctx.set('Sealing-Id', sealingId);
    ctx.set('Cache-Control', 'no-store');
    ctx.type = query.mode === 'ses' ? SES_TYPE : CMS_TYPE;
    ctx.body = Buffer.from(bytes);
  };
}
