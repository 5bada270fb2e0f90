// `xinji seal`: seals one PDF offline with a seal, a key and a certificate from files. The engine of the seal room.
import { appendFile, copyFile, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeTimeStampClient, type TimeStamper } from '../../common/client/time-stamper.ts';
import { isSm2Pair, type Sm2PrivateKey, signSm2 } from '../../common/crypto/sm2.ts';
import { parseKey32 } from '../../common/env.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import { openFileSource } from '../../common/files/file-source.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { type Certificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import { readContainers } from '../../seal/config.ts';
import { CONTAINER_MODES, type ContainerMode, type ContainerSettings } from '../../seal/domain/container.ts';
import type { Keyword } from '../../seal/flow/locate-keyword.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { prepareParty, type SealingParty } from '../../seal/flow/sealing-party.ts';
import { type CertificationLevel, type FieldLock, parseFieldLock } from '../../seal/pdf/permissions.ts';
import type { Placement } from '../../seal/pdf/placement.ts';
import { type Command, EXIT_USAGE } from './command.ts';
import { readPasswordFile } from './password-file.ts';
import { placeSealAsked, readKeyword } from './seal-keyword.ts';

export const command: Command = {
  name: 'seal',
  summary: 'Seal a PDF offline: xinji seal IN.pdf -o OUT.pdf --seal S.esl --key K.pem --cert C.pem',
  usage: `xinji seal IN.pdf -o OUT.pdf --seal S.esl --key K.pem --cert C.pem
    --chain FILE   PEM certificates of the authorities between certificate and root, carried along
    --page N       page, counted from 1 (default 1)
    --x MM --y MM  left and lower edge of the seal, from those of the page as displayed (default: lower right)
    --pages LIST   the same seal on several pages: all, or 1-3,5
    --straddle LIST  骑缝: each of these pages shows a strip at its right edge; --straddle-y MM for their height
    --keyword TEXT  the middle of the seal lies on this text; --page or --pages say where to search (default: everywhere),
                   --hit N|all|last which one (default 1), --dx MM --dy MM how far from it, to the right and upwards (--dy=-30 for downwards)
    --field NAME   into an empty signature field of the document
    --date         the date of signing below the seal
    --certify N    as the first signature: 1 no change after it, 2 forms and signatures, 3 annotations too
    --lock NAMES   form fields that nobody may change after it, between commas; '*' for all
    --mode MODE    dual (default): CMS with the seal signature in it; ses: the seal signature alone, for national
                   readers; cms: plain CMS, which shows the picture and carries no seal
    --password-file FILE  its first line opens an encrypted PDF; the empty password is tried without
    --reason TEXT  shown by PDF readers
    --level B|T    T puts a time stamp over the signature (default B); it needs --tsa
    --tsa URL      time-stamp authority that speaks RFC 3161 with SM3, for example the /tsa of a seal room

IN.pdf stays as it is; OUT.pdf is IN.pdf with the sealing appended, and appears whole or not at all. A sealed key file
needs XINJI_MASTER_KEY; XINJI_SEAL_CMS_NAMES, XINJI_SEAL_SES_NAMES and XINJI_SEAL_ATTRIBUTES change names as in the room.
S.esl comes from the seal maker; a seal room hands out its own: GET /v1/seals/{esID}/file. Exit codes: 0 sealed, 1 not sealed, ${EXIT_USAGE} wrong usage.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { out, seal, key, cert } = values;
    const [from] = positionals;
    if (positionals.length !== 1 || !from || !out || !seal || !key || !cert) {
      console.error(`xinji seal: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    if (resolve(from) === resolve(out))
      throw new TrustError('invalid-request', '-o names the input file', { hint: 'Give -o another name.' });
    const page = readPage(values.page);
    const placement = readPlacement(values);
    const keyword = readKeyword(values);
    const stamper = readStamper(values.level ?? 'B', values.tsa);
    const privateKey = await readKey(key, env);
    const containers = readContainers(env);
    const party = await readParty({ seal, cert, chain: values.chain }, privateKey, containers);
    const mode = readMode(values.mode);
    const password = await readPasswordFile(values['password-file']);
    const certify = readLevel(values.certify);
    const lock = values.lock === undefined ? undefined : parseFieldLock(values.lock);
    await sealFile({
      from,
      out,
      party,
      privateKey,
      stamper,
      mode,
      page,
      placement,
      keyword,
      reason: values.reason,
      certify,
      lock,
      password,
    });
    return 0;
  },
};

const OPTIONS = {
  out: { type: 'string', short: 'o' },
  seal: { type: 'string' },
  key: { type: 'string' },
  cert: { type: 'string' },
  chain: { type: 'string' },
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
  level: { type: 'string' },
  tsa: { type: 'string' },
} as const;

const CHECK_PATH = 'Check the path and the right to read it.';
const SEE_HELP = 'See: xinji help seal';
const KEY_REF = 'command-line';

