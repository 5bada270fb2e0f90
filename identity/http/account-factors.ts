// 登录方式: the list. Adding and removing are pages of their own, one for each kind.
import type { Knex } from 'knex';
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { AccountDocument } from '../domain/account.ts';
import type { Factor, FactorKind } from '../domain/factor.ts';
import { maskMail, maskPhone } from '../domain/message.ts';
import type { AddressKind } from '../flow/change-address.ts';
import type { CertificateTrust } from '../flow/open-certificate-trust.ts';
import { listFactors } from '../store/factors.ts';
import { ADDRESS_PATHS } from '../web/address-page.ts';
import { factorsPage, type WayEntry, type WayKind } from '../web/factors-page.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type FactorsDeps = {
  readonly own: OwnSessions;
  readonly db: Knex;
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
  /** Whom certificate login believes; null: there is none, and no page of it. */
  readonly certificateTrust: CertificateTrust | null;
  /** What can be changed by a code. */
  readonly addressKinds: readonly AddressKind[];
};

/** Where a way is set up. */
const PATHS: Readonly<Record<WayKind, string>> = {
  password: '/account/factors/password',
  ...ADDRESS_PATHS,
  totp: '/account/factors/totp',
  recovery: '/account/factors/recovery-codes',
  passkey: '/account/factors/passkeys',
  certificate: '/account/factors/certificates',
};

export function factorsRoutes(deps: FactorsDeps): readonly Route[] {
  return [{ method: 'GET', path: '/account/factors', scope: 'public', handler: (ctx) => show(deps, ctx) }];
}

async function show(deps: FactorsDeps, ctx: Koa.Context): Promise<void> {
  const session = await deps.own.requireSession(ctx);
  if (session === null) return;
  sendPage(ctx, factorsPage(pageFrame(ctx), { viewer: session.account, ways: await listWays(deps, session) }));
}

async function listWays(deps: FactorsDeps, { account }: OwnSession): Promise<readonly WayEntry[]> {
  const factors = await listFactors(deps.db, account.id);
  const { phone, mail } = await deps.readDocument(account.sub);
  const there = (label: string | null) => [{ label, addedAt: null, lastUsedAt: null }];
  const ofKind = (kind: FactorKind) => factors.filter((factor) => factor.kind === kind).map(toEntry);
  const entries: Readonly<Record<WayKind, WayEntry['entries']>> = {
    password: account.hasPassword ? there(null) : [],
    phone: phone === undefined ? [] : there(maskPhone(phone)),
    mail: mail === undefined ? [] : there(maskMail(mail)),
    totp: ofKind('totp').map((entry) => ({ ...entry, label: null })),
    recovery: ofKind('recovery'),
    passkey: ofKind('passkey'),
    certificate: ofKind('certificate'),
  };
  const kinds: readonly WayKind[] = ['password', 'phone', 'mail', 'totp', 'recovery', 'passkey', 'certificate'];
  return kinds
    .map((kind) => ({
      kind,
      entries: entries[kind],
      href: hasPage(deps, kind) ? PATHS[kind] : null,
    }))
    .filter(({ entries: list, href }) => list.length > 0 || href !== null);
}

function hasPage({ certificateTrust, addressKinds }: FactorsDeps, kind: WayKind): boolean {
  if (kind === 'phone' || kind === 'mail') return addressKinds.includes(kind);
  return kind !== 'certificate' || certificateTrust !== null;
}

function toEntry({ label, addedAt, lastUsedAt }: Factor): WayEntry['entries'][number] {
  return { label, addedAt, lastUsedAt };
}
