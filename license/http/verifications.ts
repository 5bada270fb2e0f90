// POST /v1/verifications, public: a PDF is judged, a presentation code is looked at, a license is checked by
// the code of its face or by two facts. Nothing is kept, nothing is redeemed.
import type Koa from 'koa';
import { fileVerificationQuery } from '../../common/contract/license.ts';
import { checkMediaType, readBytes } from '../../common/http/body.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { type CodeFact, lookAtCode } from '../flow/present-licenses.ts';
import { verifyFile } from '../flow/verify-file.ts';
import type { WrongTries } from '../flow/wrong-tries.ts';
import { answerCheck } from './license-checks.ts';

export const MAX_FILE_MEGABYTES = 20;
export const MAX_FILE_BYTES = MAX_FILE_MEGABYTES * 1024 * 1024;

export function makeVerificationHandler(deps: LicenseDeps, tries: WrongTries): Handler {
  return async (ctx) => {
    checkMediaType(ctx, ['application/pdf', 'application/json']);
    if (mediaTypeOf(ctx) === 'application/json') return answerJson(deps, tries, ctx);
    const { date } = parseContract(fileVerificationQuery, { ...ctx.query }, 'The query');
    const pdf = await readBytes(ctx, { maxBytes: MAX_FILE_BYTES, types: ['application/pdf'] });
    ctx.body = await verifyFile(deps, pdf, date ?? null);
  };
}

async function answerJson(deps: LicenseDeps, tries: WrongTries, ctx: Koa.Context): Promise<void> {
  const code = await answerCheck(deps, tries, ctx);
  if (code === null) return;
  const fact = await lookAtCode(deps, code);
  ctx.body = {
    kind: 'presentation_code',
    live: fact.state === 'live',
    state: fact.state,
    expires_at: fact.expiresAt?.toISOString() ?? null,
    finding: FINDINGS[fact.state],
  };
}

const FINDINGS: Readonly<Record<CodeFact['state'], string>> = {
  live: 'The code is live; whoever is registered to redeem can read it once.',
  used: 'The code was used already.',
  expired: 'The code has expired, or was never made.',
};

export function mediaTypeOf(ctx: Koa.Context): string {
  return ctx.get('Content-Type').split(';')[0]?.trim().toLowerCase() ?? '';
}
