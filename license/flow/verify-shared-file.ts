// 证照文件验证 (GB/T 36906): is this file one that was issued here, or an annotated copy that may still be used, unchanged and
// sealed? Its seals are judged by the seal room, what it is by its SM3.
import { toHex } from '../../common/bytes.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import { type FileVerdict, judgeFile, type KnownFile } from '../domain/verify-file.ts';
import { findCopyByFile } from '../store/annotated-copies.ts';
import { findLicenseHead } from '../store/licenses.ts';
import { getClient } from './clients.ts';
import type { LicenseDeps } from './deps.ts';
import { findLicenseFact, isFileProblem, judgeSeals } from './verify-file.ts';

type FileDeps = Pick<LicenseDeps, 'db' | 'clock' | 'seal'>;

/** `areaCode`: the region that the caller names for the issuing authority. Throws client-not-registered, seal-unavailable. */
export async function verifySharedFile(
  deps: FileDeps,
  clientId: string,
  file: Uint8Array,
  areaCode: string | null,
): Promise<FileVerdict> {
  await getClient(deps, clientId);
  return judgeFile(await reportOf(deps, file), await knownFile(deps, file), areaCode);
}

/** Null for a file that the seal room cannot read. */
async function reportOf(deps: FileDeps, file: Uint8Array): Promise<VerificationReport | null> {
  try {
    return await judgeSeals(deps, file);
  } catch (error) {
    if (isTrustError(error) && isFileProblem(error.code)) return null;
    throw error;
  }
}

async function knownFile(deps: FileDeps, file: Uint8Array): Promise<KnownFile> {
  const copy = await findCopyByFile(deps.db, toHex(sm3(file)));
  if (copy) {
    const registered = copy.validUntil > deps.clock() ? 'copy' : 'expired-copy';
    return { registered, region: (await findLicenseHead(deps.db, copy.licenseId))?.region ?? null };
  }
  const { identifier, registered_file: isOriginal } = await findLicenseFact(deps, file);
  if (!isOriginal || identifier === null) return { registered: 'none', region: null };
  const { licenseType, issuingAuthority, serial } = parseLicenseIdentifier(identifier);
  const head = await findLicenseHead(deps.db, `${licenseType}.${issuingAuthority}.${serial}`);
  return { registered: 'original', region: head?.region ?? null };
}
