// A way to log in was added to an account or taken off it: written down, and told to the person in the same transaction, so
// that nobody changes somebody's ways unseen. He is told too when there seem to be two of a passkey.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { formatDateTime } from '../../common/web/texts.ts';
import type { Account } from '../domain/account.ts';
import type { Factor, FactorKind } from '../domain/factor.ts';
import { insertEvent } from '../store/events.ts';
import { removeFactor } from '../store/factors.ts';
import { takeLimit } from './limit.ts';
import { type NotifyDeps, notify } from './notify.ts';

export type FactorChangeDeps = NotifyDeps & {
  readonly db: Knex;
  readonly clock: Clock;
  /** Where a person looks after his ways to log in. */
  readonly factorsUrl: string;
};

export type FactorChange = {
  readonly account: Account;
  readonly kind: FactorKind;
  /** The name that the person gave it. */
  readonly label: string;
  readonly requestId: string;
};

const DAY_SECONDS = 86_400;

const NAMES: Readonly<Record<FactorKind, string>> = {
  passkey: '通行密钥',
  certificate: '数字证书',
  totp: '动态口令',
  recovery: '恢复码',
};

/** Run in the transaction of the new row. */
export async function tellFactorAdded(deps: FactorChangeDeps, trx: Knex, change: FactorChange): Promise<void> {
  await tell(deps, trx, change, 'added');
}

/** False when the account has no such factor. */
export async function takeFactorOff(
  deps: FactorChangeDeps,
  change: FactorChange & { readonly id: number },
): Promise<boolean> {
  const { db, clock } = deps;
  return db.transaction(async (trx) => {
    const isGone = await removeFactor(trx, { accountId: change.account.id, id: change.id }, clock());
    if (isGone) await tell(deps, trx, change, 'removed');
    return isGone;
  });
}

/** Once a day for one passkey: whoever has the copy must not fill the owner's phone. */
export async function tellPasskeyCopied(
  deps: FactorChangeDeps,
  sub: string,
  { id, label }: Pick<Factor, 'id' | 'label'>,
): Promise<void> {
  const now = deps.clock();
  await deps.db.transaction(async (trx) => {
    const limit = { kind: 'passkey-copied', key: String(id), max: 1, windowSeconds: DAY_SECONDS, now };
    if ((await takeLimit(trx, limit)).outcome === 'paused') return;
    const words = `【信基】您的通行密钥“${label}”可能已被复制，${formatDateTime('zh', now)}用它登录未予通过。请到 ${deps.factorsUrl} 移除后重新添加。`;
    await notify(deps, trx, { to: { sub }, kind: 'passkey-copied', words });
  });
}

async function tell(
  deps: FactorChangeDeps,
  trx: Knex,
  { account, kind, label, requestId }: FactorChange,
  what: 'added' | 'removed',
): Promise<void> {
  const at = deps.clock();
  await insertEvent(trx, { at, kind: `factor.${what}`, sub: account.sub, requestId, detail: { factor: kind } });
  const done = what === 'added' ? '添加了' : '移除了';
  const words = `【信基】您的账号于${formatDateTime('zh', at)}${done}${NAMES[kind]}“${label}”。不是您本人？请到 ${deps.factorsUrl} 处理。`;
  await notify(deps, trx, { to: { sub: account.sub }, kind: `factor-${what}`, words });
}
