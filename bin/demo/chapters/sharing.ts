// Sharing (GB/T 36906): a department asks, the citizen gives less than was asked for, the reading is cut to it; whatever else
// is tried is refused with its reason; an annotated copy; the citizen sees all of it and takes the consent back.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConsentRequestDocument } from '../../../common/contract/license-consent.ts';
import {
  type FileAnswer,
  type MetadataAnswer,
  SHARING_OPERATIONS,
  type VerifyFileAnswer,
} from '../../../common/contract/license-sharing.ts';
import { openPdfium } from '../../../seal/pdfium/open-pdfium.ts';
import { CITIZENS, LICENSE_TYPE, MARKET_REGULATOR } from '../../seed/values.ts';
import { call } from '../api.ts';
import { makeBrowser } from '../browser.ts';
import { type Issued, verify } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';
import { logIn } from './single-sign-on.ts';

const PURPOSE = '办理食品经营许可时核对健康证明';
const MATTER = { code: '000131023000', name: '食品经营许可' };
const WEEK_MS = 7 * 86_400_000;

export async function tellSharing(world: World, tell: Teller, { license }: Issued, now: Date): Promise<void> {
  tell.chapter('7  A department reads it, with his consent');
  const ask = makeReader(world);
  const { identifier } = license;
  const before = await ask('metadata', { certificateIdentifier: identifier });
  tell.check(
    before.head.status === 1 && before.head.reason === 'no-ground',
    `without a ground it is refused: ${before.head.message} (${before.head.reason})`,
  );
  const request = await requestConsent(world, now);
  tell.check(request.state === 'pending', `${MARKET_REGULATOR.name} asks for consent: ${PURPOSE}`);
  const browser = makeBrowser();
  const question = await logIn(browser, request.address, world.passwords.zhangsan);
  tell.check(
    question.text.includes(MARKET_REGULATOR.name) && question.text.includes(PURPOSE),
    '张三 is shown who asks, for what, and every value',
  );
  const given = await browser.submit(question, { decision: 'agree' }, '/consents/');
  tell.check(given.status === 200, 'he agrees, without the occupation, which was optional');

  const cut = await ask('metadata', { certificateIdentifier: identifier });
  const read = (cut as MetadataAnswer).data?.metadata ?? {};
  tell.check(
    read['CZZT'] === CITIZENS[0].name && read['ZZBH'] === license.license_number,
    `the department reads ${Object.keys(read).join(' ')}`,
  );
  tell.check(!('CZZTDM' in read) && !('KZ_GZ' in read), 'and neither his number nor his occupation');
  const refusals = [
    { what: 'his number', reason: 'wrong-field', data: { metadataRange: 'CZZTDM' }, purpose: PURPOSE },
    {
      what: 'the occupation that he kept back',
      reason: 'wrong-field',
      data: { metadataRange: 'KZ_GZ' },
      purpose: PURPOSE,
    },
    { what: 'another purpose', reason: 'other-purpose', data: {}, purpose: '商业推广' },
  ];
  for (const { what, reason, data, purpose } of refusals) {
    const { head } = await ask('metadata', { certificateIdentifier: identifier, ...data }, purpose);
    tell.check(head.status === 1 && head.reason === reason, `${what} is refused: ${head.reason}`);
  }
  await tellCopy(world, tell, ask, identifier);

  const wallet = await browser.open(`${world.licenseUrl}/licenses/${identifier}`);
  tell.check(
    wallet.text.includes(MARKET_REGULATOR.name) && wallet.text.includes(PURPOSE),
    '张三 sees who read it and for what',
  );
  const page = await browser.open(`${world.licenseUrl}/consents/${request.request_id}`);
  const withdrawn = await browser.submit(page, {}, '/withdraw');
  const after = await ask('metadata', { certificateIdentifier: identifier });
  tell.check(
    withdrawn.status === 200 && after.head.status === 1 && after.head.reason === 'revoked',
    `he takes the consent back, and the next reading is refused: ${after.head.reason}`,
  );
}

/** 加注件: its use stands across the face, the platform sealed it, and it is known to the house, but it is not the license. */
async function tellCopy(world: World, tell: Teller, ask: Reader, identifier: string): Promise<void> {
  const answer = (await ask('file', { certificateIdentifier: identifier })) as FileAnswer;
  const copy = Uint8Array.from(Buffer.from(answer.data?.content ?? '', 'base64'));
  await writeFile(join(world.outFolder, 'annotated-copy.pdf'), copy);
  tell.check(answer.head.status === 0 && copy.length > 0, `an annotated copy of the file, ${copy.length} bytes`);
  const times = await countOnPages(copy, [`仅供${MARKET_REGULATOR.name}使用`, `用途：${PURPOSE}`]);
  tell.check(
    times.every((count) => count > 1),
    `across its face stand who may use it and for what, ${times.join(' and ')} times`,
  );
  const judged = await verify(world, copy);
  tell.check(
    judged.report.indication === 'TOTAL-PASSED' && !judged.license.registered_file,
    `sealed by the platform: ${judged.report.indication}; the public check says that it is not the issued file`,
  );
  const { data } = (await ask('verifyFile', {
    contentType: 'base64',
    content: Buffer.from(copy).toString('base64'),
  })) as VerifyFileAnswer;
  tell.check(data?.result === 0, `证照文件验证 (GB/T 36906): ${data?.result} ${data?.resultText}`);
}

/** How often each text stands on the pages, as a reader finds it. */
async function countOnPages(bytes: Uint8Array, texts: readonly string[]): Promise<readonly number[]> {
  const reader = openPdfium({ threads: 1, deadlineSeconds: 30 });
  try {
    const found = await Promise.all(texts.map((text) => reader.findText({ bytes, text, maxHits: 100 })));
    return found.map(({ hits }) => hits.length);
  } finally {
    await reader.close();
  }
}

type Operation = 'metadata' | 'file' | 'verifyFile';
type Reader = (
  operation: Operation,
  data: object,
  purpose?: string,
) => Promise<MetadataAnswer | FileAnswer | VerifyFileAnswer>;

/** The department's system; who calls is told by its token. */
function makeReader(world: World): Reader {
  const token = world.tokenFor(MARKET_REGULATOR.clientId, 'license:read');
  return async (operation, data, purpose = PURPOSE) => {
    const json = { head: { purpose, matterCode: MATTER.code }, data };
    return (await call('POST', `${world.licenseUrl}${SHARING_OPERATIONS[operation].path}`, { token, json })).json();
  };
}

async function requestConsent(world: World, now: Date): Promise<ConsentRequestDocument> {
  const token = world.tokenFor(MARKET_REGULATOR.clientId, 'license:read');
  const [{ codeType, code }] = CITIZENS;
  const json = {
    holder: { code_type: codeType, code },
    licenses: [{ license_type: LICENSE_TYPE, fields: ['ZZBH', 'CZZT', 'file'], optional_fields: ['KZ_GZ'] }],
    purpose: PURPOSE,
    matter: MATTER,
    until: new Date(now.getTime() + WEEK_MS).toISOString(),
    max_uses: 5,
  };
  return (await call('POST', `${world.licenseUrl}/v1/consent-requests`, { token, json })).json();
}
