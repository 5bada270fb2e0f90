// POST /v1/shreddings: an administrator of licenses orders that what is kept of a holder be destroyed.
import {
  type ShreddingAskedDocument,
  type ShreddingDoneDocument,
  shreddingRequest,
} from '../../common/contract/license-shredding.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { type ShreddingOutcome, shredHolder } from '../flow/shred-holder.ts';

export function makeShreddingHandler(deps: Pick<LicenseDeps, 'db' | 'keys' | 'clock'>, gate: BearerGate): Handler {
  return async (ctx) => {
    const { holder, reason, confirmation } = await readJson(ctx, shreddingRequest);
    const request = { holder: { codeType: holder.code_type, code: holder.code }, reason, confirmation };
    const outcome = await shredHolder(deps, gate.actorOf(ctx).subject, request);
    ctx.status = 'done' in outcome ? 201 : 200;
    ctx.body = documentOf(outcome);
  };
}

function documentOf(outcome: ShreddingOutcome): ShreddingAskedDocument | ShreddingDoneDocument {
  const { destroyed, kept } = 'done' in outcome ? outcome.done : outcome.asked;
  const counts = { licenses_destroyed: destroyed, licenses_kept: kept };
  if ('asked' in outcome) return { confirmation: outcome.asked.confirmation, ...counts };
  const { shreddingId, shreddedAt } = outcome.done;
  return { shredding_id: shreddingId, ...counts, shredded_at: shreddedAt.toISOString() };
}
