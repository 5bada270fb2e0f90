// Settings of how long codes and tokens live.
import { type ConfigTable, type EnvKey, parseInteger } from '../../common/env.ts';
import { DEFAULT_LIFETIMES } from '../domain/lifetimes.ts';

export const TOKEN_ROWS = {
  codeSeconds: lifetime({
    name: 'XINJI_IDENTITY_CODE_SECONDS',
    manual: 'How long an authorization code and a pushed authorization request live, in seconds.',
    value: DEFAULT_LIFETIMES.codeSeconds,
    between: [10, 60],
  }),
  roomTokenSeconds: lifetime({
    name: 'XINJI_IDENTITY_ROOM_TOKEN_SECONDS',
    manual:
      'How long an access token for another room lives, in seconds: the longest that the end of a session or of a role lags behind there.',
    value: DEFAULT_LIFETIMES.roomTokenSeconds,
    between: [30, 3600],
  }),
  refreshSeconds: lifetime({
    name: 'XINJI_IDENTITY_REFRESH_SECONDS',
    manual: 'How long the refresh tokens of one login live in all, in seconds, with scope offline_access.',
    value: DEFAULT_LIFETIMES.refreshSeconds,
    between: [3600, 7_776_000],
  }),
  refreshGraceSeconds: lifetime({
    name: 'XINJI_IDENTITY_REFRESH_GRACE_SECONDS',
    manual:
      'How many seconds a refresh token that was just used gives the same successor once more, for parallel requests of one system; later its use revokes the grant.',
    value: DEFAULT_LIFETIMES.refreshGraceSeconds,
    between: [0, 60],
  }),
  deviceCodeSeconds: lifetime({
    name: 'XINJI_IDENTITY_DEVICE_CODE_SECONDS',
    manual: 'How long a person has to type the code that a terminal shows, in seconds.',
    value: DEFAULT_LIFETIMES.deviceCodeSeconds,
    between: [60, 1800],
  }),
} as const satisfies ConfigTable;

type LifetimeRow = {
  readonly name: string;
  readonly manual: string;
  readonly value: number;
  readonly between: readonly [least: number, most: number];
};

function lifetime({ name, manual, value, between: [least, most] }: LifetimeRow): EnvKey<number> {
  return { name, manual, example: String(value), fallback: () => String(value), parse: parseInteger(least, most) };
}
