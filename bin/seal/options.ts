// The options of `xinji seal` that say what a seal is to be and where, as one value.
import { TrustError } from '../../common/errors.ts';
import { CONTAINER_MODES, type ContainerMode } from '../../seal/domain/container.ts';
import type { Keyword } from '../../seal/flow/locate-keyword.ts';
import { type CertificationLevel, type FieldLock, parseFieldLock } from '../../seal/pdf/permissions.ts';
import type { Placement } from '../../seal/pdf/placement.ts';
import { readPasswordFile } from '../commands/password-file.ts';
import { readKeyword } from '../commands/seal-keyword.ts';

export const LAYOUT_OPTIONS = {
  page: { type: 'string' },
  x: { type: 'string' },
  y: { type: 'string' },
  pages: { type: 'string' },
  straddle: { type: 'string' },
  'straddle-y': { type: 'string' },
  keyword: { type: 'string' },
  hit: { type: 'string' },
  dx: { type: 'string' },
  dy: { type: 'string' },
  field: { type: 'string' },
  date: { type: 'boolean' },
  certify: { type: 'string' },
  lock: { type: 'string' },
  'password-file': { type: 'string' },
  mode: { type: 'string' },
  reason: { type: 'string' },
} as const;

/** As `parseArgs` gives them. */
export type LayoutValues = {
  readonly [K in keyof typeof LAYOUT_OPTIONS]?: (typeof LAYOUT_OPTIONS)[K]['type'] extends 'boolean' ? boolean : string;
};

export type AskedLayout = {
  readonly page: number | undefined;
  readonly placement: Placement;
  /** Looked for in the document before it is laid out. */
  readonly keyword: Keyword | undefined;
  readonly reason: string | undefined;
  readonly certify: CertificationLevel | undefined;
  readonly lock: FieldLock | undefined;
  readonly mode: ContainerMode;
  readonly password: string | undefined;
};

/** `invalid-request`, naming the option. */
export async function readLayout(values: LayoutValues): Promise<AskedLayout> {
  return {
    page: readPage(values.page),
    placement: readPlacement(values),
    keyword: readKeyword(values),
    reason: values.reason,
    certify: readLevel(values.certify),
    lock: values.lock === undefined ? undefined : parseFieldLock(values.lock),
    mode: readMode(values.mode),
    password: await readPasswordFile(values['password-file']),
  };
}

const SEE_HELP = 'See: xinji help seal';

function readPlacement(values: LayoutValues): Placement {
  const { pages, straddle, field, date: withDate } = values;
  return {
    xMm: readMm(values.x, '--x'),
    yMm: readMm(values.y, '--y'),
    straddleYMm: readMm(values['straddle-y'], '--straddle-y'),
    pages,
    straddle,
    field,
    withDate,
  };
}

function readLevel(text: string | undefined): CertificationLevel | undefined {
  if (text === undefined) return undefined;
  const level = ([1, 2, 3] as const).find((one) => String(one) === text);
  if (level === undefined) throw new TrustError('invalid-request', `--certify is "${text}"; expected 1, 2 or 3`);
  return level;
}

function readMode(text = 'dual'): ContainerMode {
  const mode = CONTAINER_MODES.find((one) => one === text);
  if (!mode) throw new TrustError('invalid-request', `--mode is "${text}"; expected ${CONTAINER_MODES.join(', ')}`);
  return mode;
}

function readPage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new TrustError('invalid-request', `--page is "${text}"; expected a number from 1`, { hint: SEE_HELP });
  return Number(text);
}

function readMm(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text)) {
    const detail = `${option} is "${text}"; expected millimetres, for example 120 or 12.5`;
    throw new TrustError('invalid-request', detail, { hint: SEE_HELP });
  }
  return Number(text);
}
