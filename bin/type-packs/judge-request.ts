// What the license room says of a request before it records anything: the contract, the rules of the type, the metadata, the face.
// The same functions that it runs, without a database; so a pack that passes here is judged the same there.
import { beginOfChinaDate } from '../../common/codes/calendar-date.ts';
import { issueRequest } from '../../common/contract/license.ts';
import { isTrustError, type ProblemCode } from '../../common/errors.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import { makeContent } from '../../license/domain/issue-content.ts';
import { makeLicenseIdentifier } from '../../license/domain/license-identifier.ts';
import type { LicenseContent } from '../../license/domain/license-record.ts';
import type { LicenseType } from '../../license/domain/license-type.ts';
import { decideDates } from '../../license/domain/license-validity.ts';
import type { Renderer } from '../../license/pdf/prepare-face.ts';
import { renderLicense } from '../../license/pdf/render-license.ts';
import type { CaseRequest } from './pack-cases.ts';

export type Judge = {
  /** YYYY-MM-DD in China. */
  readonly today: string;
  /** Left out: nothing is drawn, so that a text too long for the face passes. */
  readonly renderer?: Renderer | undefined;
};
export type Verdict =
  | { readonly content: LicenseContent }
  | { readonly code: ProblemCode; readonly pointer: string; readonly sentence: string };

/** Only faults of the request are verdicts; anything else is thrown. */
export function judgeRequest(type: LicenseType, request: CaseRequest, { today, renderer }: Judge): Verdict {
  try {
    const parsed = parseContract(issueRequest, { case_id: 'CASE', license_type: type.code, ...request }, 'The request');
    const dates = decideDates(type, parsed, today);
    const authority = { name: '示例颁发机构', code: type.definer.code };
    const parts = { licenseType: type.code, issuingAuthority: authority.code, serial: '0'.repeat(20), version: 1 };
    const naming = {
      identifier: makeLicenseIdentifier(parts),
      verifyUrl: 'https://license.example.gov.cn/verify',
      verifyCode: '0'.repeat(16),
    };
    const content = makeContent(type, authority, parsed, dates, naming, beginOfChinaDate(today));
    if (renderer) renderLicense(renderer, type, content);
    return { content };
  } catch (error) {
    if (!isTrustError(error) || error.code === 'internal') throw error;
    return { code: error.code, pointer: error.pointer ?? '', sentence: error.message };
  }
}
