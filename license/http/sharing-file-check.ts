// 证照文件验证 (GB/T 36906): the file comes as base64 in the envelope.
import { FILE_RESULTS, MAX_SHARED_FILE } from '../../common/contract/license-sharing.ts';
import { TrustError } from '../../common/errors.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { verifySharedFile } from '../flow/verify-shared-file.ts';
import type { SharingAct } from './sharing.ts';

export function makeFileCheck(deps: LicenseDeps): SharingAct<'verifyFile'> {
  return async ({ clientId, data }) => {
    const file = new Uint8Array(Buffer.from(data.content, 'base64'));
    if (file.length > MAX_SHARED_FILE)
      throw new TrustError('invalid-request', `a file has at most ${MAX_SHARED_FILE} bytes here`, {
        pointer: '/data/content',
      });
    const { result } = await verifySharedFile(deps, clientId, file, data.issuingAuthorityAreaCode ?? null);
    return { result, resultText: FILE_RESULTS[result] };
  };
}
