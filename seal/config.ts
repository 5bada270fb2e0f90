// The settings of the seal room: the name, manual, default and reader of each; docs/config.md is generated from them.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { esID } from '../common/contract/seal.ts';
import {
  type Config,
  type ConfigTable,
  type Mode,
  parseInteger,
  parseKey32,
  parsePort,
  parsePostgresUrl,
  parsePublicUrl,
  parseServiceUrl,
  parseText,
  readConfig,
} from '../common/env.ts';
import {
  auditRows,
  inDevelopment,
  MASTER_KEY_ROWS,
  parseAuthorities,
  parseCertificates,
  parseKeysFolder,
  parseTrust,
  ROOM_ROWS,
  VERIFIER_ROWS,
} from '../common/setting-values.ts';
import { CONTAINER_ROWS } from './domain/container-settings.ts';
import { DEFAULT_CODE_RULE, parseCodeRule } from './domain/seal-code.ts';

export const CONFIG_TABLE = {
  ...ROOM_ROWS,
  ...VERIFIER_ROWS,
  ...MASTER_KEY_ROWS,
  masterKey: {
    name: 'XINJI_MASTER_KEY',
    manual:
      'Key under which the secret of the room is sealed, which closes the keys of seals; opens key files in a sealed box. `xinji keys rewrap` changes it.',
    example: '64 hexadecimal digits',
    secret: true,
    parse: parseKey32,
  },
  port: {
    name: 'XINJI_SEAL_PORT',
    manual: 'Port that the seal room listens on.',
    example: '7003',
    fallback: () => '7003',
    parse: parsePort,
  },
  url: {
    name: 'XINJI_SEAL_URL',
    manual: 'Public URL of the seal room; it is the audience of tokens with scope seal:use.',
    example: 'https://seal.example.gov.cn',
    fallback: inDevelopment('http://localhost:7003'),
    parse: parsePublicUrl,
  },
  databaseUrl: {
    name: 'XINJI_SEAL_DATABASE_URL',
    manual: "Connection of the room's own role; `xinji migrate` makes the role.",
    example: 'postgres://xinji_seal:…@db.example.gov.cn/xinji',
    secret: true,
    parse: parsePostgresUrl,
  },
  identityUrl: {
    name: 'XINJI_IDENTITY_URL',
    manual: 'Public URL of the identity room: the issuer of access tokens.',
    example: 'https://id.example.gov.cn',
    fallback: inDevelopment('http://localhost:7001'),
    parse: parsePublicUrl,
  },
  keysFolder: {
    name: 'XINJI_SEAL_KEYS',
    manual:
      'Folder with NAME.key.pem (mode 0600, or a sealed box) and NAME.crt.pem for each signer whose key was brought. `none`: seals are used with the keys that this room made, which lie sealed in its database.',
    example: '/etc/xinji/seal/signers',
    fallback: (mode) => (mode === 'development' ? 'keys-dev/pem/seal' : 'none'),
    parse: (value, mode) => (value === 'none' ? null : parseKeysFolder(value, mode)),
  },
  trustStores: {
    name: 'XINJI_SEAL_TRUST',
    manual:
      'Folder with the authorities that verification trusts, by purpose: makers.pem for who may make seals, signers.pem for who may sign documents, tsa.pem for who may stamp times. Beside them revocation lists (*.crl), and sources.json with the http(s) addresses that are asked for lists and OCSP responses. Published at /v1/trust-roots.',
    example: '/etc/xinji/seal/trust',
    fallback: inDevelopment('keys-dev/pem/trust'),
    parse: parseTrust,
  },
  developmentAuthorities: {
    name: 'XINJI_SEAL_DEVELOPMENT_AUTHORITIES',
    manual:
      'Folder of the development PKI, whose authorities then answer here, at /crl and /ocsp, for what they revoked; `none` otherwise. Development only.',
    example: 'none',
    fallback: (mode: Mode) => (mode === 'development' ? 'keys-dev/pem' : 'none'),
    parse: parseAuthorities,
  },
  chain: {
    name: 'XINJI_SEAL_CHAIN',
    manual: 'PEM file with the authorities between what is trusted, signers and seal makers; carried in signatures.',
    example: '/etc/xinji/seal/chain.pem',
    fallback: inDevelopment('keys-dev/pem/pki/chain.pem'),
    parse: parseCertificates,
  },
  ...auditRows('seal'),
  limitMegabytes: {
    name: 'XINJI_SEAL_LIMIT_MB',
    manual: 'Largest PDF that is verified over HTTP, in megabytes of 1,000,000 bytes.',
    example: '50',
    fallback: () => '50',
    parse: parseInteger(1, 1000),
  },
  uploadMegabytes: {
    name: 'XINJI_SEAL_UPLOAD_MB',
    manual:
      'Largest PDF that is sealed over HTTP, in megabytes of 1,000,000 bytes. While it is worked on it lies on disk, not in memory.',
    example: '1000',
    fallback: () => '1000',
    parse: parseInteger(1, 100_000),
  },
  uploadsFolder: {
    name: 'XINJI_SEAL_UPLOADS',
    manual:
      'Folder on a disk (not in memory) for documents while they are sealed, as files without a name that end with the process.',
    example: '/var/lib/xinji/uploads',
    fallback: () => join(tmpdir(), 'xinji-uploads'),
    parse: parseText,
  },
  callerMegabytes: {
    name: 'XINJI_SEAL_UPLOADS_PER_CLIENT_MB',
    manual: 'What one client may have there at a time, in megabytes.',
    example: '2000',
    fallback: () => '2000',
    parse: parseInteger(1, 1_000_000),
  },
  sealVersion: {
    name: 'XINJI_SEAL_VERSION',
    manual: 'Version of the seals that are made: 4 (GB/T 38540-2020) or 5 (GM/T 0031-2025). Both are verified, and 1.',
    example: '4',
    fallback: () => '4',
    parse: parseInteger(4, 5),
  },
  ...CONTAINER_ROWS,
  codeRule: {
    name: 'XINJI_SEAL_CODE_RULE',
    manual:
      'How seal codes are made: text with {area} (6 digits of the owner, GB/T 2260) and one {serial:N}. Codes that were given stay.',
    example: DEFAULT_CODE_RULE,
    fallback: () => DEFAULT_CODE_RULE,
    parse: parseCodeRule,
  },
  makerKeysFolder: {
    name: 'XINJI_SEAL_MAKER_KEYS',
    manual:
      'Folder with the one NAME.key.pem and NAME.crt.pem of the seal maker (制章者); `none`: this room uses seals and makes none.',
    example: '/etc/xinji/seal/maker',
    fallback: (mode: Mode) => (mode === 'development' ? 'keys-dev/pem/maker' : 'none'),
    parse: (path: string, mode: Mode) => (path === 'none' ? null : parseKeysFolder(path, mode)),
  },
  ca: {
    name: 'XINJI_SEAL_CA',
    manual:
      'Who certifies the keys of seals: a folder in which requests and revocations are left for a licensed authority, whose certificates come back by POST /v1/seal-applications/{id}/certificate; `none` when no seals are made here; in development also `development:` and the folder of the development PKI.',
    example: '/var/lib/xinji/ca',
    fallback: (mode: Mode) => (mode === 'development' ? 'development:keys-dev/pem' : 'none'),
    parse: parseCa,
  },
  tsa: {
    name: 'XINJI_SEAL_TSA',
    manual:
      'Where time stamps come from: `own` (this room serves /tsa), the URL of an authority that speaks RFC 3161 with SM3, or `none` (sealing at level T is refused, so that no license can be issued).',
    example: 'https://tsa.example.gov.cn/tsa',
    fallback: inDevelopment('own'),
    parse: parseTsa,
  },
  tsaKeysFolder: {
    name: 'XINJI_SEAL_TSA_KEYS',
    manual:
      'Folder with the one NAME.key.pem and NAME.crt.pem of the own time-stamp authority; `none` when it is not used.',
    example: '/etc/xinji/seal/tsa',
    fallback: (mode: Mode) => (mode === 'development' ? 'keys-dev/pem/tsa' : 'none'),
    parse: (path: string, mode: Mode) => (path === 'none' ? null : parseKeysFolder(path, mode)),
  },
  tsaPolicy: {
    name: 'XINJI_SEAL_TSA_POLICY',
    manual: 'Object identifier of the policy under which the own authority stamps.',
    example: '1.2.156.10001.1',
    fallback: () => '2.25.29374460661254495747073602633507350496',
    parse: parseOid,
  },
  verificationsPerMinute: {
    name: 'XINJI_SEAL_VERIFICATIONS_PER_MINUTE',
    manual:
      'Verifications a minute taken from one address; the license room asks from one, so its limit should be a multiple. A gateway should limit too.',
    example: '600',
    fallback: (mode) => (mode === 'development' ? '6000' : '600'),
    parse: parseInteger(1, 1_000_000),
  },
  reportSeal: {
    name: 'XINJI_SEAL_REPORT_SEAL',
    manual:
      'Seal code of the seal of the platform, which the printed reports of the verification page bear; `none`: there are none.',
    example: '36010000000002',
    fallback: (mode: Mode) => (mode === 'development' ? '36010000000002' : 'none'),
    parse: parseSealCode,
  },
  verificationThreads: {
    name: 'XINJI_SEAL_VERIFICATION_THREADS',
    manual: 'Threads that read and judge uploaded files; each may take 256 MB of heap. One more looks into pages.',
    example: '2',
    fallback: () => '2',
    parse: parseInteger(1, 64),
  },
  verificationSeconds: {
    name: 'XINJI_SEAL_VERIFICATION_SECONDS',
    manual: 'Seconds after which the reading of one uploaded file is ended; shorter than what a gateway waits.',
    example: '20',
    fallback: () => '20',
    parse: parseInteger(1, 600),
  },
  publicPerMinute: {
    name: 'XINJI_SEAL_PUBLIC_PER_MINUTE',
    manual:
      'Other requests a minute that anybody may make from one address: time stamps, seals, what is trusted, results and drawn pages of the verification page. The time stamps that this room itself puts over seals do not count.',
    example: '600',
    fallback: (mode) => (mode === 'development' ? '6000' : '600'),
    parse: parseInteger(1, 1_000_000),
  },
  checkedMegabytes: {
    name: 'XINJI_SEAL_CHECKED_MB',
    manual:
      'Memory for files that were uploaded to the verification page, which are kept ten minutes; the oldest make room. At least the limit of one file.',
    example: '256',
    fallback: () => '256',
    parse: parseInteger(1, 16_000),
  },
  signingWorkers: {
    name: 'XINJI_SEAL_WORKERS',
    manual: 'Threads that seal and sign; as many as there are cores to spare. The private keys are in them.',
    example: '2',
    fallback: () => '2',
    parse: parseInteger(1, 64),
  },
} as const satisfies ConfigTable;

