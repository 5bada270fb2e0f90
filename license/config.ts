// The settings of the license room: the name, manual, default and reader of each; docs/config.md is generated from them.
import {
  type Config,
  type ConfigTable,
  parseInteger,
  parseKey32,
  parsePort,
  parsePostgresUrl,
  parsePublicUrl,
  parseText,
  readConfig,
} from '../common/env.ts';
import { parseFilePlace, parseS3Credentials } from '../common/files/file-place.ts';
import {
  auditRows,
  checkpointTsaRow,
  inDevelopment,
  MASTER_KEY_ROWS,
  parseCertificates,
  parseCookieKeys,
  parseOptional,
  ROOM_ROWS,
  readKeyText,
  VERIFIER_ROWS,
} from '../common/setting-values.ts';
import { SHARING_ROWS } from './settings/sharing.ts';
import { WEBHOOK_ROWS } from './settings/webhooks.ts';

const DEVELOPMENT_COOKIE_KEY = 'development-cookie-key-of-the-license-room';

export const CONFIG_TABLE = {
  ...ROOM_ROWS,
  ...VERIFIER_ROWS,
  ...MASTER_KEY_ROWS,
  masterKey: {
    name: 'XINJI_MASTER_KEY',
    manual:
      'Key under which the keys of holders and the secret of the room are sealed; losing it loses every license. `xinji keys rewrap` changes it.',
    example: '64 hexadecimal digits',
    secret: true,
    parse: parseKey32,
  },
  port: {
    name: 'XINJI_LICENSE_PORT',
    manual: 'Port that the license room listens on.',
    example: '7002',
    fallback: () => '7002',
    parse: parsePort,
  },
  url: {
    name: 'XINJI_LICENSE_URL',
    manual: 'Public URL of the license room: the audience of its tokens and the address of its pages.',
    example: 'https://license.example.gov.cn',
    fallback: inDevelopment('http://localhost:7002'),
    parse: parsePublicUrl,
  },
  databaseUrl: {
    name: 'XINJI_LICENSE_DATABASE_URL',
    manual: "Connection of the room's own role; `xinji migrate` makes the role.",
    example: 'postgres://xinji_license:…@db.example.gov.cn/xinji',
    secret: true,
    parse: parsePostgresUrl,
  },
  identityUrl: {
    name: 'XINJI_IDENTITY_URL',
    manual: 'Public URL of the identity room: the issuer of tokens and logins.',
    example: 'https://id.example.gov.cn',
    fallback: inDevelopment('http://localhost:7001'),
    parse: parsePublicUrl,
  },
  sealUrl: {
    name: 'XINJI_SEAL_URL',
    manual: 'Public URL of the seal room, which seals and verifies the files.',
    example: 'https://seal.example.gov.cn',
    fallback: inDevelopment('http://localhost:7003'),
    parse: parsePublicUrl,
  },
  clientKeyPem: {
    name: 'XINJI_LICENSE_CLIENT_KEY',
    manual: 'File with the P-256 private key (PKCS#8 PEM, mode 0600) of the client `license` at the identity room.',
    example: '/etc/xinji/license/client.key.pem',
    fallback: inDevelopment('keys-dev/pem/license/client.key.pem'),
    parse: readKeyText,
  },
  filesPlace: {
    name: 'XINJI_LICENSE_FILES',
    manual:
      'Where the sealed license files lie, named by their SM3, for all instances of the room: a folder, or a bucket behind the S3 API as s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION.',
    example: '/var/lib/xinji/license-files',
    fallback: inDevelopment('.data/files/license'),
    parse: parseFilePlace,
  },
  filesCredentials: {
    name: 'XINJI_LICENSE_FILES_KEY',
    manual:
      'File (mode 0600) with two lines, access key id and secret, when XINJI_LICENSE_FILES is a bucket; empty otherwise.',
    example: '/etc/xinji/license/files.key',
    fallback: () => '',
    parse: parseOptional((path, mode) => parseS3Credentials(readKeyText(path, mode))),
  },
  rareFonts: {
    name: 'XINJI_LICENSE_FONTS',
    manual:
      'Folder with HanaMinA.ttf and HanaMinB.ttf, which draw rare characters (生僻字) that Noto Sans SC lacks; Debian: fonts-hanazono. Without it such a character is refused (`glyph-missing`).',
    example: '/usr/share/fonts/truetype/hanazono',
    fallback: () => '/usr/share/fonts/truetype/hanazono',
    parse: parseText,
  },
  verificationsPerMinute: {
    name: 'XINJI_LICENSE_VERIFICATIONS_PER_MINUTE',
    manual: 'Public checks of files and codes a minute taken from one address. A gateway should limit too.',
    example: '60',
    fallback: (mode) => (mode === 'development' ? '6000' : '60'),
    parse: parseInteger(1, 1_000_000),
  },
  catalogCertificates: {
    name: 'XINJI_LICENSE_CATALOG_CERTIFICATES',
    manual:
      'PEM file: certificates whose signatures on published license types are accepted, the one in use and those before it.',
    example: '/etc/xinji/license/catalog.crt.pem',
    fallback: inDevelopment('keys-dev/pem/catalog/license-catalog.crt.pem'),
    parse: parseCertificates,
  },
  ...auditRows('license'),
  tsa: checkpointTsaRow('license'),
  ...WEBHOOK_ROWS,
  ...SHARING_ROWS,
  cookieKeys: {
    name: 'XINJI_LICENSE_COOKIE_KEYS',
    manual: 'Secrets of at least 32 characters that sign cookies, newest first, separated by commas.',
    example: 'two random texts',
    secret: true,
    fallback: inDevelopment(DEVELOPMENT_COOKIE_KEY),
    parse: parseCookieKeys,
  },
} as const satisfies ConfigTable;

export type LicenseConfig = Config<typeof CONFIG_TABLE>;

/** Throws `config-invalid` with every fault. */
export function readRoomConfig(env: NodeJS.ProcessEnv): LicenseConfig {
  return readConfig(CONFIG_TABLE, env);
}
