// `xinji seal-picture`: draws the picture of a seal, or takes one over by drawing it anew, as SVG master or 600-dpi PNG.
// The options are the fields of the contract SealPictureSpec; what does not fit together is said by the same rules.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  SEAL_KINDS,
  SEAL_RANKS,
  SEAL_SHAPES,
  type SealPictureSpec,
  sealPictureSpec,
} from '../../common/contract/seal-picture.ts';
import { TrustError } from '../../common/errors.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import { drawPicture } from '../../seal/flow/draw-picture.ts';
import { readSealFont } from '../../seal/flow/seal-font.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'seal-picture',
  summary: 'Draw the picture of a seal: xinji seal-picture -o OUT.svg|OUT.png --text NAME',
  usage: `xinji seal-picture -o OUT.svg|OUT.png --text NAME
    --kind CODE      ${SEAL_KINDS.join(', ')}: statutory name (default), finance, invoices, contracts, person, other
    --rank RANK      fixes diameter and centre: ${SEAL_RANKS.join(', ')}
    --shape ${SEAL_SHAPES.join('|')}   default by kind; square is a name seal, read in columns from the right
    --width MM --height MM         whole millimetres; default by rank, else by shape
    --lower TEXT     straight text in the lower half, at most 8 characters
    --code TEXT      along the lower arc, at most 20 characters
    --emblem FILE    SVG in place of the star of a round seal
    --font FILE      TrueType; default Noto Sans SC
xinji seal-picture -o OUT.svg|OUT.png --import FILE.svg|FILE.png --width MM --height MM
                     draws anew what somebody brings: plain shapes without references, or 300 dpi at least

Exit codes: 0 written, 1 refused, ${EXIT_USAGE} wrong usage.`,
  run: async (args) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { out } = values;
    const fault = findFault(values, positionals);
    if (fault !== null || !out) {
      console.error(`xinji seal-picture: ${fault}; expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    const font = values.font ? await read(values.font) : readSealFont();
    const { svg, png } = await drawPicture(await specOf(values), font);
    if (out.endsWith('.svg') && svg === null)
      throw new TrustError('invalid-request', `${values.import} is made of pixels; it has no SVG`);
    await writeFile(out, out.endsWith('.svg') ? svg! : png);
    console.log(`${out}: written.`);
    return 0;
  },
};

function findFault({ out, text, import: brought }: Asked, positionals: readonly string[]): string | null {
  if (positionals.length > 0) return `"${positionals[0]}" belongs to no option`;
  if (!out) return '-o is missing';
  if (!/\.(svg|png)$/.test(out)) return `-o ${out} ends neither in .svg nor in .png`;
  return (text === undefined) === !brought ? 'either --text or --import is needed' : null;
}

const OPTIONS = {
  out: { type: 'string', short: 'o' },
  text: { type: 'string' },
  kind: { type: 'string' },
  rank: { type: 'string' },
  shape: { type: 'string' },
  width: { type: 'string' },
  height: { type: 'string' },
  lower: { type: 'string' },
  code: { type: 'string' },
  emblem: { type: 'string' },
  font: { type: 'string' },
  import: { type: 'string' },
} as const;

type Asked = { readonly [K in keyof typeof OPTIONS]?: string | undefined };

async function specOf(asked: Asked): Promise<SealPictureSpec> {
  const { width, height } = asked;
  const size = {
    ...(width === undefined ? {} : { width_mm: Number(width) }),
    ...(height === undefined ? {} : { height_mm: Number(height) }),
  };
  if (asked.import) {
    const media_type = asked.import.endsWith('.svg') ? 'image/svg+xml' : 'image/png';
    const content = Buffer.from(await read(asked.import)).toString('base64');
    return parseContract(sealPictureSpec, { source: 'brought', media_type, content, ...size }, 'The picture');
  }
  const { kind, rank, shape, text, lower, code } = asked;
  const emblem = asked.emblem && Buffer.from(await read(asked.emblem)).toString('utf8');
  const given = Object.entries({ kind, rank, shape, text, lower_text: lower, arc_code: code, emblem, ...size });
  const spec = { source: 'drawn', ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
  return parseContract(sealPictureSpec, spec, 'The picture');
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new TrustError('invalid-request', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}
