// What somebody types before he has a session, kept from page to page: a random token in a signed cookie, the entries sealed in
// the database. Closing the browser, changing the language or waiting for an SMS loses nothing.

import type { Knex } from 'knex';
import type Koa from 'koa';
import { toHex, utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { makeToken } from '../../common/ids.ts';
import { closeText, type DocumentKeys, openText } from '../domain/document-box.ts';
import { type DraftKind, deleteDraft, findDraft, upsertDraft } from '../store/drafts.ts';

export type DraftsDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly cookies: Cookies;
  readonly draftHours: number;
};

/** `binding`: for codes and forms that belong to this draft. */
export type Draft<T> = { readonly binding: string; readonly values: T };

export type Drafts<T> = {
  /** A new one, in place of an older one of this browser. */
  begin(ctx: Koa.Context, values: T): Promise<Draft<T>>;
  find(ctx: Koa.Context): Promise<Draft<T> | null>;
  save(ctx: Koa.Context, values: T): Promise<void>;
};

export function makeDrafts<T>(kind: DraftKind, deps: DraftsDeps): Drafts<T> {
  const { db, clock, keys, cookies } = deps;
  const cookie = `draft-${kind}`;
  const place = (digest: Uint8Array): string => `identity.drafts/${toHex(digest)}`;
  const write = async (token: string, values: T): Promise<void> => {
    const tokenDigest = digestOf(token);
    const expiresAt = new Date(clock().getTime() + deps.draftHours * 3_600_000);
    const box = closeText(keys, place(tokenDigest), JSON.stringify(values));
    await upsertDraft(db, { tokenDigest, kind, box, expiresAt });
  };
  return {
    begin: async (ctx, values) => {
      const before = cookies.read(ctx, cookie);
      if (before !== undefined) await deleteDraft(db, digestOf(before));
      const token = makeToken(26);
      cookies.write(ctx, cookie, token, { maxAgeSeconds: deps.draftHours * 3600 });
      await write(token, values);
      return { binding: toHex(digestOf(token)), values };
    },
    find: async (ctx) => {
      const token = cookies.read(ctx, cookie);
      if (token === undefined) return null;
      const tokenDigest = digestOf(token);
      const box = await findDraft(db, { tokenDigest, kind, now: clock() });
      if (box === null) return null;
      return { binding: toHex(tokenDigest), values: JSON.parse(openText(keys, place(tokenDigest), box)) as T };
    },
    save: async (ctx, values) => {
      const token = cookies.read(ctx, cookie);
      if (token !== undefined) await write(token, values);
    },
  };
}

/** The draft that a form belongs to; null when there is none any more: `first`, the page where one begins, is on its way. */
export async function openDraft<T>(
  { csrf, drafts }: { readonly csrf: Csrf; readonly drafts: Drafts<T> },
  ctx: Koa.Context,
  form: Readonly<Record<string, string>>,
  first: string,
): Promise<Draft<T> | null> {
  const draft = await drafts.find(ctx);
  if (draft === null) seeOther(ctx, first);
  else csrf.check(ctx, form, draft.binding);
  return draft;
}

function digestOf(token: string): Uint8Array {
  return sm3(utf8(`draft:${token}`));
}
