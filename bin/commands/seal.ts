// `xinji seal`: seals one PDF, offline with seal, key and certificate from files, or with a seal room that is shown the
// digest only. The engine of the seal room.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import { type Sm2PrivateKey, signSm2 } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import { openFileSource } from '../../common/files/file-source.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import type { ContainerSettings } from '../../seal/domain/container.ts';
import { readContainers } from '../../seal/domain/container-settings.ts';
import type { Level } from '../../seal/domain/level.ts';
import { type SealOrder, sealInTurn, type ValidationMeans } from '../../seal/flow/seal-document.ts';
import {
  type PartyFiles,
  readCertificates,
  readKey,
  readParty,
  writeAnew,
  writeSealed,
  writeWhile,
} from '../seal/files.ts';
import { type AskedLayout, LAYOUT_OPTIONS, readLayout } from '../seal/options.ts';
import { readSignatureLevel, readStamper, readValidation, renewFile } from '../seal/preserving.ts';
import { type Command, EXIT_USAGE } from './command.ts';
import { placeSealAsked } from './seal-keyword.ts';

export const command: Command = {
  name: 'seal',
  summary: 'Seal a PDF: xinji seal IN.pdf -o OUT.pdf --seal S.esl --key K.pem --cert C.pem, or with --room',
  usage: `xinji seal IN.pdf -o OUT.pdf --seal S.esl --key K.pem --cert C.pem
       xinji seal IN.pdf -o OUT.pdf --room URL --seal CODE --token-file FILE
       xinji seal IN.pdf -o PREPARED.pdf --prepare --seal S.esl
       xinji seal PREPARED.pdf -o OUT.pdf --complete SIGNATURE.der
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
    --normalise    a damaged document that nobody has signed may be written anew first; said with the SM3 before and after
    --reason TEXT  shown by PDF readers
    --level B|T|LT|LTA  T puts a time stamp over the signature (default B); it needs --tsa, or a --room that has one.
                   LT keeps revocation evidence in the document and needs --evidence too; LTA stamps the document with it
    --tsa URL      time-stamp authority that speaks RFC 3161 with SM3, for example the /tsa of a seal room
    --evidence FILE  a revocation list (DER or PEM) or OCSP response (DER); several times for several
    --renew        no further seal: evidence and a document time stamp for the seals that IN.pdf has, or new ones
                   (xinji seal --renew IN.pdf -o OUT.pdf --tsa URL --evidence FILE... [--chain FILE])
    --plan FILE    several seals, one behind the other: a JSON list of up to 50, each with page, x_mm, y_mm, pages,
                   straddle, straddle_y_mm, keyword, hit, dx_mm, dy_mm, field, date, certify, lock, mode, reason as in POST /v1/sealings, and seal,
                   key, cert, chain where they are other files than those of the command line
    --room URL     the document stays here: a seal room is sent the digest only. --token-file FILE holds an access token
                   with seal:use; --class NAME is the class of the document
    --prepare      only lay out and print the digest to be signed; --reserve BYTES for larger signatures
    --complete SIG put a signature (DER) into a prepared document, and verify it

IN.pdf stays as it is; OUT.pdf is IN.pdf with the sealing appended, and appears whole or not at all. A sealed key file
needs XINJI_MASTER_KEY; XINJI_SEAL_CMS_NAMES, XINJI_SEAL_SES_NAMES and XINJI_SEAL_ATTRIBUTES change names as in the room.
S.esl comes from the seal maker; a seal room hands out its own: GET /v1/seals/{esID}/file. Exit codes: 0 sealed, 1 not sealed, ${EXIT_USAGE} wrong usage.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [from] = positionals;
    const { out, seal, room, complete } = values;
    if (positionals.length !== 1 || !from || !out) return wrongUsage();
    if (resolve(from) === resolve(out))
      throw new TrustError('invalid-request', '-o names the input file', { hint: 'Give -o another name.' });
    const layout = await readLayout(values);
    const containers = readContainers(env);
    const files = { from, out };
    if (values.normalise && (values.renew || values.prepare || room !== undefined || complete !== undefined))
      throw new TrustError('invalid-request', '--normalise goes with --seal and --key only');
    if (values.renew) return renew(files, { ...values, containers, password: layout.password });
    if (complete !== undefined)
      return (await byDigest()).completeFile({ ...files, signature: complete, layout, containers });
    if (!seal) return wrongUsage();
    const prepared = { ...files, layout, containers, reserve: values.reserve };
    if (values.prepare) return (await byDigest()).prepareFile({ ...prepared, seal });
    if (room !== undefined) {
      const asked = { room, seal, level: values.level, documentClass: values.class, tokenFile: values['token-file'] };
      return (await byDigest()).sealByRoom({ ...prepared, ...asked });
    }
    const { key, cert, chain } = values;
    if (!key || !cert) return wrongUsage();
    const level = readSignatureLevel(values.level);
    const stamper = readStamper(level, values.tsa);
    const validation = await readValidation(level, values.evidence ?? [], await readChain(chain));
    const party = { seal, key, cert, chain };
    const plan = values.plan === undefined ? [{ party, layout }] : await planOf(values.plan, party, layout);
    await sealFile(
      { from, out, stamper, validation, level, plan, password: layout.password, normalise: values.normalise ?? false },
      env,
    );
    return 0;
  },
};

// What few calls need is loaded by those: the start counts where a folder of documents is sealed one by one.
const byDigest = () => import('../seal/by-digest.ts');
const planOf = async (file: string, party: PartyFiles, layout: AskedLayout) =>
  (await import('../seal/plan.ts')).readPlan(file, party, layout);

const OPTIONS = {
  ...LAYOUT_OPTIONS,
  out: { type: 'string', short: 'o' },
  seal: { type: 'string' },
  key: { type: 'string' },
  cert: { type: 'string' },
  chain: { type: 'string' },
  normalise: { type: 'boolean' },
  level: { type: 'string' },
  tsa: { type: 'string' },
  evidence: { type: 'string', multiple: true },
  renew: { type: 'boolean' },
  plan: { type: 'string' },
  room: { type: 'string' },
  'token-file': { type: 'string' },
  class: { type: 'string' },
  prepare: { type: 'boolean' },
  reserve: { type: 'string' },
  complete: { type: 'string' },
} as const;

function wrongUsage(): number {
  console.error(`xinji seal: expected\n${command.usage.split('\n\n')[0]}`);
  return EXIT_USAGE;
}

type SealFileRequest = {
  readonly from: string;
  readonly out: string;
  readonly stamper: TimeStamper | null;
  readonly validation: ValidationMeans | null;
  readonly level: Level;
  readonly plan: readonly { readonly party: PartyFiles; readonly layout: AskedLayout }[];
  readonly password: string | undefined;
  readonly normalise: boolean;
};

async function sealFile(
  { from, out, stamper, validation, level, plan, password, normalise }: SealFileRequest,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const containers = readContainers(env);
  const keys = new Map<string, Sm2PrivateKey>();
  const file = openFileSource(from);
  try {
    const { source, anew } = normalise
      ? await (await import('../seal/normalise.ts')).readSealedInput(file, { password })
      : { source: file, anew: null };
    const orders: SealOrder[] = [];
    for (const { party: files, layout } of plan) {
      const key = keys.get(files.key) ?? (await readKey(files.key, env));
      keys.set(files.key, key);
      const { password: _, keyword, ...asked } = layout;
      const place = await placeSealAsked(asked, keyword, { source, password });
      orders.push({ ...asked, ...place, level, party: await readParty(files, key, containers), time: new Date() });
    }
    const signer = { sign: async (name: string, message: Uint8Array) => signSm2(keys.get(name)!, message) };
    const tools = { signer, stamper, validation };
    const make = async () => {
      const sealed = await sealInTurn(
        { source, password },
        orders.map((order) => ({ ...order, tools })),
      );
      return { sealed, appended: Buffer.concat(sealed.map((one) => one.appended)) };
    };
    const { sealed, appended } = anew ? await make() : await writeWhile(from, out, make);
    if (anew) await writeAnew(out, anew.bytes, appended);
    if (anew) console.log(`${out}: ${anew.sentence}`);
    for (const [i, { field, appended: own }] of sealed.entries()) {
      const { esID, property } = orders[i]!.party.seal.content;
      console.log(
        `${out}: sealed with ${esID} ${property.name}, field ${field}, ${own.length} bytes appended, level ${level}.`,
      );
    }
  } finally {
    file.close();
  }
}

type Renewal = {
  readonly tsa?: string;
  readonly evidence?: readonly string[];
  readonly chain?: string;
  readonly password: string | undefined;
  readonly containers: ContainerSettings;
};

/** `--renew`: what level LTA asks for, for all signatures of the document. */
async function renew({ from, out }: { from: string; out: string }, asked: Renewal): Promise<number> {
  const { tsa, evidence = [], chain, password, containers } = asked;
  const stamper = readStamper('LTA', tsa);
  const validation = await readValidation('LTA', evidence, await readChain(chain));
  const appended = await renewFile({ from, password, containers, stamper: stamper!, validation: validation! });
  await writeSealed(from, out, appended);
  console.log(`${out}: evidence and a document time stamp, ${appended.length} bytes appended.`);
  return 0;
}

const readChain = async (path: string | undefined): Promise<readonly Certificate[]> =>
  path === undefined ? [] : readCertificates(path);
