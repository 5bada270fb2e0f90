// The acts on the life of a seal: parse, call the flow, present its answer, which is the same for a repetition.
import type Koa from 'koa';
import type { z } from 'zod';
import {
  applicationParams,
  cancellationRequest,
  filingRequest,
  grantParams,
  grantRequest,
  reasonedRequest,
  remakingRequest,
  sealApplicationRequest,
  sealParams,
  stepRequest,
} from '../../common/contract/seal-life.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseParams, readBytes, readJson } from '../../common/http/body.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import { parseCertificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import { describeVersion } from '../domain/version-document.ts';
import { applyForSeal, remakeSeal } from '../flow/apply-for-seal.ts';
import { activateVersion, cancelSeal, changeSeal, decideOnVersion } from '../flow/change-seal.ts';
import { giveGrant, withdrawGrant } from '../flow/give-grant.ts';
import type { LifeAct } from '../flow/life-act.ts';
import type { LifeDeps } from '../flow/life-deps.ts';
import { makeVersion } from '../flow/make-version.ts';
import { receiveCertificate } from '../flow/seal-certificate.ts';
import { checkStep, getVersion } from '../flow/take-step.ts';

export type LifeRouteDeps = { readonly life: LifeDeps; readonly gate: BearerGate };

/** An application may carry a picture. */
const MAX_APPLICATION_BYTES = 3_000_000;
const MAX_CERTIFICATE_BYTES = 65_536;
export const PEM_TYPE = 'application/x-pem-file';
export const DER_TYPE = 'application/pkix-cert';

type Asked = Omit<LifeAct, 'name' | 'request'>;

/** A handler that reads a body by its contract, and answers with what the flow gives. */
function answer<S extends z.ZodType>(
  { gate }: Pick<LifeRouteDeps, 'gate'>,
  schema: S,
  status: 200 | 201,
  run: (ctx: Koa.Context, act: Asked, body: z.output<S>) => Promise<object>,
): Handler {
  return async (ctx) => {
    const act = { actor: gate.actorOf(ctx), idempotencyKey: readIdempotencyKey(ctx), requestId: requestIdOf(ctx) };
    const body = await readJson(ctx, schema, { maxBytes: MAX_APPLICATION_BYTES });
    ctx.body = await run(ctx, act, body);
    ctx.status = status;
    ctx.set('Cache-Control', 'no-store');
  };
}

const idOf = (ctx: Koa.Context): string => parseParams(ctx, applicationParams).id;
const esIDOf = (ctx: Koa.Context): string => parseParams(ctx, sealParams).esID;

export const makeApplyHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, sealApplicationRequest, 201, (_, act, body) => applyForSeal(deps.life, act, body));

export const makeDecisionHandler = (deps: LifeRouteDeps, step: 'approve' | 'reject'): Handler =>
  answer(deps, step === 'reject' ? reasonedRequest : stepRequest, 200, (ctx, act, { reason }) =>
    decideOnVersion(deps.life, act, idOf(ctx), { step, reason }),
  );

export const makeMakingHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, stepRequest, 200, (ctx, act, body) => makeVersion(deps.life, act, idOf(ctx), body));

export const makeFilingHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, filingRequest, 200, (ctx, act, { filing_number: number }) =>
    decideOnVersion(deps.life, act, idOf(ctx), { step: 'file', reason: number }),
  );

export const makeActivationHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, stepRequest, 200, (ctx, act, body) => activateVersion(deps.life, act, idOf(ctx), body));

export const makeSealHandler = (deps: LifeRouteDeps, step: 'suspend' | 'resume'): Handler =>
  answer(deps, reasonedRequest, 200, (ctx, act, { reason }) =>
    changeSeal(deps.life, act, esIDOf(ctx), { step, reason }),
  );

export const makeRemakingHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, remakingRequest, 201, (ctx, act, body) => remakeSeal(deps.life, act, esIDOf(ctx), body));

export const makeCancellationHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, cancellationRequest, 200, (ctx, act, body) => cancelSeal(deps.life, act, esIDOf(ctx), body));

export const makeGrantHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, grantRequest, 201, (ctx, act, body) => giveGrant(deps.life, act, esIDOf(ctx), body));

export const makeWithdrawalHandler = (deps: LifeRouteDeps): Handler =>
  answer(deps, reasonedRequest, 200, (ctx, act, body) =>
    withdrawGrant(deps.life, act, parseParams(ctx, grantParams), body),
  );

/** The certificate that an authority made, PEM or DER. It is its own key: the same one again changes nothing. */
export function makeCertificateHandler({ life, gate }: LifeRouteDeps): Handler {
  return async (ctx) => {
    const id = idOf(ctx);
    const bytes = await readBytes(ctx, { maxBytes: MAX_CERTIFICATE_BYTES, types: [PEM_TYPE, DER_TYPE] });
    const isPem = ctx.get('Content-Type').startsWith(PEM_TYPE);
    const certificate = isPem
      ? readCertificatesPem(Buffer.from(bytes).toString('latin1'))[0]!
      : parseCertificate(bytes);
    const version = await getVersion(life.db, id);
    const actor = gate.actorOf(ctx);
    await checkStep(life.db, version, { step: 'make', actor });
    await receiveCertificate(life, version, certificate, actor.subject);
    ctx.body = describeVersion(version, life.clock());
  };
}
