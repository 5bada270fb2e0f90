// A seal, a signer and documents for the tests of this room, made in memory once a file.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { degrees, PDFDocument } from '@cantoo/pdf-lib';
import { concatBytes } from '../../common/bytes.ts';
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { makeTimeStampToken, type TimeStampOrder } from '../../common/pki/time-stamp.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import type { ContainerMode } from '../../seal/domain/container.ts';
import { drawSealPicture } from '../../seal/domain/seal-picture.ts';
import type { TimeStampAuthority } from '../../seal/flow/answer-time-stamp.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { prepareParty, type SealingParty } from '../../seal/flow/sealing-party.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import type { FieldLock } from '../../seal/pdf/permissions.ts';
import type { Placement } from '../../seal/pdf/placement.ts';
import { makeSeal } from '../../seal/ses/make-seal.ts';
import type { Seal } from '../../seal/ses/seal.ts';
import { AT, issueTsa, makeTestPki, type Party } from '../_harness/pki.ts';

const run = promisify(execFile);
const FONT = '@expo-google-fonts/noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf';

export const font = readFileSync(createRequire(import.meta.url).resolve(FONT));
export const pki = await makeTestPki();
const picture = await drawSealPicture({ text: '示例市卫生健康委员会', diameterMm: 42, font });

/** A seal of `esID` for these signers, by the maker of the test PKI unless told. */
export function makeTestSeal(
  esID = '36010000000001',
  signers: readonly Party[] = [pki.signer],
  maker: Party = pki.maker,
  shown: Seal['content']['picture'] = {
    type: picture.type,
    bytes: picture.png,
    widthMm: picture.widthMm,
    heightMm: picture.heightMm,
  },
): Promise<Seal> {
  return makeSeal({
    esID,
    name: '示例市卫生健康委员会',
    type: 1,
    vendor: 'Xinji',
    picture: shown,
    signers: signers.map(({ certificate }) => certificate),
    validStart: new Date('2026-01-02T00:00:00Z'),
    validEnd: new Date('2030-01-01T00:00:00Z'),
    makerCertificate: maker.certificate,
    sign: maker.sign,
    now: new Date('2026-01-02T00:00:00Z'),
  });
}

export const tsa = await issueTsa(pki.authority);
export const TSA_POLICY = '2.25.29374460661254495747073602633507350496';
export const authority: TimeStampAuthority = {
  certificate: tsa.certificate,
  chain: [pki.authority.certificate],
  policy: TSA_POLICY,
  sign: tsa.sign,
};

export const seal = await makeTestSeal();
export const party = await prepareParty({
  seal: seal.raw,
  signerCertificate: pki.signer.certificate,
  chain: [pki.authority.certificate],
  keyRef: 'signer-1',
  trust: pki.trust,
  now: AT,
});
export const signer = { sign: (_: string, message: Uint8Array) => pki.signer.sign(message) };

/** A time stamper without room and register; `overrides` make the sibling. */
export function stamperOf(by: Party = tsa, overrides: Partial<TimeStampOrder> = {}): TimeStamper {
  const stampDigest = (digest: Uint8Array): Promise<Uint8Array> =>
    makeTimeStampToken({
      policy: TSA_POLICY,
      digest,
      serial: Uint8Array.of(1),
      time: AT,
      nonce: null,
      certificate: by.certificate,
      chain: [pki.authority.certificate],
      sign: by.sign,
      ...overrides,
    });
  const stamp = (message: Uint8Array) => stampDigest(sm3(message));
  const certificates = async () => [by.certificate, pki.authority.certificate];
  return { measure: async () => (await stamp(new Uint8Array())).length + 8, certificates, stamp, stampDigest };
}

export type SealOptions = {
  readonly page?: number | undefined;
  readonly at?: Placement;
  readonly time?: Date;
  readonly party?: SealingParty;
  readonly mode?: ContainerMode;
  readonly certify?: 1 | 2 | 3;
  readonly lock?: FieldLock;
  readonly stamper?: TimeStamper;
  readonly password?: string;
  /** Who signs; the signer of the test PKI unless told. */
  readonly signer?: Party;
};

/** The sealed document as one array. */
export async function sealBytes(pdf: Uint8Array, options: SealOptions = {}): Promise<Uint8Array> {
  const { page, at = {}, time = AT } = options;
  const request = {
    source: memorySource(pdf),
    party: options.party ?? party,
    mode: options.mode,
    page,
    placement: at,
    time,
    reason: '核发证照',
    certify: options.certify,
    lock: options.lock,
    password: options.password,
  };
  const by = options.signer;
  const tools = {
    signer: by ? { sign: (_: string, message: Uint8Array) => by.sign(message) } : signer,
    stamper: options.stamper ?? null,
  };
  return concatBytes(pdf, (await sealDocument(tools, request)).appended);
}

export function verifyBytes(pdf: Uint8Array, trust: TrustStores | null = pki.trust, password = ''): VerificationReport {
  return verifyDocument(memorySource(pdf), { trust, now: AT, password });
}

export type PdfOptions = {
  readonly pages?: number;
  readonly objectStreams?: boolean;
  readonly rotate?: number;
  readonly crop?: readonly [number, number, number, number];
  readonly withForm?: boolean;
  readonly attachmentBytes?: number;
};

/** A document by pdf-lib: A4 pages with a line of text. */
export async function makePdf(options: PdfOptions = {}): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  for (let i = 1; i <= (options.pages ?? 1); i++) {
    const page = document.addPage([595, 842]);
    page.drawText(`Page ${i}`, { x: 60, y: 700 });
    if (options.rotate) page.setRotation(degrees(options.rotate));
    if (options.crop) page.setCropBox(...options.crop);
  }
  if (options.withForm) {
    const field = document.getForm().createTextField('applicant');
    field.setText('Zhang San');
    field.addToPage(document.getPage(0), { x: 60, y: 600, width: 200, height: 20 });
  }
  if (options.attachmentBytes) {
    const bytes = new Uint8Array(options.attachmentBytes).map((_, i) => (i * 7919) >> 5);
    await document.attach(bytes, 'attachment.bin', { creationDate: AT, modificationDate: AT });
  }
  return document.save({ useObjectStreams: options.objectStreams ?? false });
}

/** Runs a tool on files in a folder of its own; `input.pdf` holds `pdf`. */
export async function withFile<T>(pdf: Uint8Array, work: (path: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-seal-'));
  try {
    const path = join(folder, 'input.pdf');
    await writeFile(path, pdf);
    return await work(path, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a tool says about a document, on both streams. */
export function say(tool: string, pdf: Uint8Array, ...args: readonly string[]): Promise<string> {
  return withFile(pdf, async (path) => {
    const { stdout, stderr } = await run(tool, [...args, path]);
    return stdout + stderr;
  });
}

/** The document as qpdf rewrites it with these options. */
export function qpdf(pdf: Uint8Array, ...options: readonly string[]): Promise<Uint8Array> {
  return withFile(pdf, async (path, folder) => {
    const out = join(folder, 'out.pdf');
    await run('qpdf', [...options, path, out]);
    return new Uint8Array(await readFile(out));
  });
}

/** A copy with one byte changed. */
export function flip(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = copy[at]! ^ mask;
  return copy;
}

/** Position of ASCII text in bytes. */
export function find(bytes: Uint8Array, text: string, from = 0): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(text, from, 'latin1');
  if (at < 0) throw new Error(`there is no "${text}"`);
  return at;
}

/** Bytes of PDF syntax. */
export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
