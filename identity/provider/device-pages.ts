// The pages of the device flow (RFC 8628) as oidc-provider asks for them. Its forms give their token against forged requests;
// the words and the layout are ours (identity/web/device-pages.ts).
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { type DeviceFault, deviceCodePage, deviceConfirmPage, deviceDonePage } from '../web/device-pages.ts';
import type { PageRequests } from './pages.ts';

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;

export const DEVICE_PATH = '/device';

export type DevicePagesDeps = {
  readonly requests: PageRequests;
  /** Told when a code was found, and when it was confirmed: neither was a guess. */
  readonly onFound: (address: string) => Promise<void>;
};

export function makeDeviceFlow({ requests, onFound }: DevicePagesDeps): DeviceFlow {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    deviceInfo: (ctx) => ({ address: requests.of(ctx.req).address }),
    userCodeInputSource: (ctx, form, _out, error) => {
      const fault = error === undefined ? undefined : faultOf(error);
      ctx.type = 'text/html; charset=utf-8';
      if (fault !== undefined) ctx.status = 422;
      ctx.body = deviceCodePage(requests.of(ctx.req).frame, {
        action: DEVICE_PATH,
        xsrf: xsrfOf(form),
        ...(fault === undefined ? {} : { fault }),
        code: userCodeOf(error),
      });
    },
    userCodeConfirmSource: async (ctx, form, client, deviceInfo, userCode) => {
      await onFound(requests.of(ctx.req).address);
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = deviceConfirmPage(requests.of(ctx.req).frame, {
        action: DEVICE_PATH,
        xsrf: xsrfOf(form),
        code: userCode,
        shown: userCode,
        system: client.clientName ?? client.clientId,
        operator: textOf(client['xinji_organisation']),
        address: textOf(deviceInfo['address']),
      });
    },
    successSource: async (ctx: KoaContextWithOIDC) => {
      await onFound(requests.of(ctx.req).address);
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = deviceDonePage(requests.of(ctx.req).frame);
    },
  };
}

const FAULTS: Readonly<Record<string, DeviceFault['kind']>> = {
  NoCodeError: 'missing',
  NotFoundError: 'unknown',
  ExpiredError: 'expired',
  AlreadyUsedError: 'used',
  AbortedError: 'refused',
};

function faultOf(error: Error): DeviceFault {
  return { kind: FAULTS[error.name] ?? 'interrupted' } as DeviceFault;
}

function userCodeOf(error: Error | undefined): string {
  return error !== undefined && 'userCode' in error && typeof error.userCode === 'string' ? error.userCode : '';
}

function xsrfOf(form: string): string {
  return /name="xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
