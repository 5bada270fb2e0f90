// 证照文件验证 (GB/T 36906): three results out of what the seal room reports of a file and what the registry knows of it. The
// file counts first: one that nobody can read, that was changed, or that this registry never gave away fails as a file,
// however well it is sealed; then its seals. What its license is worth now is 证照信息验证's question, not this one's.
import { isInRegions } from '../../common/codes/region.ts';
import type { FileResult } from '../../common/contract/license-sharing.ts';
import type { VerificationReport } from '../../common/contract/report.ts';

/** What is known of the file beside its seals. */
export type KnownFile = {
  /** By its SM3: the file as it was issued, an annotated copy that is still good, or none of ours. */
  readonly registered: 'original' | 'copy' | 'expired-copy' | 'none';
  /** GB/T 2260, of the issuing authority; null for a file of none of our licenses. */
  readonly region: string | null;
};

export type FileVerdict = { readonly result: FileResult; readonly finding: string };

/**
 * `report`: null for a file that cannot be read. `areaCode`: the region that the caller names for the issuing authority, 2,
 * 4 or 6 digits, or null. Throws `invalid-request` for an area code of no province.
 */
export function judgeFile(report: VerificationReport | null, file: KnownFile, areaCode: string | null): FileVerdict {
  if (report === null) return { result: 2, finding: 'The file cannot be read as a PDF.' };
  if (report.signatures.some(({ integrity }) => integrity.status === 'failed')) {
    return { result: 2, finding: 'The file was changed after it was sealed.' };
  }
  const fault = faultOf(file, areaCode);
  if (fault !== null) return { result: 2, finding: fault };
  if (!report.signatures.some(({ seal }) => seal !== null)) return { result: 1, finding: 'There is no e-seal in it.' };
  if (report.indication !== 'TOTAL-PASSED') return { result: 1, finding: report.summary };
  return { result: 0, finding: report.summary };
}

function faultOf({ registered, region }: KnownFile, areaCode: string | null): string | null {
  if (registered === 'none') return 'This is no file that was issued here, nor a copy that was made of one.';
  if (registered === 'expired-copy') return 'This annotated copy has expired.';
  if (areaCode !== null && (region === null || !isInRegions(region, [areaCode]))) {
    return 'The issuing authority is of another region.';
  }
  return null;
}
