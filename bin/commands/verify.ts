// `xinji verify`: judges sealed PDFs, seals by themselves and detached signatures offline, in words or as the JSON report of the seal room.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { httpPorts, makeRevocationClient } from '../../common/client/revocation-client.ts';
import { systemClock } from '../../common/clock.ts';
import type { ReportFact, SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { RevocationSource } from '../../common/contract/revocation-sources.ts';
import { makeForeignHash } from '../../common/crypto/foreign-signature.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { openFileSource } from '../../common/files/file-source.ts';
import { readTrustFolder } from '../../common/files/trust-folder.ts';
import { parseCertificateList, readCrlFile } from '../../common/pki/certificate-list.ts';
import { type TrustStores, withRevocation } from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../../seal/domain/container.ts';
import { readContainers } from '../../seal/domain/container-settings.ts';
import { hashSource } from '../../seal/flow/seal-document.ts';
import { verifyDetached, verifySealFile } from '../../seal/flow/verify-detached.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { type ByteSource, slices } from '../../seal/pdf/byte-source.ts';
import { checkLicense } from '../license/check.ts';
import {
  askForFile,
  exitOfLicense,
  type FileLicense,
  type FileQuestion,
  licenseLines,
} from '../license/file-license.ts';
import { findRoomUrl } from '../login/rooms.ts';
import { type Command, EXIT_USAGE } from './command.ts';
import { readPasswordFile } from './password-file.ts';

const EXIT = { 'TOTAL-PASSED': 0, 'TOTAL-FAILED': 1, unreadable: 2, INDETERMINATE: 3 } as const;
/** Of several files the worst decides. */
const WORST_FIRST = [1, 2, 3, 0];

export const command: Command = {
  name: 'verify',
  summary: 'Judge sealed PDFs and seals offline: xinji verify FILE...; or ask what a license is worth',
  usage: `xinji verify FILE... [--json] [--trust FOLDER] [--crl FILE]... [--online] [--detached SIG.der]
xinji verify FILE... --license URL [--date DATE] [--json] [--trust FOLDER] …
xinji verify --identifier ID (--fact NAME=VALUE --fact NAME=VALUE | --code CODE) [--date DATE] [--license URL] [--json]
xinji verify --code CODE [--license URL] [--json]
    FILE           a PDF, or a seal by itself (.esl)
    --detached SIG a CMS or SES_Signature (DER) over FILE, which may be of any kind
    --password-file FILE  its first line opens encrypted PDFs; the empty password is tried without
    --trust PATH   whom to trust, by purpose: a folder with makers.pem, signers.pem and tsa.pem, or the JSON of a seal
                   room's /v1/trust-roots; without it nothing passes, it is indeterminate at best
    --crl FILE     a revocation list (DER or PEM), as many as wanted; those in the folder of --trust (*.crl) count too
    --online       ask the sources that --trust names for lists; without it seals are judged offline
    --json         one JSON report a line instead of words

Whether a license is still valid, and whether a seal was cancelled, no file can tell: the license room is asked, online.
    --license URL    the room; XINJI_LICENSE_URL unless given. With FILE, this or --date sends each PDF to the room too
    --date DATE      YYYY-MM-DD: the state of the license at the end of that day too
    --identifier ID  电子证照标识; with the two facts that its type names, or with the code of its face (QR code)
    --fact NAME=VALUE  holder_name, license_number, … ; a wrong one is never named
    --code CODE      without --identifier: a presentation code, which is looked at and not used up
Then a FILE passes when its seals do and it is the file of a license in force, or an annotated copy that is still good; the
file of no license is 3, a room that does not answer is 2. Without FILE 0 is a license in force or a live code, 1 all else.
Exit codes: 0 passed, 1 failed, 2 could not be read (a file, or the trust), 3 indeterminate, ${EXIT_USAGE} wrong usage; of
several files the worst counts, 1 before 2 before 3.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const isQuestion = values.identifier !== undefined || values.code !== undefined;
    if (isQuestion && positionals.length === 0) return checkLicense(env, values);
    const asksRoom = values.license !== undefined || values.date !== undefined;
    if (positionals.length === 0 || isQuestion || (asksRoom && values.detached !== undefined)) {
      console.error(`xinji verify: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    const trust = values.trust === undefined ? null : await readTrust(values.trust, values);
    if (trust === 'unreadable') return EXIT.unreadable;
    const detached = values.detached === undefined ? null : await readSignature(values.detached);
    if (detached === 'unreadable') return EXIT.unreadable;
    const password = await readPassword(values['password-file']);
    if (password === 'unreadable') return EXIT.unreadable;
    const containers = readContainers(env);
    const asked = { trust, asJson: values.json ?? false, detached, containers, ...password };
    const question = asksRoom ? { room: findRoomUrl(env, 'license', values.license), date: values.date } : null;
    const codes: number[] = [];
    for (const path of positionals) codes.push(await verifyFile(path, asked, question));
    return worstOf(codes);
  },
};

