// What was typed into a form whose session had lapsed, kept until the same person is back: sealed in the database, under a
// token that only this browser holds. A handler names the fields; passwords and codes are never among them.

import type { Knex } from 'knex';
import type Koa from 'koa';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { closeBox, openBox } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { makeToken } from '../../common/ids.ts';
import { insertKeptForm, takeKeptForm } from '../store/kept-forms.ts';

export type KeptFormsDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly cookies: Cookies;
  /** 32 bytes. */
  readonly boxKey: Uint8Array;
};

export type Typed = Readonly<Record<string, string>>;

export type KeptForms = {
  /** `owner`: who typed it, as the form says (own-session.ts). */
  keep(ctx: Koa.Context, of: { path: string; owner: string; values: Typed }): Promise<void>;
  /** What `isOwner` typed on the page at `path`, once; nothing for anybody else. */
  take(ctx: Koa.Context, path: string, isOwner: (owner: string) => boolean): Promise<Typed>;
};

const COOKIE = 'kept';
const KEPT_SECONDS = 15 * 60;

export function makeKeptForms({ db, clock, cookies, boxKey }: KeptFormsDeps): KeptForms {
  return {
    keep: async (ctx, { path, owner, values }) => {
      const token = makeToken(26);
      const box = closeBox(boxKey, utf8(JSON.stringify({ owner, values })), contextOf(path));
      const expiresAt = new Date(clock().getTime() + KEPT_SECONDS * 1000);
      await insertKeptForm(db, { tokenDigest: sm3(utf8(token)), path, box, expiresAt });
      cookies.write(ctx, COOKIE, token, { maxAgeSeconds: KEPT_SECONDS });
    },
    take: async (ctx, path, isOwner) => {
      const token = cookies.read(ctx, COOKIE);
      if (token === undefined) return {};
      const box = await takeKeptForm(db, { tokenDigest: sm3(utf8(token)), path }, clock());
      if (box === null) return {};
      cookies.clear(ctx, COOKIE);
      const text = new TextDecoder().decode(openBox(boxKey, box, contextOf(path)));
      const { owner, values } = JSON.parse(text) as { owner: string; values: Typed };
      return isOwner(owner) ? values : {};
    },
  };
}

function contextOf(path: string): string {
  return `identity.kept_forms ${path}`;
}
