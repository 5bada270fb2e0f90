// What the rooms' settings have in common: rows of their tables, and how files, folders and secrets are read. What belongs to
// the development PKI is refused in production. The tables themselves are the rooms' (`<room>/config.ts`).
import { readFileSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import {
  type ConfigTable,
  type Mode,
  parseInteger,
  parseKeys32,
  parseList,
  parseServiceUrl,
  parseText,
} from './env.ts';
import { type PurposeFolder, readPurposeFolder, readTrustFolder, type TrustFolder } from './files/trust-folder.ts';
import { parseNetworks } from './networks.ts';
import { type Certificate, isDevelopmentCertificate, readCertificatesPem } from './pki/certificate.ts';

/** A default that production does not have. */
export const inDevelopment = (value: string) => (mode: Mode) => (mode === 'development' ? value : undefined);

/** An empty text is: none. */
export function parseOptional<T>(parse: (value: string, mode: Mode) => T): (value: string, mode: Mode) => T | null {
  return (value, mode) => (value === '' ? null : parse(value, mode));
}

/** Networks in CIDR form, separated by commas. */
export function parseNetworkList(value: string): readonly string[] {
  const networks = parseList(value);
  parseNetworks(networks);
  return networks;
}

function said<N extends string>(name: N, manual: string, example: string) {
  return { name, manual, example, fallback: () => '', parse: parseOptional(parseText) } as const;
}

function page<N extends string>(name: N, manual: string, example: string) {
  return { name, manual, example, fallback: () => '', parse: parseOptional(parseServiceUrl) } as const;
}

/** What the operator of a public site says of himself at the foot of every page; each part is hidden while unset. */
const SITE_ROWS = {
  siteOperator: said(
    'XINJI_SITE_OPERATOR',
    'Who runs the site (主办单位), at the foot of every page. Unset: not shown.',
    '示例省政务服务管理局',
  ),
  siteContact: said('XINJI_SITE_CONTACT', 'How people reach whoever runs the site (联系方式).', '12345'),
  siteCode: said(
    'XINJI_SITE_CODE',
    'The code of the site as a government site (网站标识码).',
    'the code on its certificate',
  ),
  siteIcp: said(
    'XINJI_SITE_ICP',
    'Its number on record at the ministry (ICP备案号); leads to the register.',
    'the number as granted',
  ),
  sitePolice: said(
    'XINJI_SITE_POLICE',
    'Its number on record at the police (公安备案号); leads to the register.',
    'the number as granted',
  ),
  siteAccessibilityUrl: page(
    'XINJI_SITE_ACCESSIBILITY_URL',
    'Address of the statement on accessibility (无障碍说明).',
    'https://www.example.gov.cn/accessibility',
  ),
  siteHelpUrl: page('XINJI_SITE_HELP_URL', 'Address of the help (帮助).', 'https://www.example.gov.cn/help'),
} as const satisfies ConfigTable;

/** Rows of every room. */
export const ROOM_ROWS = {
  logLevel: {
    name: 'XINJI_LOG_LEVEL',
    manual: 'How much is logged: trace, debug, info, warn, error or fatal.',
    example: 'info',
    fallback: () => 'info',
    parse: parseText,
  },
  bind: {
    name: 'XINJI_BIND',
    manual: 'Address that the server listens on.',
    example: '127.0.0.1',
    fallback: () => '127.0.0.1',
    parse: parseText,
  },
  ...SITE_ROWS,
} as const satisfies ConfigTable;

/** Of the rooms that check the identity room's tokens. */
export const VERIFIER_ROWS = {
  jwksCooldownSeconds: {
    name: 'XINJI_JWKS_COOLDOWN_SECONDS',
    manual:
      'How long after the last look at the published keys an unknown one is refused without another look. Shorter than XINJI_IDENTITY_KEY_LEAD_SECONDS.',
    example: '30',
    fallback: () => '30',
    parse: parseInteger(1, 3600),
  },
} as const satisfies ConfigTable;

/** Of the rooms that keep something under a master key. */
export const MASTER_KEY_ROWS = {
  previousMasterKeys: {
    name: 'XINJI_MASTER_KEY_PREVIOUS',
    manual:
      'Former values of XINJI_MASTER_KEY that still open what they closed, the newest first, separated by commas; empty once `xinji keys rewrap` says that nothing is left.',
    example: '64 hexadecimal digits',
    secret: true,
    fallback: () => '',
    parse: parseKeys32,
  },
} as const satisfies ConfigTable;

/** What a room needs to keep an audit log (common/audit). */
export const auditRows = (room: 'identity' | 'license' | 'seal') =>
  ({
    checkpointKey: {
      name: `XINJI_${room.toUpperCase()}_CHECKPOINT_KEY`,
      manual: 'SM2 key (PKCS#8 PEM, mode 0600, or a sealed box) that signs the checkpoints of the audit log.',
      example: `/etc/xinji/${room}/checkpoints.key.pem`,
      fallback: inDevelopment(`keys-dev/pem/audit/audit-${room}.key.pem`),
      parse: parsePath,
    },
    checkpointCertificates: {
      name: `XINJI_${room.toUpperCase()}_CHECKPOINT_CERTIFICATES`,
      manual:
        'PEM file: first the certificate of the checkpoint key, behind it those of earlier keys, for `xinji audit verify`.',
      example: `/etc/xinji/${room}/checkpoints.crt.pem`,
      fallback: inDevelopment(`keys-dev/pem/audit/audit-${room}.crt.pem`),
      parse: parseCertificates,
    },
    checkpointFolder: {
      name: `XINJI_${room.toUpperCase()}_CHECKPOINTS`,
      manual:
        'Folder for the copy of the checkpoints outside the database, appended only; best on a disk that the database administrator cannot write.',
      example: '/var/lib/xinji/checkpoints',
      fallback: inDevelopment('.data/checkpoints'),
      parse: parseText,
    },
  }) as const satisfies ConfigTable;

/** Who proves the time of checkpoints. */
export const checkpointTsaRow = (room: 'identity' | 'license') =>
  ({
    name: `XINJI_${room.toUpperCase()}_TSA`,
    manual:
      'URL of a time-stamp authority (RFC 3161 with SM3), which is asked once a minute for the time of a checkpoint: that of the seal room (its URL and /tsa), or another; `none`: the times are those of this room.',
    example: 'https://seal.example.gov.cn/tsa',
    fallback: (mode: Mode) => (mode === 'development' ? 'http://localhost:7003/tsa' : 'none'),
    parse: (value: string, mode: Mode) => (value === 'none' ? null : parseServiceUrl(value, mode)),
  }) as const satisfies ConfigTable[string];

/** Secrets of at least 32 characters, the newest first. */
export function parseCookieKeys(value: string, mode: Mode): readonly string[] {
  const keys = parseList(value);
  if (keys.length === 0 || keys.some((key) => key.length < 32))
    throw new Error('expected secrets of at least 32 characters');
  if (mode === 'production' && keys.some((key) => key.startsWith('development-'))) {
    throw new Error('is the default of development; production needs secrets of its own');
  }
  return keys;
}

/** The text of a key file that nobody else can read. */
export function readKeyText(path: string, mode: Mode): string {
  if (mode === 'production' && isUnderKeysDev(path))
    throw new Error('is a development key; production needs a key of its own');
  let permissions: number;
  try {
    permissions = statSync(path).mode & 0o777;
  } catch {
    throw new Error('cannot be read; expected a PEM file');
  }
  if ((permissions & 0o077) !== 0) throw new Error('can be read by others; set its mode to 0600');
  return readFileSync(path, 'utf8');
}

export function parsePath(path: string, mode: Mode): string {
  refuseDevelopmentPath(path, mode);
  return parseText(path);
}

export function parseKeysFolder(path: string, mode: Mode): string {
  refuseDevelopmentPath(path, mode);
  try {
    if (statSync(path).isDirectory()) return path;
  } catch {
    throw new Error('cannot be read; expected a folder with signer keys');
  }
  throw new Error('is not a folder');
}

/** The folder of the development PKI, or null for `none`, which is all that production takes. */
export function parseAuthorities(path: string, mode: Mode): string | null {
  if (path === 'none') return null;
  if (mode === 'production') throw new Error('is for development only; production has `none`');
  return parseKeysFolder(path, mode);
}

export function parseCertificates(path: string, mode: Mode): readonly Certificate[] {
  refuseDevelopmentPath(path, mode);
  let certificates: readonly Certificate[];
  try {
    certificates = readCertificatesPem(readFileSync(path, 'utf8'));
  } catch {
    throw new Error('cannot be read; expected a file with PEM certificates');
  }
  refuseDevelopmentCertificates(certificates, mode);
  return certificates;
}

export function parseTrust(path: string, mode: Mode): TrustFolder {
  refuseDevelopmentPath(path, mode);
  const folder = readTrustFolder(path);
  const { makers, signers, timeStamping } = folder;
  for (const { roots } of [makers, signers, timeStamping]) refuseDevelopmentCertificates(roots, mode);
  return folder;
}

/** A folder with authorities for one purpose alone, in the file `name`. */
export const parsePurpose =
  (name: string) =>
  (path: string, mode: Mode): PurposeFolder => {
    refuseDevelopmentPath(path, mode);
    const folder = readPurposeFolder(path, name);
    refuseDevelopmentCertificates(folder.roots, mode);
    return folder;
  };

function refuseDevelopmentCertificates(certificates: readonly Certificate[], mode: Mode): void {
  if (mode === 'production' && certificates.some(isDevelopmentCertificate))
    throw new Error('holds a certificate of the development PKI (OU=DEV ONLY), which production refuses');
}

function refuseDevelopmentPath(path: string, mode: Mode): void {
  if (mode === 'production' && isUnderKeysDev(path)) throw new Error('lies under keys-dev, which production refuses');
}

const isUnderKeysDev = (path: string): boolean => resolve(path).split(sep).includes('keys-dev');