const OPTIONS = {
  json: { type: 'boolean' },
  trust: { type: 'string' },
  crl: { type: 'string', multiple: true },
  online: { type: 'boolean' },
  detached: { type: 'string' },
  'password-file': { type: 'string' },
  identifier: { type: 'string' },
  fact: { type: 'string', multiple: true },
  code: { type: 'string' },
  date: { type: 'string' },
  license: { type: 'string' },
} as const;

const worstOf = (codes: readonly number[]): number => WORST_FIRST.find((code) => codes.includes(code)) ?? 0;
const isSealFile = (path: string): boolean => /\.esl$/i.test(path);

/** What the reader of seals takes; one byte more is refused by it. */
const MAX_SEAL_BYTES = 16 * 1024 * 1024;

type Asked = {
  readonly trust: TrustStores | null;
  readonly asJson: boolean;
  readonly detached: Uint8Array | null;
  readonly containers: ContainerSettings;
  readonly password?: string;
};

async function verifyFile(path: string, { asJson, ...asked }: Asked, question: FileQuestion | null): Promise<number> {
  try {
    const source = openFileSource(path);
    try {
      const report = judge(path, source, asked);
      const license = question === null || isSealFile(path) ? null : await askForFile(source, question);
      console.log(asJson ? JSON.stringify({ path, ...report, ...asField(license) }) : inWords(path, report, license));
      return worstOf([EXIT[report.indication], license === null ? 0 : exitOfLicense(license)]);
    } finally {
      source.close();
    }
  } catch (error) {
    // 1 would say that the document failed; whatever breaks here says nothing about it.
    if (!isTrustError(error)) {
      console.error(path, error);
      return EXIT.unreadable;
    }
    const { code, message: detail, hint } = error;
    console.log(
      asJson
        ? JSON.stringify({ path, error: { code, detail, hint } })
        : `${path}\n  COULD NOT BE READ  ${detail}\n  ${hint}\n`,
    );
    return EXIT.unreadable;
  }
}

function judge(
  path: string,
  source: ByteSource,
  { trust, detached, password, containers }: Omit<Asked, 'asJson'>,
): VerificationReport {
  const question = { trust, containers, now: new Date() };
  if (detached) {
    const content = { size: source.size, digest: hashSource(source).digest(), digestBy: digestOf(source) };
    return verifyDetached(detached, content, question);
  }
  if (isSealFile(path)) return verifySealFile(source.read(0, Math.min(source.size, MAX_SEAL_BYTES + 1)), question);
  return verifyDocument(source, { ...question, password });
}

const digestOf = (source: ByteSource) => (oid: string) => {
  const hash = makeForeignHash(oid);
  if (!hash) return null;
  for (const slice of slices(source, 0, source.size)) hash.update(slice);
  return new Uint8Array(hash.digest());
};

