// Settings of accounts: passwords, what waits and is shredded, and the sources that prove an identity.
import { type ConfigTable, parseInteger, parseList, parseServiceUrl } from '../../common/env.ts';
import { parseOptional } from '../../common/setting-values.ts';
import { SOURCES, type Source } from '../domain/proofing.ts';

export const ACCOUNT_ROWS = {
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
  counterMinutes: {
    name: 'XINJI_IDENTITY_COUNTER_MINUTES',
    manual:
      'How long after a counter check the clerk may bind the phone that the person holds, and how long the person may then set a new password with it, in minutes.',
    example: '30',
    fallback: () => '30',
    parse: parseInteger(5, 240),
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
} as const satisfies ConfigTable;

function source(word: string, what: string) {
  return {
    name: `XINJI_IDENTITY_${word}_URL`,
    manual: `Address of the ${what}, asked by POST with JSON. Unset: in development an invented one, in production none.`,
    example: 'https://base.example.gov.cn/check',
    fallback: () => '',
    parse: parseOptional(parseServiceUrl),
  } as const;
}

function parseSources(value: string): readonly Source[] {
  return parseList(value).map((name) => {
    const known = SOURCES.find((source) => source === name);
    if (known === undefined) throw new Error(`expected some of ${SOURCES.join(', ')}`);
    return known;
  });
}
