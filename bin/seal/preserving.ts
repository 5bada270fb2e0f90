// Levels of `xinji seal` beyond B: where time stamps and revocation evidence come from offline, and `--renew`, which puts
// both behind documents that are sealed already.
import { readFile } from 'node:fs/promises';
import { makeTimeStampClient, type TimeStamper } from '../../common/client/time-stamper.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { openFileSource } from '../../common/files/file-source.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { parseCertificateList, readCrlFile } from '../../common/pki/certificate-list.ts';
import { parseOcspResponse } from '../../common/pki/ocsp-response.ts';
import type { RevocationEvidence } from '../../common/pki/revocation.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../../seal/domain/container.ts';
import { isPreserved, isStamped, LEVELS, type Level } from '../../seal/domain/level.ts';
import { completeEvidence } from '../../seal/flow/complete-evidence.ts';
import { preserveDocument } from '../../seal/flow/preserve-document.ts';
import { hashSource, type ValidationMeans } from '../../seal/flow/seal-document.ts';

/** The level asked for; B unless given. */
export function readSignatureLevel(text = 'B'): Level {
  const level = LEVELS.find((one) => one === text);
  if (!level) throw new TrustError('invalid-request', `--level is "${text}"; expected ${LEVELS.join(', ')}`);
  return level;
}

/** A level that needs an authority without one, or an authority that would not be asked, must not pass in silence. */
export function readStamper(level: Level, tsa: string | undefined): TimeStamper | null {
  if (isStamped(level) !== (tsa !== undefined))
    throw new TrustError('invalid-request', 'Levels T, LT and LTA go together with --tsa URL, level B with none');
  if (tsa === undefined) return null;
  if (!URL.canParse(tsa) || !/^https?:$/.test(new URL(tsa).protocol))
    throw new TrustError('invalid-request', `--tsa is "${tsa}"; expected an http(s) URL`);
  return makeTimeStampClient({ url: tsa, clock: () => new Date(), trust: null });
}

/** Evidence from files for levels that keep some; null for the others. */
export async function readValidation(
  level: Level,
  paths: readonly string[],
  chain: readonly Certificate[],
): Promise<ValidationMeans | null> {
  if (isPreserved(level) !== paths.length > 0)
    throw new TrustError('invalid-request', 'Levels LT and LTA go together with --evidence FILE');
  if (paths.length === 0) return null;
  const evidence = await readEvidenceFiles(paths);
  const store = { roots: [], intermediates: chain };
  const trust: TrustStores = { makers: store, signers: store, timeStamping: store };
  return { evidence: completeEvidence({ collect: async () => evidence }), trust };
}

async function readEvidenceFiles(paths: readonly string[]): Promise<RevocationEvidence> {
  const [crls, ocspResponses]: [Uint8Array[], Uint8Array[]] = [[], []];
  for (const path of paths) {
    const content = await readBytes(path);
    const list = attempt(() => readCrlFile(content));
    const said = typeof list === 'string' ? list : attempt(() => parseCertificateList(list).issuer && null);
    if (said === null && typeof list !== 'string') crls.push(list);
    else if (attempt(() => parseOcspResponse(content).producedAt && null) === null) ocspResponses.push(content);
    else
      throw new TrustError(
        'revocation-malformed',
        `${path} is neither a revocation list nor an OCSP response: ${said}`,
      );
  }
  return { crls, ocspResponses };
}

function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (isTrustError(error)) return error.message;
    throw error;
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const detail = `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    throw new TrustError('revocation-malformed', detail, { hint: 'Check the path and the right to read it.', cause });
  }
}

export type RenewRequest = {
  readonly from: string;
  readonly password: string | undefined;
  readonly stamper: TimeStamper;
  readonly validation: ValidationMeans;
  readonly containers: ContainerSettings;
};

/** What has to be put behind a sealed document: evidence for all its signatures, and a time stamp over everything. */
export async function renewFile({ from, validation, ...asked }: RenewRequest): Promise<Uint8Array> {
  const source = openFileSource(from);
  try {
    return await preserveDocument({ ...asked, ...validation, source, prefix: hashSource(source), now: new Date() });
  } finally {
    source.close();
  }
}
