// Licenses, versions and issues as the wire shows them.
import { CODE_NOTICES } from '../../common/codes/code-notice.ts';
import { holderCodeNotices } from '../../common/codes/holder-code.ts';
import type { IssueDocument, LicenseDocument, VersionList } from '../../common/contract/license.ts';
import type { Holder, License, LicenseVersion } from '../domain/license-record.ts';
import type { Issue } from '../store/issues.ts';

export function licenseDocumentOf({ head, version, content, state, stateReason, isCurrent }: License): LicenseDocument {
  const { identifier } = content;
  return {
    identifier,
    version: version.version,
    is_current: isCurrent,
    current_identifier: head.identifier,
    replaces: version.replaces,
    operation: version.operation,
    license_type: content.licenseType,
    name: content.name,
    license_number: content.licenseNumber,
    issuing_authority: { ...content.issuingAuthority },
    holders: content.holders.map(({ name, codeType, code }) => ({ name, code_type: codeType, code })),
    notices: content.holders.flatMap(noticesOf),
    issued_on: content.issuedOn,
    valid_from: content.validFrom,
    valid_to: content.validTo,
    state,
    state_reason: stateReason,
    state_changed_at: head.stateChangedAt.toISOString(),
    fields: { ...content.fields },
    file: { sm3: version.file.sm3, size: version.file.size, href: `${hrefOf(identifier)}/file` },
  };
}

/** Of a holder's code, for the case system that may ask its clerk to look again. */
function noticesOf({ codeType, code }: Holder, place: number): LicenseDocument['notices'] {
  return holderCodeNotices(codeType, code).map((notice) => {
    const { says, saysZh } = CODE_NOTICES[notice];
    return { notice, pointer: `/holders/${place}/code`, says, says_zh: saysZh };
  });
}

export function versionListOf(versions: readonly LicenseVersion[]): VersionList {
  return {
    versions: versions.map((version) => ({
      identifier: version.identifier,
      version: version.version,
      operation: version.operation,
      replaces: version.replaces,
      issued_on: version.issuedOn,
      valid_from: version.validFrom,
      valid_to: version.validTo,
      file_sm3: version.file.sm3,
      created_at: version.createdAt.toISOString(),
    })),
  };
}

const STATES = { intended: 'pending', done: 'done', given_up: 'given_up' } as const;

/** The identifier is told when there is a license under it. */
export function issueDocumentOf(issue: Issue): IssueDocument {
  const isDone = issue.state === 'done';
  return {
    issue_id: issue.issueId,
    case_id: issue.caseId,
    item: issue.item,
    license_type: issue.licenseType,
    operation: issue.operation,
    state: STATES[issue.state],
    identifier: isDone ? issue.identifier : null,
    href: isDone ? hrefOf(issue.identifier) : null,
    last_problem: issue.lastError,
    attempts: issue.attempts,
    created_at: issue.createdAt.toISOString(),
    finished_at: issue.finishedAt?.toISOString() ?? null,
  };
}

export const hrefOf = (identifier: string): string => `/v1/licenses/${identifier}`;