/** A signature that cannot be read is no verdict about any file: said, and exit 2. */
async function readSignature(path: string): Promise<Uint8Array | 'unreadable'> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    console.error(`xinji verify: --detached ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
    return 'unreadable';
  }
}

async function readPassword(path: string | undefined): Promise<{ readonly password?: string } | 'unreadable'> {
  try {
    const password = await readPasswordFile(path);
    return password === undefined ? {} : { password };
  } catch (error) {
    if (!isTrustError(error)) throw error;
    console.error(`xinji verify: ${error.message}\n${error.hint}`);
    return 'unreadable';
  }
}

type RevocationOptions = { readonly crl?: readonly string[] | undefined; readonly online?: boolean | undefined };

/** Stores and lists that cannot be read are no verdict about any file either: said, and exit 2. */
async function readTrust(path: string, { crl = [], online }: RevocationOptions): Promise<TrustStores | 'unreadable'> {
  try {
    const { revocation, evidence, ...stores } = readTrustFolder(path);
    const given = await Promise.all(crl.map(readList));
    const fetched = online ? await fetchLists(revocation.sources) : [];
    const crls = [...evidence.crls, ...given, ...fetched];
    return withRevocation(stores, {
      evidence: { ...evidence, crls },
      isRequired: revocation.required,
      now: new Date(),
    });
  } catch (error) {
    if (!isTrustError(error)) throw error;
    console.error(`xinji verify: ${error.code === 'trust-malformed' ? '--trust ' : ''}${error.message}\n${error.hint}`);
    return 'unreadable';
  }
}

/** A list that is none would be missed in silence: a judgement with it is not one. */
async function readList(path: string): Promise<Uint8Array> {
  const content = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new TrustError('revocation-malformed', `--crl ${path} cannot be read (${cause.code})`, { cause });
  });
  const der = readCrlFile(new Uint8Array(content));
  parseCertificateList(der);
  return der;
}

async function fetchLists(sources: readonly RevocationSource[]): Promise<readonly Uint8Array[]> {
  const log = { warn: (about: unknown, said?: string) => console.error(`xinji verify: ${said} (${issuerOf(about)})`) };
  const client = makeRevocationClient({ ports: httpPorts(sources), clock: systemClock, log });
  return (await client.lists()).crls;
}

const issuerOf = (about: unknown): string =>
  typeof about === 'object' && about !== null && 'issuer' in about ? `authority with SM3 ${about.issuer}` : '';

function asField(license: FileLicense | null): object {
  if (license === null) return {};
  return { license: license.kind === 'told' ? license.fact : { error: license.error } };
}

function inWords(path: string, report: VerificationReport, license: FileLicense | null): string {
  const lines = [
    path,
    `  ${verdict(report)}`,
    `  ${report.summary}`,
    ...report.signatures.flatMap((signature) => ['', ...describe(signature).map((line) => `  ${line}`)]),
    ...(report.changes_after_sealing.length > 0 ? ['', '  After sealing'] : []),
    ...report.changes_after_sealing.map((change) => `    ${change}`),
    ...(license === null ? [] : ['', '  License', ...licenseLines(license).map((line) => `    ${line}`)]),
    '',
  ];
  return lines.join('\n');
}

const verdict = ({ indication, sub_indication }: VerificationReport | SignatureReport): string =>
  sub_indication ? `${indication} (${sub_indication})` : indication;

function describe(signature: SignatureReport): string[] {
  const { seal, signer, signing_time: time } = signature;
  const facts: readonly (readonly [string, ReportFact])[] = [
    ['document', signature.integrity],
    ['signatures', signature.cryptography],
    ['certificate', signature.certificate_trust],
    ['seal', signature.seal_status],
    ['time', signature.time],
  ];
  const said = new Set(facts.map(([, fact]) => fact.finding));
  const failed = signature.steps.filter((step) => step.status === 'failed' && !said.has(step.finding));
  return [
    `${signature.field}  ${verdict(signature)}`,
    ...(seal ? [`  seal of      ${seal.name}, ${seal.esID}`] : []),
    ...(signer ? [`  signer       ${signer.organization}, ${signer.common_name}`] : []),
    ...(signature.level ? [`  level        ${signature.level}, ${LEVEL_WORDS[signature.level]}`] : []),
    ...(time ? [`  sealed at    ${time}, ${SOURCES[signature.time_source ?? 'claimed']}`] : []),
    ...facts.map(([name, fact]) => `  ${name.padEnd(12)} ${MARKS[fact.status]} ${fact.finding}`),
    ...failed.map((step) => `  failed step  ${step.name} (${step.clause}): ${step.finding}`),
    ...signature.deviations.map((deviation) => `  tolerated    ${deviation}`),
  ];
}

const LEVEL_WORDS = {
  B: 'without a time stamp that passed',
  T: 'with a proved time',
  LT: 'with revocation evidence in the document',
  LTA: 'with revocation evidence and a time stamp over it',
} as const;
const SOURCES = { claimed: 'as the signer claims', time_stamp: 'as a time stamp proves' } as const;
const MARKS = { passed: 'passed       ', failed: 'FAILED       ', indeterminate: 'indeterminate' } as const;
