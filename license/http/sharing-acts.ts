// What the operations of GB/T 36906 do, between wire and flow: 证照检索, 信息获取, 文件下载, 文件地址获取, 信息验证. 按地址取文件 is
// a GET; 文件验证 has a file of its own (sharing-file-check.ts).

import { z } from 'zod';
import { regionPrefix } from '../../common/codes/region.ts';
import { INFORMATION_RESULTS } from '../../common/contract/license-sharing.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseQuery } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import { holderKey } from '../domain/holder-key.ts';
import { metadataText, parseMetadataRange } from '../domain/license-metadata.ts';
import { authoriseRead } from '../flow/authorise-read.ts';
import {
  type CopyDeps,
  type CopyRequest,
  makeAnnotatedCopy,
  makeCopyAddress,
  readCopyAtAddress,
} from '../flow/make-annotated-copy.ts';
import { searchShared } from '../flow/search-shared.ts';
import { verifySharedInformation } from '../flow/verify-shared.ts';
import { makeWrongTries } from '../flow/wrong-tries.ts';
import type { AnnotatedCopy } from '../store/annotated-copies.ts';
import { STATE_TEXTS } from '../web/license-words.ts';
import type { SharingAct, SharingCall, SharingData } from './sharing.ts';

/** In the query, which no log line holds. */
export const copyQuery = z.strictObject({ token: z.string().regex(/^[0-9a-z]{40}$/) });
export const COPY_PATH = '/v1/sharing/files';

export type SharingActs = {
  readonly [Op in 'search' | 'metadata' | 'file' | 'fileAddress' | 'verifyInformation']: SharingAct<Op>;
};

export function makeSharingActs(deps: CopyDeps, url: string): SharingActs {
  const tries = makeWrongTries(deps.clock);
  return {
    search: (call) => search(deps, call),
    metadata: async ({ clientId, purpose, data }) => {
      const range = parseMetadataRange(data.metadataRange);
      const wanted = range === null ? 'all' : [...range];
      const identifier = data.certificateIdentifier;
      const { license, entries } = await authoriseRead(deps, clientId, { ...purpose, identifier, wanted });
      const told = range === null ? entries : entries.filter(({ name }) => range.has(name));
      return {
        certificateIdentifier: license.version.identifier,
        certificateState: license.state,
        metadata: Object.fromEntries(told.map((entry) => [entry.name, metadataText(entry)])),
      };
    },
    file: async (call) => {
      const { copy, pdf } = await makeAnnotatedCopy(deps, call.clientId, copyRequest(call));
      return { ...copyPart(copy), contentType: 'base64', content: Buffer.from(pdf).toString('base64') };
    },
    fileAddress: async (call) => {
      const { copy, token } = await makeCopyAddress(deps, call.clientId, copyRequest(call));
      return {
        ...copyPart(copy),
        contentType: 'http',
        content: new URL(`${COPY_PATH}?token=${token}`, url).href,
        addressExpiringTime: copy.address?.until.toISOString(),
      };
    },
    verifyInformation: async ({ clientId, purpose, data }) => {
      const result = await verifySharedInformation(deps, tries, clientId, data.metadata, purpose);
      return { result, resultText: INFORMATION_RESULTS[result] };
    },
  };
}

/** 按地址取文件: the PDF itself, to the caller that the address was given to. */
export function makeCopyHandler(deps: CopyDeps, gate: BearerGate): Handler {
  return async (ctx) => {
    const { token } = parseQuery(ctx, copyQuery);
    const { copy, pdf } = await readCopyAtAddress(deps, gate.actorOf(ctx).clientId, token);
    ctx.type = 'application/pdf';
    ctx.set('Content-Disposition', `attachment; filename="${copy.identifier}.pdf"`);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = Buffer.from(pdf);
  };
}

async function search(
  deps: CopyDeps,
  { clientId, purpose, data }: SharingCall<SharingData<'search'>>,
): Promise<object> {
  const { certificateHolderCode: code, certificateHolderTypeCode: type } = data;
  const found = await searchShared(deps, clientId, {
    ...purpose,
    licenseType: data.certificateTypeCode,
    holderKey: code === undefined || type === undefined ? null : holderKey(deps.keys.pepper, type, code),
    holderName: data.certificateHolderName ?? null,
    region: areaOf(data.certificateAreaCode),
    state: data.certificateState ?? null,
  });
  const certificates = found.map(({ head, content, state }) => ({
    certificateIdentifier: head.identifier,
    certificateName: content.name,
    certificateState: state,
    certificateStateName: STATE_TEXTS[state].zh,
  }));
  return { certificates };
}

function copyRequest({ purpose, data }: SharingCall<SharingData<'file'>>): CopyRequest {
  const { certificateCopyExpiringTime: end } = data;
  return {
    ...purpose,
    identifier: data.certificateIdentifier,
    creator: data.certificateCopyCreator ?? null,
    expiresAt: end === undefined ? null : new Date(end),
  };
}

function copyPart(copy: AnnotatedCopy) {
  return {
    certificateIdentifier: copy.identifier,
    fileName: `${copy.identifier}.pdf`,
    fileSize: copy.fileSize,
    fileSm3: copy.fileSm3,
    certificateCopyExpiringTime: copy.validUntil.toISOString(),
  };
}

/** The digits that every region in `code` begins with; null for the whole nation. */
function areaOf(code: string | undefined): string | null {
  return code === undefined ? null : regionPrefix(code, '/data/certificateAreaCode') || null;
}