type SealFileRequest = {
  readonly from: string;
  readonly out: string;
  readonly party: SealingParty;
  readonly privateKey: Sm2PrivateKey;
  readonly mode: ContainerMode;
  readonly page: number | undefined;
  readonly placement: Placement;
  readonly keyword: Keyword | undefined;
  readonly certify: CertificationLevel | undefined;
  readonly lock: FieldLock | undefined;
  readonly password: string | undefined;
  readonly reason: string | undefined;
  readonly stamper: TimeStamper | null;
};

async function sealFile({ from, out, party, privateKey, stamper, keyword, ...asked }: SealFileRequest): Promise<void> {
  const source = openFileSource(from);
  try {
    const signer = { sign: async (_: string, message: Uint8Array) => signSm2(privateKey, message) };
    const place = await placeSealAsked(asked, keyword, { source, password: asked.password });
    const sealed = await sealDocument({ signer, stamper }, { ...asked, ...place, source, party, time: new Date() });
    await writeSealed(from, out, sealed.appended);
    const { esID, property } = party.seal.content;
    console.log(
      `${out}: sealed with ${esID} ${property.name}, field ${sealed.field}, ${sealed.appended.length} bytes appended${stamper ? ', time-stamped' : ''}.`,
    );
  } finally {
    source.close();
  }
}

/** Copy, append, rename: OUT is never half written. */
async function writeSealed(from: string, out: string, appended: Uint8Array): Promise<void> {
  const part = `${out}.${process.pid}.part`;
  try {
    await copyFile(from, part);
    await appendFile(part, appended);
    await rename(part, out);
  } catch (cause) {
    await rm(part, { force: true });
    throw new TrustError('invalid-request', `${out} cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Give -o a name in a folder that exists and that you may write to.',
      cause,
    });
  }
}

async function readParty(
  files: { seal: string; cert: string; chain: string | undefined },
  privateKey: Sm2PrivateKey,
  containers: ContainerSettings,
): Promise<SealingParty> {
  const signerCertificate = (await readCertificates(files.cert))[0]!;
  if (!isSm2Pair(privateKey, signerCertificate.publicKey())) {
    throw new TrustError('key-mismatch', `The key does not belong to the certificate of ${signerCertificate.subject}`);
  }
  const seal = new Uint8Array(await readBytes(files.seal, 'seal-malformed'));
  const chain = files.chain ? await readCertificates(files.chain) : [];
  const request = { seal, signerCertificate, chain, keyRef: KEY_REF, now: new Date(), containers };
  return namingFile(files.seal, 'seal-malformed', () => prepareParty(request));
}

/** The readers know bytes; a person has to know which of the files they came from. */
async function namingFile<T>(path: string, code: ProblemCode, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!isTrustError(cause, code) || cause.message.includes(path)) throw cause;
    throw new TrustError(code, `${path}: ${cause.message}`, { hint: cause.hint, cause });
  }
}

function readKey(path: string, env: NodeJS.ProcessEnv): Promise<Sm2PrivateKey> {
  const hex = env['XINJI_MASTER_KEY'];
  const mode = env['XINJI_MODE'] === 'production' ? 'production' : 'development';
  return readSm2KeyFile(path, {
    mode,
    masterKey: hex === undefined ? undefined : parseMasterKey(hex),
    warn: console.error,
  });
}

function parseMasterKey(hex: string): Uint8Array {
  try {
    return parseKey32(hex);
  } catch (cause) {
    throw new TrustError('config-invalid', `XINJI_MASTER_KEY: ${(cause as Error).message}`, { cause });
  }
}

async function readCertificates(path: string): Promise<readonly Certificate[]> {
  const text = (await readBytes(path, 'certificate-malformed')).toString('utf8');
  return namingFile(path, 'certificate-malformed', () => readCertificatesPem(text));
}

async function readBytes(path: string, code: 'seal-malformed' | 'certificate-malformed'): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TrustError(code, `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      hint: CHECK_PATH,
      cause,
    });
  }
}

function readPlacement(values: {
  readonly x?: string;
  readonly y?: string;
  readonly pages?: string;
  readonly straddle?: string;
  readonly 'straddle-y'?: string;
  readonly field?: string;
  readonly date?: boolean;
}): Placement {
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

/** Level T without an authority, or an authority that would not be asked, is a slip that must not pass in silence. */
function readStamper(level: string, tsa: string | undefined): TimeStamper | null {
  if (level !== 'B' && level !== 'T') throw new TrustError('invalid-request', `--level is "${level}"; expected B or T`);
  if ((level === 'T') !== (tsa !== undefined))
    throw new TrustError('invalid-request', '--level T and --tsa URL go together');
  if (tsa === undefined) return null;
  if (!URL.canParse(tsa) || !/^https?:$/.test(new URL(tsa).protocol))
    throw new TrustError('invalid-request', `--tsa is "${tsa}"; expected an http(s) URL`);
  return makeTimeStampClient({ url: tsa, clock: () => new Date(), trust: null });
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
