// The settings of the identity room: the name, manual, default and reader of each; docs/config.md is generated from them.
// Those of the room itself stand here, the others by topic in settings/.
import {
  type Config,
  type ConfigTable,
  parseInteger,
  parseKey32,
  parsePort,
  parsePostgresUrl,
  parsePublicUrl,
  readConfig,
} from '../common/env.ts';
import {
  auditRows,
  checkpointTsaRow,
  inDevelopment,
  MASTER_KEY_ROWS,
  parseCookieKeys,
  ROOM_ROWS,
} from '../common/setting-values.ts';
import { ACCOUNT_ROWS } from './settings/accounts.ts';
import { FACTOR_ROWS } from './settings/factors.ts';
import { MESSAGE_ROWS } from './settings/messages.ts';
import { RETENTION_ROWS } from './settings/retention.ts';
import { SESSION_ROWS } from './settings/sessions.ts';
import { TOKEN_ROWS } from './settings/tokens.ts';

const DEVELOPMENT_COOKIE_KEY = 'development-cookie-key-of-the-identity-room';

export const CONFIG_TABLE = {
  ...ROOM_ROWS,
  ...MASTER_KEY_ROWS,
  masterKey: {
    name: 'XINJI_MASTER_KEY',
    manual:
      'Key under which the secret of the room is sealed, from which everything else is made: losing it loses all accounts. `xinji keys rewrap` changes it.',
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
  ...auditRows('identity'),
  tsa: checkpointTsaRow('identity'),
  cookieKeys: {
    name: 'XINJI_IDENTITY_COOKIE_KEYS',
    manual: 'Secrets of at least 32 characters that sign cookies, newest first, separated by commas.',
    example: 'two random texts',
    secret: true,
    fallback: inDevelopment(DEVELOPMENT_COOKIE_KEY),
    parse: parseCookieKeys,
  },
  ...ACCOUNT_ROWS,
  ...FACTOR_ROWS,
  ...SESSION_ROWS,
  ...MESSAGE_ROWS,
  ...RETENTION_ROWS,
  ...TOKEN_ROWS,
} as const satisfies ConfigTable;

export type IdentityConfig = Config<typeof CONFIG_TABLE>;

/** Throws `config-invalid` with every fault. */
export function readRoomConfig(env: NodeJS.ProcessEnv): IdentityConfig {
  return readConfig(CONFIG_TABLE, env);
}
