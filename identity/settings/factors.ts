// Settings of the ways to log in that go beyond a password: 扫码, face and certificate.
import { type ConfigTable, parseInteger } from '../../common/env.ts';
import { parseAuthorities, parsePurpose } from '../../common/setting-values.ts';

export const FACTOR_ROWS = {
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
