// GET /crl/{authority}.crl, POST /ocsp and GET /ocsp/{request}: what the authorities of the development PKI say of their
// certificates (RFC 5280, RFC 6960 appendix A.1). In development only; licensed authorities answer for themselves.
import { z } from 'zod';
import { answerOcsp } from '../../common/ca/answer-ocsp.ts';
import type { DevelopmentAuthority } from '../../common/ca/development-authority.ts';
import { makeListSource } from '../../common/ca/local-ports.ts';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { parseParams, readBytes } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import { OCSP_REQUEST_TYPE, OCSP_RESPONSE_TYPE } from '../../common/pki/ocsp-request.ts';

const CRL_TYPE = 'application/pkix-crl';
const MAX_BYTES = 8192;
/** What was revoked a minute ago is known to everybody after it. */
const CACHED = 'public, max-age=60';

const file = z
  .string()
  .regex(/^[a-z0-9-]{1,64}\.crl$/)
  .meta({ description: 'Name of the authority with .crl behind it', example: 'sub-ca-signers.crl' });
const request = z.string().max(2000).meta({ description: 'OCSPRequest in DER as base64, URL-encoded' });

export const listOperation: Operation = {
  id: 'readRevocationList',
  summary: 'Read the revocation list of a development authority (RFC 5280)',
  summaryZh: '下载开发用证书机构的吊销列表（RFC 5280）',
  description: 'In development only.',
  tag: 'revocation',
  params: { file },
  answers: { 200: { description: 'The list', content: { type: CRL_TYPE, description: 'CertificateList in DER' } } },
  problems: ['not-found', 'too-many-requests'],
};

const ocspAnswers: Operation['answers'] = {
  200: {
    description: 'An answer or a refusal',
    content: { type: OCSP_RESPONSE_TYPE, description: 'OCSPResponse in DER' },
  },
};

export const ocspOperation: Operation = {
  id: 'askCertificateStatus',
  summary: 'Ask for the state of a certificate of a development authority (RFC 6960)',
  summaryZh: '查询开发用证书的状态（RFC 6960 OCSP）',
  description: 'In development only. What cannot be answered is a response that says why, with HTTP status 200.',
  tag: 'revocation',
  body: { type: OCSP_REQUEST_TYPE, description: 'OCSPRequest in DER' },
  answers: ocspAnswers,
  problems: ['too-many-requests'],
};

export const ocspGetOperation: Operation = {
  id: 'readCertificateStatus',
  summary: 'Ask for the state of a certificate by GET (RFC 6960)',
  summaryZh: '以 GET 查询开发用证书的状态（RFC 6960 OCSP）',
  description: 'In development only.',
  tag: 'revocation',
  params: { request },
  answers: ocspAnswers,
  problems: ['too-many-requests'],
};

type Deps = { readonly authorities: readonly DevelopmentAuthority[]; readonly clock: Clock };

export function makeListHandler({ authorities, clock }: Deps): Handler {
  const sources = new Map(authorities.map((authority) => [`${authority.name}.crl`, makeListSource(authority, clock)]));
  const params = z.strictObject({ file });
  return async (ctx) => {
    const source = sources.get(parseParams(ctx, params).file);
    if (!source)
      throw new TrustError('not-found', 'There is no such list', {
        hint: `There are: ${[...sources.keys()].join(', ')}.`,
      });
    ctx.set('Cache-Control', CACHED);
    ctx.body = Buffer.from(await source());
    ctx.type = CRL_TYPE;
  };
}

/** POST with the request as body, GET with it in the path. */
export function makeOcspHandler({ authorities, clock }: Deps): Handler {
  const params = z.strictObject({ request });
  return async (ctx) => {
    const isGet = ctx.method !== 'POST';
    const query = isGet
      ? new Uint8Array(Buffer.from(parseParams(ctx, params).request, 'base64'))
      : await readBytes(ctx, { maxBytes: MAX_BYTES, types: [OCSP_REQUEST_TYPE] });
    ctx.set('Cache-Control', isGet ? CACHED : 'no-store');
    ctx.body = Buffer.from(await answerOcsp(authorities, query, clock()));
    ctx.type = OCSP_RESPONSE_TYPE;
  };
}
