// 以谁的身份办理: in whose name a person acts towards a client. Asked between login and consent, only of who represents a unit,
// once a session and client, and again where the request says prompt=act_as. The answer belongs to the grant: a changed one
// makes a copy of the grant, and tokens of the old one do not come to mean something else: they end with its part in the session.
import type { Knex } from 'knex';
import { errors, type Grant, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import type { ActingFor } from '../domain/legal-person.ts';
import { findActingFor, insertActingFor } from '../store/acting-for.ts';
import { listUnitsOf } from '../store/legal-persons.ts';

export type ActAsDeps = { readonly db: Knex; readonly clock: Clock };

/** What the page leaves for the provider: 统一社会信用代码 of the unit, null for the person himself. */
export type ActAsResult = { readonly unit: string | null };

/** What a person's provider account says besides (accounts.ts). */
export type Representing = { readonly representsUnits?: boolean };

export type ActAs = {
  readonly prompt: interactionPolicy.Prompt;
  /** For `loadExistingGrant`: the grant that is used in the name that was chosen. */
  readonly settle: (ctx: KoaContextWithOIDC, grant: Grant) => Promise<Grant>;
  /** True when the grant is used in the name that this request chose, or none was chosen here. */
  readonly fits: (ctx: KoaContextWithOIDC, grantId: string) => Promise<boolean>;
};

export function makeActAs(deps: ActAsDeps): ActAs {
  const { db } = deps;
  return {
    prompt: new interactionPolicy.Prompt(
      { name: 'act_as', requestable: true },
      new interactionPolicy.Check(
        'acting_for_missing',
        'the person has to say in whose name he acts',
        'interaction_required',
        async (ctx) => isMissing(db, ctx),
      ),
    ),
    settle: async (ctx, grant) => {
      const chosen = chosenHere(ctx);
      if (chosen === undefined) return grant;
      const known = await findActingFor(db, grant.jti);
      if (known !== null && isSame(known.unit, chosen)) return grant;
      const unitId = await findUnitId(db, grant.accountId!, chosen);
      const settled = known === null ? grant : await copyGrant(ctx, grant);
      await insertActingFor(db, settled.jti, { unitId, at: deps.clock() });
      return settled;
    },
    fits: async (ctx, grantId) => {
      const chosen = chosenHere(ctx);
      if (chosen === undefined) return true;
      const known = await findActingFor(db, grantId);
      return known !== null && isSame(known.unit, chosen);
    },
  };
}

/** The claim `acting_for` of what is being made under the request's grant; undefined for the person himself. */
export async function readActingFor(db: Knex, ctx: KoaContextWithOIDC): Promise<ActingFor | undefined> {
  const grant = ctx.oidc.entities.Grant;
  const account = ctx.oidc.account as Representing | undefined;
  // Who represents nobody has no grant in a unit's name: they are revoked when a representation ends.
  if (!grant?.jti || account?.representsUnits !== true) return undefined;
  return (await findActingFor(db, grant.jti))?.unit ?? undefined;
}

async function isMissing(db: Knex, ctx: KoaContextWithOIDC): Promise<boolean> {
  const { account, client, entities } = ctx.oidc;
  if ((account as Representing | undefined)?.representsUnits !== true) return false;
  if (client?.['xinji_accepts_units'] !== true || chosenHere(ctx) !== undefined) return false;
  // A grant that was not saved yet has no id: consent comes after this question.
  const grantId: string | undefined = entities.Grant?.jti;
  return grantId === undefined || (await findActingFor(db, grantId)) === null;
}

function chosenHere(ctx: KoaContextWithOIDC): string | null | undefined {
  const result = ctx.oidc.result?.['act_as'] as ActAsResult | undefined;
  return result?.unit;
}

function isSame(unit: ActingFor | null, code: string | null): boolean {
  return (unit?.code ?? null) === code;
}

async function findUnitId(db: Knex, accountSub: string, code: string | null): Promise<number | null> {
  if (code === null) return null;
  const unit = (await listUnitsOf(db, accountSub)).find((one) => one.code === code);
  if (!unit) throw new errors.AccessDenied('the person does not represent this unit');
  return unit.id;
}

/** What was consented to is consented to in either name. */
async function copyGrant(ctx: KoaContextWithOIDC, grant: Grant): Promise<Grant> {
  const { accountId, clientId, openid, resources, rejected } = grant;
  const copy = new ctx.oidc.provider.Grant({ accountId: accountId!, clientId: clientId! });
  Object.assign(copy, structuredClone({ openid, resources, rejected }));
  await copy.save();
  return copy;
}
