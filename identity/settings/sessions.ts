// Settings of sessions: how long they last, how systems are told of their end, and what stays on record of them.
import { readFileSync } from 'node:fs';
import { type ConfigTable, parseInteger, parseIntegers } from '../../common/env.ts';
import { NO_PLACES, parsePlaces } from '../../common/places.ts';
import { parseNetworkList } from '../../common/setting-values.ts';

export const SESSION_ROWS = {
  logoutNetworks: {
    name: 'XINJI_IDENTITY_LOGOUT_NETWORKS',
    manual:
      'Private networks (CIDR, separated by commas) on which systems may be told of a logout; all others are refused.',
    example: '10.20.0.0/16,192.168.7.0/24',
    fallback: (mode) => (mode === 'development' ? '127.0.0.0/8,::1/128' : ''),
    parse: parseNetworkList,
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
    manual:
      'A session that was not used for so long ends, in minutes; its systems are told. Its person is warned two to five minutes before and may prolong it, so one of two minutes or less is warned of from its begin.',
    example: '30',
    fallback: () => '30',
    parse: parseInteger(1, 24 * 60),
  },
  sessionHours: {
    name: 'XINJI_IDENTITY_SESSION_HOURS',
    manual: 'A session ends after so many hours, however much it is used; that end is said before and cannot be moved.',
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
    manual:
      'How long jobs that are done stay in the queue, and imports that ended with their refused rows, in days. Dead jobs stay until they are requeued.',
    example: '3',
    fallback: () => '3',
    parse: parseInteger(0, 365),
  },
} as const satisfies ConfigTable;
