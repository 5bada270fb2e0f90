// Settings of how long what is known of persons and is no evidence stays.
import { type ConfigTable, parseInteger } from '../../common/env.ts';

export const RETENTION_ROWS = {
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
} as const satisfies ConfigTable;
