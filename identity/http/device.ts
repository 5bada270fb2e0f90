// The code of a terminal, typed by a person: tries are counted by address before the provider looks at the code, so that
// codes of other people's terminals cannot be guessed.
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { LimitResult } from '../flow/limit.ts';
import { DEVICE_PATH } from '../provider/device-pages.ts';
import { deviceCodePage } from '../web/device-pages.ts';

export type DeviceDeps = {
  readonly clock: Clock;
  readonly oidc: Handler;
  readonly take: (address: string) => Promise<LimitResult>;
};

export function makeDeviceHandler({ clock, oidc, take }: DeviceDeps): (ctx: Koa.Context) => Promise<void> {
  return async (ctx) => {
    const result = await take(ctx.ip);
    if (result.outcome === 'ok') return oidc(ctx);
    const seconds = Math.max(1, Math.ceil((result.until.getTime() - clock().getTime()) / 1000));
    ctx.set('Retry-After', String(seconds));
    const fault = { kind: 'paused', until: result.until } as const;
    sendPage(ctx, deviceCodePage(pageFrame(ctx, DEVICE_PATH), { action: DEVICE_PATH, xsrf: '', fault }), 429);
  };
}
