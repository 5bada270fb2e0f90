import {
  type Config,
  type ConfigTable,
  type EnvKey,
  parseInteger,
  parseKey32,
  parseList,
  parsePort,
  parsePostgresUrl,
  parsePublicUrl,
  readConfig,
} from '../common/env.ts';
import { parseNetworks } from '../common/networks.ts';
import { inDevelopment, parseCookieKeys, ROOM_ROWS } from '../common/setting-values.ts';
import { DEFAULT_LIFETIMES } from './domain/lifetimes.ts';

const DEVELOPMENT_COOKIE_KEY = 'development-cookie-key-of-the-identity-room';

export const CONFIG_TABLE = {
  ...ROOM_ROWS,
  masterKey: {
    name: 'XINJI_MASTER_KEY',
    manual:
      'Key under which holder codes and signing keys are sealed at rest and subjects are made for systems; losing it loses all of them, so it is never changed.',
    example: '64 hexadecimal digits',
    secret: true,
    parse: parseKey32,
  },
  port: {
    name: 'XINJI_IDENTITY_PORT',
    manual: 'Port that the identity room listens on.',
    example: '7001',
    fallback: () => '7001',
    parse: parsePort,
  },
  url: {
    name: 'XINJI_IDENTITY_URL',
    manual: 'Public URL of the identity room; it is the issuer in every token and cannot be changed later.',
    example: 'https://id.example.gov.cn',
    fallback: inDevelopment('http://localhost:7001'),
    parse: parsePublicUrl,
  },
  databaseUrl: {
    name: 'XINJI_IDENTITY_DATABASE_URL',
    manual: "Connection of the room's own role; `xinji migrate` makes the role.",
    example: 'postgres://xinji_identity:…@db.example.gov.cn/xinji',
    secret: true,
    parse: parsePostgresUrl,
  },
  licenseUrl: {
    name: 'XINJI_LICENSE_URL',
    manual: 'Public URL of the license room: the audience of tokens with scopes license:….',
    example: 'https://license.example.gov.cn',
    fallback: inDevelopment('http://localhost:7002'),
    parse: parsePublicUrl,
  },
  sealUrl: {
    name: 'XINJI_SEAL_URL',
    manual: 'Public URL of the seal room: the audience of tokens with scope seal:use.',
    example: 'https://seal.example.gov.cn',
    fallback: inDevelopment('http://localhost:7003'),
    parse: parsePublicUrl,
  },
  keyLeadSeconds: {
    name: 'XINJI_IDENTITY_KEY_LEAD_SECONDS',
    manual:
      'How long a new signing key is published before it signs. Longer than those who verify keep the key set, and than the clocks of the nodes differ.',
    example: '86400',
    fallback: () => '86400',
    parse: parseInteger(5, 30 * 86_400),
  },
  keyMaxAgeDays: {
    name: 'XINJI_IDENTITY_KEY_MAX_AGE_DAYS',
    manual: 'How long a signing key signs before the next one takes over by itself.',
    example: '90',
    fallback: () => '90',
    parse: parseInteger(1, 3650),
  },
  cookieKeys: {
    name: 'XINJI_IDENTITY_COOKIE_KEYS',
    manual: 'Secrets of at least 32 characters that sign cookies, newest first, separated by commas.',
    example: 'two random texts',
    secret: true,
    fallback: inDevelopment(DEVELOPMENT_COOKIE_KEY),
    parse: parseCookieKeys,
  },
  logoutNetworks: {
    name: 'XINJI_IDENTITY_LOGOUT_NETWORKS',
    manual:
      'Private networks (CIDR, separated by commas) on which systems may be told of a logout; all others are refused.',
    example: '10.20.0.0/16,192.168.7.0/24',
    fallback: (mode) => (mode === 'development' ? '127.0.0.0/8,::1/128' : ''),
    parse: (value) => {
      const networks = parseList(value);
      parseNetworks(networks);
      return networks;
    },
  },
  logoutTimeoutMs: {
    name: 'XINJI_IDENTITY_LOGOUT_TIMEOUT_MS',
    manual:
      'How long a system may take to answer when it is told of a logout, in milliseconds. The person waits that long at most; who did not answer is named to him.',
    example: '2500',
    fallback: () => '2500',
    parse: parseInteger(100, 60_000),
  },
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
  sessionIdleSeconds: lifetime({
    name: 'XINJI_IDENTITY_SESSION_IDLE_SECONDS',
    manual: 'After how many seconds without use a session ends.',
    value: DEFAULT_LIFETIMES.sessionIdleSeconds,
    between: [60, 86_400],
  }),
  sessionSeconds: lifetime({
    name: 'XINJI_IDENTITY_SESSION_SECONDS',
    manual: 'After how many seconds a session ends however much it is used.',
    value: DEFAULT_LIFETIMES.sessionSeconds,
    between: [60, 86_400],
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

export type IdentityConfig = Config<typeof CONFIG_TABLE>;

/** Throws `config-invalid` with every fault. */
export function readRoomConfig(env: NodeJS.ProcessEnv): IdentityConfig {
  return readConfig(CONFIG_TABLE, env);
}

type LifetimeRow = {
  readonly name: string;
  readonly manual: string;
  readonly value: number;
  readonly between: readonly [least: number, most: number];
};

function lifetime({ name, manual, value, between: [least, most] }: LifetimeRow): EnvKey<number> {
  return { name, manual, example: String(value), fallback: () => String(value), parse: parseInteger(least, most) };
}
