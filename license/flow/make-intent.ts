// The intent of one version, ready to be recorded: rendered once, so that what cannot be printed is refused before anything
// is on record, its content and what was asked in boxes under the license's data key.
import { randomBytes } from 'node:crypto';
import type { IssueRequest } from '../../common/contract/license.ts';
import { NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { makeId } from '../../common/ids.ts';
import { type Asked, fingerprintOf } from '../domain/asked.ts';
import { closeAsked, closeIntended } from '../domain/issue-boxes.ts';
import { numberKeyOf, uniqueKeyOf } from '../domain/license-number.ts';
import type { LicenseContent, VersionOperation } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type RenderedLicense, renderLicense } from '../pdf/render-license.ts';
import type { NewIntent } from '../store/issues.ts';
import type { LicenseDeps } from './deps.ts';
import type { Issuer } from './issuer.ts';
import type { KeyedLicense } from './license-key.ts';

/** What finishing needs and can be had again from the record: spares the one who just made it the work. */
export type Material = {
  readonly type: LicenseType;
  readonly content: LicenseContent;
  readonly rendered: RenderedLicense;
  readonly dataKey: KeyedLicense['dataKey'];
};
export type PreparedIntent = { readonly intent: NewIntent; readonly material: Material };

type Subject = KeyedLicense & {
  readonly type: LicenseType;
  readonly content: LicenseContent;
  readonly asked: Asked;
  readonly operation: VersionOperation;
  readonly version: number;
};

/** Throws `glyph-missing` with a pointer into `request`, the whole of what will be printed. */
export function makeIntent(
  deps: LicenseDeps,
  issuer: Issuer,
  { type, content, asked, operation, version, dataKey, wraps }: Subject,
  request: IssueRequest,
): PreparedIntent {
  const rendered = renderLicense(deps.renderer, type, content);
  const issueId = makeId('iss');
  const { pepper, fingerprint } = deps.keys;
  const { authorityCode, region, sealEsID } = issuer.right;
  const intent: NewIntent = {
    organisation: issuer.organisation,
    caseId: request.case_id,
    licenseType: type.code,
    operation,
    item: request.item,
    issueId,
    clientId: issuer.clientId,
    actor: issuer.actor,
    licenseId: dataKey.licenseId,
    version,
    identifier: content.identifier,
    replaces: content.replaces ?? null,
    fingerprint: fingerprintOf(fingerprint, asked),
    askedBox: closeAsked(dataKey, issueId, asked, randomBytes(NONCE_BYTES)),
    contentBox: closeIntended(dataKey, issueId, content, randomBytes(NONCE_BYTES)),
    numberKey: numberKeyOf(pepper, type.code, authorityCode, content.licenseNumber),
    uniqueKey: operation === 'issue' ? uniqueKeyOf(pepper, type, authorityCode, content.licenseNumber) : null,
    region,
    holderKeys: wraps.holderKeys,
    wrappedKeys: wraps.wrappedKeys,
    sealEsID,
    createdAt: content.createdAt,
  };
  return { intent, material: { type, content, rendered, dataKey } };
}
