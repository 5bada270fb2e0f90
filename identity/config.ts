// The settings of the identity room: the name, manual, default and reader of each; docs/config.md is generated from them.
import { readFileSync } from 'node:fs';
import {
  type Config,
  type ConfigTable,
  type EnvKey,
  type Mode,
  parseInteger,
  parseIntegers,
  parseKey32,
  parseList,
  parsePort,
  parsePostgresUrl,
  parsePublicUrl,
  parseServiceUrl,
  readConfig,
} from '../common/env.ts';
import { parseNetworks } from '../common/networks.ts';
import { NO_PLACES, parsePlaces } from '../common/places.ts';
import {
  auditRows,
  inDevelopment,
  parseAuthorities,
  parseCookieKeys,
  parsePurpose,
  ROOM_ROWS,
} from '../common/setting-values.ts';
import { DEFAULT_LIFETIMES } from './domain/lifetimes.ts';
import { SOURCES, type Source } from './domain/proofing.ts';

const DEVELOPMENT_COOKIE_KEY = 'development-cookie-key-of-the-identity-room';

/** An empty text is: none. */
function parseOptional<T>(parse: (value: string, mode: Mode) => T): (value: string, mode: Mode) => T | null {
  return (value, mode) => (value === '' ? null : parse(value, mode));
}

function source(word: string, what: string) {
  return {
    name: `XINJI_IDENTITY_${word}_URL`,
    manual: `Address of the ${what}, asked by POST with JSON. Unset: in development an invented one, in production none.`,
    example: 'https://base.example.gov.cn/check',
    fallback: () => '',
    parse: parseOptional(parseSourceUrl),
  } as const;
}

function parseSourceUrl(value: string, mode: Mode): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new Error('expected an absolute http(s) URL');
  if (mode === 'production' && url.protocol !== 'https:') throw new Error('production needs https');
  return url.href;
}

