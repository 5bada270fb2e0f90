import {
  type Config,
  type ConfigTable,
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
} as const satisfies ConfigTable;

export type IdentityConfig = Config<typeof CONFIG_TABLE>;

/** Throws `config-invalid` with every fault. */
export function readRoomConfig(env: NodeJS.ProcessEnv): IdentityConfig {
  return readConfig(CONFIG_TABLE, env);
}
