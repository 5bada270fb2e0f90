// 证照文件下载, 文件地址获取, 按地址取文件 (GB/T 36906): what leaves the room is an annotated copy (加注件), which says on its
// face who may use it, for what and until when.
//   1 may the caller have the whole file (authorise-read.ts)   2 what the copy says of itself   3 the copy is drawn
//   4 the platform seals it   5 for an address: stored, sealed under the license's key
//   6 use of the ground, event and copy in one transaction; before it nothing is told
// A crash between 3 and 6 leaves a sealed file that nobody was given and no use that was counted.
import { toHex, utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type ProblemCode, TrustError } from '../../common/errors.ts';
import { makeId, makeToken } from '../../common/ids.ts';
import { ADDRESS_SECONDS, makeAnnotation } from '../domain/copy-terms.ts';
import type { Annotation } from '../domain/license-metadata.ts';
import { WHOLE_FILE } from '../domain/shared-elements.ts';
import { renderLicense } from '../pdf/render-license.ts';
import { type AnnotatedCopy, findCopyAtAddress, insertAnnotatedCopy } from '../store/annotated-copies.ts';
import { insertEvent } from '../store/events.ts';
import { type AllowedRead, commitRead, judgeReadOf, type ReadDeps } from './authorise-read.ts';
import { getClient } from './clients.ts';
import type { LicenseDeps } from './deps.ts';
import { checkSealedCopy } from './finish-intent.ts';
import { throwForeign } from './foreign-problem.ts';
import { makeEvent } from './make-event.ts';
import { getLicense } from './open-license.ts';
import { basisOf, type ReadPurpose } from './reader-events.ts';
import { readSealedFile, storeSealedFile } from './sealed-files.ts';

/** The document class of the grant that the keeper of the platform's seal gives this room. */
export const COPY_CLASS = 'license-copy';
const SEAL_PROBLEMS: ReadonlySet<ProblemCode> = new Set(['time-stamp-unavailable']);

export type CopyDeps = ReadDeps & Pick<LicenseDeps, 'files' | 'seal' | 'renderer' | 'verifyUrl' | 'platform'>;

export type CopyRequest = ReadPurpose & {
  readonly identifier: string;
  readonly creator: string | null;
  readonly expiresAt: Date | null;
};

export type MadeCopy = { readonly copy: AnnotatedCopy; readonly pdf: Uint8Array };

/** The copy itself. Throws as `judgeReadOf`, and copies-not-offered, seal-unavailable. */
export function makeAnnotatedCopy(deps: CopyDeps, clientId: string, request: CopyRequest): Promise<MadeCopy> {
  return makeCopy(deps, clientId, request, async () => null);
}

/** A copy behind an address that answers this caller for ten minutes; `token` is told only now. */
export async function makeCopyAddress(
  deps: CopyDeps,
  clientId: string,
  request: CopyRequest,
): Promise<{ readonly copy: AnnotatedCopy; readonly token: string }> {
  const token = makeToken(40);
  const { copy } = await makeCopy(deps, clientId, request, async ({ license, at }, copyId, pdf) => {
    const { storedSm3 } = await storeSealedFile(deps.files, license.dataKey, `copy ${copyId}`, pdf);
    const until = new Date(at.getTime() + ADDRESS_SECONDS * 1000);
    return { sm3: addressSm3(token), storedSm3, until };
  });
  return { copy, token };
}

type Keep = (read: AllowedRead, copyId: string, pdf: Uint8Array) => Promise<AnnotatedCopy['address']>;

async function makeCopy(deps: CopyDeps, clientId: string, request: CopyRequest, keep: Keep): Promise<MadeCopy> {
  const { platform } = deps;
  if (platform === null) throw new TrustError('copies-not-offered', 'the platform has no seal for annotated copies');
  // 1
  const read = await judgeReadOf(deps, clientId, { ...request, wanted: [WHOLE_FILE] });
  // 2
  const annotation = makeAnnotation(request, platform.name, read.at);
  // 3, 4
  const copyId = makeId('cpy');
  const pdf = await drawAndSeal(deps, read, annotation, { copyId, esID: platform.sealEsID });
  // 5
  const address = await keep(read, copyId, pdf);
  // 6
  const copy: AnnotatedCopy = {
    copyId,
    licenseId: read.license.head.licenseId,
    identifier: read.license.version.identifier,
    clientId,
    basis: basisOf(read.ground),
    fileSm3: toHex(sm3(pdf)),
    fileSize: pdf.length,
    madeAt: read.at,
    validUntil: annotation.expiresAt,
    address,
  };
  await commitRead(deps, read, 'annotated', (trx) => insertAnnotatedCopy(trx, copy));
  return { copy, pdf };
}

async function drawAndSeal(
  deps: CopyDeps,
  { license, caller }: AllowedRead,
  annotation: Annotation,
  { copyId, esID }: { readonly copyId: string; readonly esID: string },
): Promise<Uint8Array> {
  const { content } = license;
  const type = await deps.catalog.getVersion(content.licenseType, content.typeVersion);
  const record = { ...content, verifyUrl: deps.verifyUrl };
  const drawn = renderLicense(deps.renderer, type, record, { ...annotation, recipient: caller.organisationName });
  const kind = { documentClass: COPY_CLASS, mode: 'dual', level: 'T' } as const;
  const place = { seal: esID, ...drawn.seal, ...kind, reason: '制作加注件' };
  const sealed = await deps.seal.seal(drawn.pdf, place, `copy-${copyId}`).catch(throwForeign(SEAL_PROBLEMS));
  checkSealedCopy(drawn.pdf, sealed);
  return sealed.pdf;
}

/** 按地址取文件, as often as wanted while the address lives; each is an event. Throws client-not-registered, copy-not-found. */
export async function readCopyAtAddress(
  deps: Pick<CopyDeps, 'db' | 'keys' | 'clock' | 'files'>,
  clientId: string,
  token: string,
): Promise<MadeCopy> {
  const caller = await getClient(deps, clientId);
  const now = deps.clock();
  const copy = await findCopyAtAddress(deps.db, addressSm3(token), clientId, now);
  if (!copy) throw new TrustError('copy-not-found', 'nothing lies at this address for you, or not any more');
  const { dataKey } = await getLicense(deps, copy.identifier);
  const stored = { sm3: copy.fileSm3, storedSm3: copy.address.storedSm3 };
  const pdf = await readSealedFile(deps.files, dataKey, `copy ${copy.copyId}`, stored);
  const who = { actor: clientId, organisation: caller.organisation, basis: copy.basis };
  const happening = { at: now, kind: 'file-read', identifier: copy.identifier, ...who } as const;
  await insertEvent(deps.db, makeEvent(dataKey, happening, { organisation_name: caller.organisationName }));
  return { copy, pdf };
}

function addressSm3(token: string): Uint8Array {
  return sm3(utf8(token));
}