export type SealConfig = Config<typeof CONFIG_TABLE>;

/** Throws `config-invalid` with every fault. */
export function readRoomConfig(env: NodeJS.ProcessEnv): SealConfig {
  return readConfig(CONFIG_TABLE, env);
}

/** `own`, `none`, or the URL of an authority, of which production wants https. */
export type TsaSetting = { readonly kind: 'own' | 'none' } | { readonly kind: 'external'; readonly url: string };

function parseTsa(value: string, mode: Mode): TsaSetting {
  if (value === 'own' || value === 'none') return { kind: value };
  return { kind: 'external', url: parseServiceUrl(value, mode) };
}

function parseSealCode(value: string): string | null {
  if (value === 'none') return null;
  const code = esID.safeParse(value);
  if (!code.success) throw new Error('expected a seal code or none');
  return code.data;
}

function parseOid(value: string): string {
  if (!/^[0-2](\.(0|[1-9]\d{0,38})){1,20}$/.test(value)) throw new Error('expected a dotted object identifier');
  return value;
}

/** Who certifies the keys of seals. */
export type CaSetting = { readonly kind: 'none' } | { readonly kind: 'files' | 'development'; readonly folder: string };

function parseCa(value: string, mode: Mode): CaSetting {
  if (value === 'none') return { kind: 'none' };
  const folder = /^development:(.+)$/.exec(value)?.[1];
  if (folder !== undefined && mode === 'production')
    throw new Error('the development authority is refused in production');
  return folder === undefined ? { kind: 'files', folder: parseText(value) } : { kind: 'development', folder };
}
