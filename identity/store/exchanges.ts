// What the exchange of a code or refresh token asks of the database, in two statements: that an assertion is used for the first
// time, together with what is presented and all it depends on; and that it is used, together with what is issued for it.
// Each statement is a journey to the server and a waking of its process, which cost more than what is done there.
import type { Knex } from 'knex';
import { FLUSHED_LATER, runStatement } from '../../common/db/statement.ts';
import {
  artifactRow,
  artifactValues,
  digestOf,
  ELSE_UPDATE,
  type Flush,
  INTO_ARTIFACTS,
  markConsumed,
  type NewArtifact,
  rowsFrom,
  UNLESS_LIVING,
  upsertArtifacts,
} from './artifacts.ts';
import { TOKEN_READ, type TokenRead, type TokenRow, toTokenRead } from './session-reads.ts';

/** A code or token as somebody shows it, and what it may be. */
export type Presented = { readonly models: readonly string[]; readonly id: string };

export type PresentedOnce = {
  /** False: the artifact that must be new is there and lives. */
  readonly isFirst: boolean;
  readonly token: TokenRead | null;
};

/** $1 to $9 the artifact, $10 now, $11 models, $12 digest of what is presented. */
const presentedOnce = (insert: string): string => `${insert} ${UNLESS_LIVING})
    select (select count(*) = 1 from used_first) as is_first, token.*
    from (values (1)) as one left join lateral (
      ${TOKEN_READ} where a.model = any($11) and a.id_digest = $12) token on true`;

const PRESENTED_ONCE = {
  name: 'presented-once',
  text: presentedOnce(`with used_first as (${INTO_ARTIFACTS} values (${artifactValues(1)})`),
};
const PRESENTED_ONCE_LATER = {
  name: 'presented-once-later',
  text: presentedOnce(
    `with ${FLUSHED_LATER}, used_first as (${INTO_ARTIFACTS} select ${artifactValues(1)} from flushed_later`,
  ),
};

/** $1 to $3: when, and what is used. */
const exchange = (count: number): string => `with used as (
      update identity.oidc_artifacts set consumed_at = $1 where model = $2 and id_digest = $3 and consumed_at is null
      returning 1)
    ${INTO_ARTIFACTS}
    select issued.* from used cross join (values ${rowsFrom(4, count)}) as issued
    ${ELSE_UPDATE}`;

const EXCHANGES = [1, 2].map((count) => ({ name: `exchange-for-${count}`, text: exchange(count) }));

/** As `insertArtifactOnce` and `readAnyToken`; what is presented is read even when the artifact was there. */
export async function presentOnce(
  db: Knex,
  artifact: NewArtifact,
  { models, id }: Presented,
  { now, isFlushedLater = false }: Flush & { readonly now: Date },
): Promise<PresentedOnce> {
  const statement = isFlushedLater ? PRESENTED_ONCE_LATER : PRESENTED_ONCE;
  const values = [...artifactRow(artifact), now, models, digestOf(id)];
  const { rows } = await runStatement<Answer>(db, statement, values);
  const { is_first: isFirst, ...token } = rows[0]!;
  return { isFirst, token: token.model === null ? null : toTokenRead(token, id) };
}

/** Compare-and-set: false, and nothing is written, when it was used before. Of several callers at once one gets true. */
export async function exchangeFor(
  db: Knex,
  used: { readonly model: string; readonly id: string; readonly at: Date },
  issued: readonly NewArtifact[],
): Promise<boolean> {
  const { model, id, at } = used;
  if (issued.length === 0) return markConsumed(db, model, id, at);
  const statement = EXCHANGES[issued.length - 1];
  if (statement !== undefined) {
    const { rowCount } = await runStatement(db, statement, [at, model, digestOf(id), ...issued.flatMap(artifactRow)]);
    return rowCount === issued.length;
  }
  return db.transaction(async (trx) => {
    if (!(await markConsumed(trx, model, id, at))) return false;
    await upsertArtifacts(trx, issued);
    return true;
  });
}

type Answer = { readonly is_first: boolean } & (TokenRow | { readonly model: null });
