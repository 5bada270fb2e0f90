// The route table of sharing: consents, legal bases, the operations of GB/T 36906; and the holder's pages of consents.
import { SHARING_OPERATIONS } from '../../common/contract/license-sharing.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { RateLimit } from '../../common/http/rate-limit.ts';
import { type Route, row } from '../../common/http/routes.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { makeConsentRequestHandlers } from './consent-requests.ts';
import { makeConsentHandlers } from './consents.ts';
import { makeLegalBasisHandlers } from './legal-bases.ts';
import type { SessionGate } from './session-gate.ts';
import { makeSharingHandler } from './sharing.ts';
import { COPY_PATH, makeCopyHandler, makeSharingActs } from './sharing-acts.ts';
import { makeFileCheck } from './sharing-file-check.ts';
import { SHARING_API } from './sharing-operations.ts';

export type SharingParts = {
  readonly deps: LicenseDeps;
  readonly gate: BearerGate;
  readonly sessions: SessionGate;
  readonly cookies: Cookies;
  /** Of checks that could be tried one after another. */
  readonly limit: RateLimit;
  /** Public address of the room. */
  readonly url: string;
};

export function sharingRoutes(parts: SharingParts): readonly Route[] {
  const { deps, gate, limit, url } = parts;
  const asking = makeConsentRequestHandlers(parts);
  const bases = makeLegalBasisHandlers(deps, gate);
  const consents = makeConsentHandlers(parts);
  const acts = makeSharingActs(deps, url);
  const { search, metadata, file, fileAddress, verifyInformation, verifyFile } = SHARING_OPERATIONS;
  const verify = limit.guard(makeSharingHandler(parts, 'verifyInformation', acts.verifyInformation));
  const check = limit.guard(makeSharingHandler(parts, 'verifyFile', makeFileCheck(deps)));
  return [
    row('POST', '/v1/consent-requests', 'license:read', asking.ask, SHARING_API.askConsent),
    row('GET', '/v1/consent-requests/:request_id', 'license:read', asking.look, SHARING_API.lookConsent),
    row('GET', '/v1/legal-bases', 'license:admin', bases.list, SHARING_API.listBases),
    row('POST', '/v1/legal-bases', 'license:admin', bases.enter, SHARING_API.enterBasis),
    row('DELETE', '/v1/legal-bases/:basis_id', 'license:admin', bases.end, SHARING_API.endBasis),
    row('GET', '/v1/sharing-clients/:client_id', 'license:admin', bases.showClient, SHARING_API.readClient),
    row('PUT', '/v1/sharing-clients/:client_id', 'license:admin', bases.putClient, SHARING_API.putClient),
    row('POST', search.path, 'license:read', makeSharingHandler(parts, 'search', acts.search), SHARING_API.search),
    row(
      'POST',
      metadata.path,
      'license:read',
      makeSharingHandler(parts, 'metadata', acts.metadata),
      SHARING_API.metadata,
    ),
    row('POST', file.path, 'license:read', makeSharingHandler(parts, 'file', acts.file), SHARING_API.file),
    row(
      'POST',
      fileAddress.path,
      'license:read',
      makeSharingHandler(parts, 'fileAddress', acts.fileAddress),
      SHARING_API.fileAddress,
    ),
    row('GET', COPY_PATH, 'license:read', makeCopyHandler(deps, gate), SHARING_API.copy),
    row('POST', verifyInformation.path, 'license:read', verify, SHARING_API.verifyInformation),
    row('POST', verifyFile.path, 'license:read', check, SHARING_API.verifyFile),
    row('GET', '/consents', 'session', consents.list),
    row('GET', '/consents/:request_id', 'session', consents.show),
    row('POST', '/consents/:request_id', 'session', consents.decide),
    row('POST', '/consents/:request_id/limit', 'session', consents.limit),
    row('POST', '/consents/:request_id/withdraw', 'session', consents.withdraw),
  ];
}
