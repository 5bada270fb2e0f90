// POST /interaction/:uid/face: the picture of a step-up. Only of somebody who is logged in, in the interaction of this browser;
// what became of it is said on the page that it came from.

import type Koa from 'koa';
import { errors } from 'oidc-provider';
import { isTrustError } from '../../common/errors.ts';
import { requestIdOf } from '../../common/http/app.ts';
import { discard } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import type { Flash, Flashes } from '../../common/http/flash.ts';
import type { Route } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm } from '../../common/http/upload.ts';
import type { Account } from '../domain/account.ts';
import type { Challenges } from '../flow/challenges.ts';
import { checkFace, type FaceDeps, type FaceResult } from '../flow/check-face.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { IdentityEvent } from '../store/events.ts';
import { FACE_COOKIE, faceUse } from './login-ways/face.ts';

export type FaceRoutesDeps = FaceDeps & {
  readonly provider: CurrentProvider;
  readonly challenges: Challenges;
  readonly cookies: Cookies;
  readonly csrf: Csrf;
  readonly flashes: Flashes;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly isPicture: (bytes: Uint8Array) => boolean;
  readonly maxPictureBytes: number;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

const PASSED_SECONDS = 300;

export function faceRoutes(deps: FaceRoutesDeps): readonly Route[] {
  return [{ method: 'POST', path: '/interaction/:uid/face', scope: 'public', handler: (ctx) => take(deps, ctx) }];
}

async function take(deps: FaceRoutesDeps, ctx: Koa.Context): Promise<void> {
  const uid = (ctx['params'] as { uid: string }).uid;
  const page = `/interaction/${uid}?way=face`;
  const leaveFor = (flash?: Flash): void => {
    if (flash) deps.flashes.leave(ctx, flash, uid);
    seeOther(ctx, page);
  };
  // Whom nobody knows does not get his picture read.
  const account = await findStepUpAccount(deps, ctx, uid);
  if (account === null) {
    await discard(ctx, deps.maxPictureBytes);
    return leaveFor(); // that page says that this login is over
  }
  const upload = await readPicture(deps, ctx);
  if (upload === null) return leaveFor({ code: 'no-picture' });
  deps.csrf.check(ctx, upload.texts, uid);
  const picture = upload.files['picture']?.bytes;
  if (picture === undefined || !deps.isPicture(picture)) return leaveFor({ code: 'no-picture' });
  const result = await checkFace(deps, account, picture);
  const detail = { outcome: result.outcome };
  await deps.record({ kind: 'face.checked', sub: account.sub, requestId: requestIdOf(ctx), detail });
  if (result.outcome !== 'matched') return leaveFor(flashOf(result));
  deps.cookies.write(ctx, FACE_COOKIE, deps.challenges.make(faceUse(uid, account)), { maxAgeSeconds: PASSED_SECONDS });
  leaveFor();
}

/** Null for a picture that is too large. */
async function readPicture({ maxPictureBytes }: FaceRoutesDeps, ctx: Koa.Context) {
  try {
    return await readUploadForm(ctx, maxPictureBytes);
  } catch (error) {
    if (isTrustError(error, 'body-too-large')) return null;
    throw error;
  }
}

/** Who is logged in and proves more in the interaction of the path and of this browser. */
async function findStepUpAccount(deps: FaceRoutesDeps, ctx: Koa.Context, uid: string): Promise<Account | null> {
  try {
    const interaction = await deps.provider().interactionDetails(ctx.req, ctx.res);
    const sub = interaction.session?.accountId;
    return interaction.uid === uid && sub !== undefined ? await deps.findAccount(sub) : null;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}

function flashOf(result: Exclude<FaceResult, { outcome: 'matched' }>): Flash {
  if (result.outcome !== 'mismatched') return { code: result.outcome };
  return result.left === 0 ? { code: 'paused' } : { code: 'mismatched', values: { left: result.left } };
}
