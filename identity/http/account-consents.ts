// 授权记录: what each system was told and what the person agreed to, and the withdrawal.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { isTrustError } from '../../common/errors.ts';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { claimsOf } from '../domain/claims.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import { withdrawConsent } from '../flow/withdraw-consent.ts';
import { findClient } from '../store/clients.ts';
import { type Consent, listConsents } from '../store/consents.ts';
import { listTold, type Told } from '../store/disclosures.ts';
import { consentsPage, type SystemAccess } from '../web/consents-page.ts';
import type { OwnSessions } from './own-session.ts';

export type ConsentsDeps = { readonly own: OwnSessions; readonly db: Knex; readonly clock: Clock };

const PATH = '/account/consents';
const WITHDRAWN = 'withdrawn';

export function consentsRoutes(deps: ConsentsDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: `${PATH}/withdraw`, scope: 'public', handler: (ctx) => withdraw(deps, ctx) },
  ];
}

async function show({ own, db, clock }: ConsentsDeps, ctx: Koa.Context): Promise<void> {
  const session = await own.requireSession(ctx);
  if (session === null) return;
  const flash = own.takeFlash(ctx, session);
  const systems = await listAccess(db, session.account.id, clock());
  const page = consentsPage(pageFrame(ctx), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    systems,
    withdrawnFrom:
      flash?.code === WITHDRAWN
        ? (systems.find(({ clientId }) => clientId === flash.values?.['clientId'])?.name ?? null)
        : null,
  });
  sendPage(ctx, page);
}

async function withdraw({ own, db, clock }: ConsentsDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await own.requireForm(ctx, { back: PATH });
  if (accepted === null) return;
  const { session, form } = accepted;
  const clientId = form['client_id'] ?? '';
  try {
    await withdrawConsent({ db, clock }, { sub: session.account.sub, clientId, requestId: requestIdOf(ctx) });
  } catch (error) {
    // Withdrawn in another window meanwhile: the list says so.
    if (!isTrustError(error, 'consent-not-found')) throw error;
    return own.leaveFor(ctx, session, PATH);
  }
  own.leaveFor(ctx, session, PATH, { code: WITHDRAWN, values: { clientId } });
}

/** Every system that was told something or may be, the last one first. */
async function listAccess(db: Knex, accountId: number, now: Date): Promise<readonly SystemAccess[]> {
  const consents = new Map((await listConsents(db, accountId)).map((consent) => [consent.clientId, consent]));
  const told = new Map((await listTold(db, accountId)).map((one) => [one.clientId, one]));
  const clientIds = [...new Set([...consents.keys(), ...told.keys()])].filter((id) => id !== OWN_CLIENT_ID);
  const lastOf = (id: string): number =>
    Math.max(told.get(id)?.lastAt.getTime() ?? 0, consents.get(id)?.givenAt.getTime() ?? 0);
  const sorted = clientIds.toSorted((a, b) => lastOf(b) - lastOf(a));
  return Promise.all(sorted.map((id) => toAccess(db, id, { told: told.get(id), consent: consents.get(id), now })));
}

async function toAccess(
  db: Knex,
  clientId: string,
  { told, consent, now }: { told: Told | undefined; consent: Consent | undefined; now: Date },
): Promise<SystemAccess> {
  const client = await findClient(db, clientId);
  return {
    clientId,
    name: client?.name ?? clientId,
    operator: client?.organisation || null,
    firstParty: client?.firstParty ?? false,
    told: told ?? null,
    consent: consent
      ? {
          claims: consent.scopes.flatMap(claimsOf),
          declined: consent.declined.flatMap(claimsOf),
          offline: consent.scopes.includes('offline_access'),
          givenAt: consent.givenAt,
          until: consent.until,
          state: consent.withdrawnAt !== null ? 'withdrawn' : consent.until <= now ? 'over' : 'live',
        }
      : null,
  };
}