function parseSources(value: string): readonly Source[] {
  return parseList(value).map((name) => {
    const known = SOURCES.find((source) => source === name);
    if (known === undefined) throw new Error(`expected some of ${SOURCES.join(', ')}`);
    return known;
  });
}

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
  ...auditRows('identity'),
  tsa: {
    name: 'XINJI_IDENTITY_TSA',
    manual:
      'URL of a time-stamp authority (RFC 3161 with SM3), which is asked once a minute for the time of a checkpoint: that of the seal room (its URL and /tsa), or another; `none`: the times are those of this room.',
    example: 'https://seal.example.gov.cn/tsa',
    fallback: (mode: Mode) => (mode === 'development' ? 'http://localhost:7003/tsa' : 'none'),
    parse: (value: string, mode: Mode) => (value === 'none' ? null : parseServiceUrl(value, mode)),
  },
  cookieKeys: {
    name: 'XINJI_IDENTITY_COOKIE_KEYS',
    manual: 'Secrets of at least 32 characters that sign cookies, newest first, separated by commas.',
    example: 'two random texts',
    secret: true,
    fallback: inDevelopment(DEVELOPMENT_COOKIE_KEY),
    parse: parseCookieKeys,
  },
  passwordMinLength: {
    name: 'XINJI_IDENTITY_PASSWORD_MIN_LENGTH',
    manual: 'Characters that a new password has at least.',
    example: '8',
    fallback: () => '8',
    parse: parseInteger(8, 64),
  },
  passwordMemoryKib: {
    name: 'XINJI_IDENTITY_PASSWORD_MEMORY_KIB',
    manual:
      'Memory of one argon2id, in KiB. After a change of this or of the next two, hashes are renewed at the next login.',
    example: '19456',
    fallback: () => '19456',
    parse: parseInteger(8192, 1_048_576),
  },
  passwordPasses: {
    name: 'XINJI_IDENTITY_PASSWORD_PASSES',
    manual: 'Passes of one argon2id over its memory.',
    example: '2',
    fallback: () => '2',
    parse: parseInteger(1, 20),
  },
  passwordLanes: {
    name: 'XINJI_IDENTITY_PASSWORD_LANES',
    manual: 'Lanes of one argon2id.',
    example: '1',
    fallback: () => '1',
    parse: parseInteger(1, 16),
  },
  breachFile: {
    name: 'XINJI_IDENTITY_BREACH_FILE',
    manual:
      'File of SHA-1 digests of published passwords, in order, one a line (40 hexadecimal digits, a count may follow after a colon). New passwords are looked up in it; it is not loaded. Unset: only the list that is built in.',
    example: '/var/lib/xinji/pwned-passwords-sha1-ordered-by-hash.txt',
    fallback: () => '',
    parse: parseOptional((path) => path),
  },
  draftHours: {
    name: 'XINJI_IDENTITY_DRAFT_HOURS',
    manual: 'How long what was typed at a registration or recovery that is not finished is kept, in hours.',
    example: '24',
    fallback: () => '24',
    parse: parseInteger(1, 168),
  },
  closingDays: {
    name: 'XINJI_IDENTITY_CLOSING_DAYS',
    manual: 'Days in which a person who closes his account may change his mind; then everything personal is shredded.',
    example: '7',
    fallback: () => '7',
    parse: parseInteger(0, 90),
  },
  proofWaitDays: {
    name: 'XINJI_IDENTITY_PROOF_WAIT_DAYS',
    manual:
      'How long name and number wait for a population base that does not answer, in days; it is asked again all the while, at most six hours apart.',
    example: '14',
    fallback: () => '14',
    parse: parseInteger(1, 90),
  },
  populationUrl: source('POPULATION', 'population base (姓名、证件号码)'),
  faceUrl: source('FACE', 'face check (人脸核验)'),
  legalPersonUrl: source('LEGAL_PERSON', 'base of legal persons (法人库)'),
  counterUrl: source(
    'COUNTER',
    "halls' system that confirms a check at a counter (窗口核验); without it the clerk's word counts",
  ),
  proofingToken: {
    name: 'XINJI_IDENTITY_PROOFING_TOKEN',
    manual: 'Sent to the sources above as `Authorization: Bearer`.',
    example: 'a random text',
    secret: true,
    fallback: () => '',
    parse: parseOptional((token) => token),
  },
  proofingTimeoutMs: {
    name: 'XINJI_IDENTITY_PROOFING_TIMEOUT_MS',
    manual: 'How long a source may take to answer, in milliseconds; after that it counts as not answering.',
    example: '5000',
    fallback: () => '5000',
    parse: parseInteger(100, 60_000),
  },
  proofingDelayMs: {
    name: 'XINJI_IDENTITY_PROOFING_DELAY_MS',
    manual: 'Development only: how long the invented sources take, in milliseconds.',
    example: '300',
    fallback: () => '0',
    parse: parseInteger(0, 60_000),
  },
  proofingOutages: {
    name: 'XINJI_IDENTITY_PROOFING_OUTAGES',
    manual: `Development only: invented sources that do not answer, separated by commas: ${SOURCES.join(', ')}.`,
    example: 'population',
    fallback: () => '',
    parse: parseSources,
  },
  scanSeconds: {
    name: 'XINJI_IDENTITY_SCAN_SECONDS',
    manual: 'How long a QR code for logging in can be scanned and confirmed, in seconds.',
    example: '120',
    fallback: () => '120',
    parse: parseInteger(30, 600),
  },
  faceTries: {
    name: 'XINJI_IDENTITY_FACE_TRIES',
    manual: 'How often a day a person may try the face check when he proves more in a session.',
    example: '5',
    fallback: () => '5',
    parse: parseInteger(1, 50),
  },
  certificateTrust: {
    name: 'XINJI_IDENTITY_CERTIFICATE_TRUST',
    manual:
      'Folder with login.pem: the authorities whose certificates log persons in. Beside it revocation lists (*.crl), and sources.json with the http(s) addresses that are asked for lists and OCSP responses. `none`: no login by certificate.',
    example: '/etc/xinji/identity/login-trust',
    fallback: (mode) => (mode === 'development' ? 'keys-dev/pem/login-trust' : 'none'),
    parse: (path, mode) => (path === 'none' ? null : parsePurpose('login.pem')(path, mode)),
  },
  certificateAgent: {
    name: 'XINJI_IDENTITY_CERTIFICATE_AGENT',
    manual:
      'Origin of the program on a person’s machine that signs with his certificate (docs/cert-login.md); the certificate page may reach it and nothing else.',
    example: 'http://127.0.0.1:7071',
    fallback: () => 'http://127.0.0.1:7071',
    parse: parseLocalOrigin,
  },
  certificateDriverUrl: {
    name: 'XINJI_IDENTITY_CERTIFICATE_DRIVER_URL',
    manual: 'Page where a person gets the driver of his certificate medium; `none`: the page names no place.',
    example: 'https://ca.example.gov.cn/driver',
    fallback: () => 'none',
    parse: parseDriverUrl,
  },
  developmentAuthorities: {
    name: 'XINJI_IDENTITY_DEVELOPMENT_AUTHORITIES',
    manual:
      'Folder of the development PKI, whose authorities then say which certificates they revoked; `none` otherwise. Development only.',
    example: 'none',
    fallback: (mode) => (mode === 'development' ? 'keys-dev/pem' : 'none'),
    parse: parseAuthorities,
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
    manual: 'How long a system may take to answer when it is told of a logout, in milliseconds.',
    example: '2500',
    fallback: () => '2500',
    parse: parseInteger(100, 60_000),
  },
  logoutWaitMs: {
    name: 'XINJI_IDENTITY_LOGOUT_WAIT_MS',
    manual:
      'How long a person who logs out waits for the systems to be told, in milliseconds; those that were not reached by then are named to him and told later.',
    example: '2500',
    fallback: () => '2500',
    parse: parseInteger(0, 60_000),
  },
  logoutRetrySeconds: {
    name: 'XINJI_IDENTITY_LOGOUT_RETRY_SECONDS',
    manual:
      'Seconds until a system that did not take the notice of a logout is told again, after the first, second … try, separated by commas; each is spread by a fifth. After the last the notice is dead: see `xinji queue`.',
    example: '5,30,120,600,1800',
    fallback: () => '5,15,60,300,900,1800,3600,7200,14400,28800,28800',
    parse: parseIntegers(1, 7 * 24 * 60 * 60),
  },
  sessionIdleMinutes: {
    name: 'XINJI_IDENTITY_SESSION_IDLE_MINUTES',
    manual: 'A session that was not used for so long ends, in minutes; its systems are told.',
    example: '30',
    fallback: () => '30',
    parse: parseInteger(1, 24 * 60),
  },
  sessionHours: {
    name: 'XINJI_IDENTITY_SESSION_HOURS',
    manual: 'A session ends after so many hours, however much it is used.',
    example: '12',
    fallback: () => '12',
    parse: parseInteger(1, 48),
  },
  placeOf: {
    name: 'XINJI_IDENTITY_PLACES',
    manual:
      'File with a network and its name on each line (`10.20.0.0/16,南昌市政务外网`), shown in the login history in place of addresses; `none`: addresses are shown.',
    example: '/etc/xinji/places.csv',
    fallback: () => 'none',
    parse: (path) => (path === 'none' ? NO_PLACES : parsePlaces(readFileSync(path, 'utf8'))),
  },
  consentDays: {
    name: 'XINJI_IDENTITY_CONSENT_DAYS',
    manual: 'So many days a person is not asked again what a system may know of him; 0 asks in every session.',
    example: '365',
    fallback: () => '365',
    parse: parseInteger(0, 3650),
  },
  receiptDays: {
    name: 'XINJI_IDENTITY_RECEIPT_DAYS',
    manual: 'How long it stays on record which systems were told of a logout, in days.',
    example: '190',
    fallback: () => '190',
    parse: parseInteger(1, 3650),
  },
  jobDays: {
    name: 'XINJI_IDENTITY_JOB_DAYS',
    manual: 'How long jobs that are done stay in the queue, in days. Dead ones stay until they are requeued.',
    example: '3',
    fallback: () => '3',
    parse: parseInteger(0, 365),
  },
  otpSeconds: {
    name: 'XINJI_IDENTITY_OTP_SECONDS',
    manual: 'How long a one-time code that was sent by SMS or mail is good, in seconds.',
    example: '300',
    fallback: () => '300',
    parse: parseInteger(60, 900),
  },
  otpTries: {
    name: 'XINJI_IDENTITY_OTP_TRIES',
    manual: 'How often one such code may be tried.',
    example: '5',
    fallback: () => '5',
    parse: parseInteger(1, 10),
  },
  smsUrl: gateway('SMS', 'takes messages for phones'),
  mailUrl: gateway('MAIL', 'takes messages for mailboxes'),
  historyDays: {
    name: 'XINJI_IDENTITY_HISTORY_DAYS',
    manual: 'How long it stays on record who proved what when and where, in days; not less than 180.',
    example: '365',
    fallback: () => '365',
    parse: parseInteger(180, 3650),
  },
  outboxDays: {
    name: 'XINJI_IDENTITY_OUTBOX_DAYS',
    manual:
      'How long messages to people stay, in days; they hold addresses and what was said, and are needed to answer a complaint.',
    example: '7',
    fallback: () => '7',
    parse: parseInteger(1, 90),
  },
  deviceDays: {
    name: 'XINJI_IDENTITY_DEVICE_DAYS',
    manual: 'A browser in which nobody logged in for so many days is a stranger again: the next login with it is told.',
    example: '180',
    fallback: () => '180',
    parse: parseInteger(1, 3650),
  },
  importDays: {
    name: 'XINJI_IDENTITY_IMPORT_DAYS',
    manual:
      'How long it is known which row of which other house became which account, in days. A file that is imported again later is judged as if for the first time.',
    example: '365',
    fallback: () => '365',
    parse: parseInteger(1, 3650),
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

/** A program on the same machine as the browser is met on the loopback address only. */
function parseLocalOrigin(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLocal = url !== null && ['127.0.0.1', 'localhost'].includes(url.hostname) && /^https?:$/.test(url.protocol);
  if (!isLocal || url.origin !== value.replace(/\/$/, ''))
    throw new Error('expected scheme, host and port of the loopback address');
  return url.origin;
}

function parseDriverUrl(value: string): string | null {
  if (value === 'none') return null;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) throw new Error('expected an http(s) URL');
  return value;
}

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

/** No address: the way is not offered in production, and in development the page /outbox shows the messages. */
function gateway(channel: 'SMS' | 'MAIL', what: string) {
  return {
    name: `XINJI_IDENTITY_${channel}_URL`,
    manual: `Address of the gateway that ${what}: POST with JSON {id, kind, to, text}. Unset: in development the page /outbox shows them, in production that way to log in is not offered.`,
    example: `https://${channel.toLowerCase()}.example.gov.cn/messages`,
    fallback: () => '',
    parse: parseGateway,
  } as const;
}

function parseGateway(value: string, mode: Mode): string | null {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error('expected an absolute http(s) URL');
  if (mode === 'production' && url.protocol !== 'https:') throw new Error('production needs https');
  return url.href;
}
