// What was proven on our pages reaches us again here, with the session that the provider made for it or went on with: only now
// it can be written which session has proven what; it goes with the code that is made for it. The same proof is written once, however often the library repeats a result.
import type { Knex } from 'knex';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { type Authentication, insertAuthentication } from '../store/authentications.ts';
import { proveLater } from './request-writes.ts';

type Carried = Omit<Authentication, 'sessionUid' | 'at'> & { readonly at: string };

/** Runs before the policy of the provider looks at the session. */
export function makeRecordProof(db: Knex): (ctx: KoaContextWithOIDC) => Promise<void> {
  return async (ctx) => {
    const carried = ctx.oidc.result?.login?.['authentication'] as Carried | null | undefined;
    const session = ctx.oidc.session;
    if (!carried || session === undefined) return;
    const proven = { ...carried, at: new Date(carried.at), sessionUid: session.uid };
    if (!proveLater(proven)) await insertAuthentication(db, proven);
  };
}
