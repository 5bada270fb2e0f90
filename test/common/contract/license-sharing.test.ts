// GB/T 36906: the envelopes as callers send and get them, good and refused.
import test from 'ava';
import {
  FILE_RESULTS,
  INFORMATION_RESULTS,
  SHARING_OPERATIONS,
  SHARING_STATUSES,
  type SharingOperation,
} from '../../../common/contract/license-sharing.ts';
import { isTrustError } from '../../../common/errors.ts';
import { exampleOf } from '../../../common/http/example.ts';
import { parseContract } from '../../../common/http/parse-contract.ts';

const IDENTIFIER = '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U';
const head = { purpose: '办理食品经营许可', matterCode: '11360100MB0D00010M2000131001001' };
const copy = {
  certificateIdentifier: IDENTIFIER,
  fileName: `${IDENTIFIER}.pdf`,
  fileSize: 3,
  fileSm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  certificateCopyExpiringTime: '2026-11-27T18:00:00+08:00',
};
const search = {
  certificateTypeCode: '11100000MB0D000965001',
  certificateHolderCode: '360102199003077718',
  certificateHolderTypeCode: '111',
};

/** For each operation a request and an answer that fit, and data that do not, with the pointer of the fault. */
const SAMPLES: Readonly<Record<SharingOperation, { data: object; answer: object; refused: [object, string][] }>> = {
  search: {
    data: { ...search, certificateHolderName: '张三', certificateAreaCode: '3601', certificateState: 'valid' },
    answer: {
      certificates: [
        {
          certificateIdentifier: IDENTIFIER,
          certificateName: '证照',
          certificateState: 'valid',
          certificateStateName: '有效',
        },
      ],
    },
    refused: [
      [{ ...search, certificateTypeCode: '11100000MB0D000965' }, '/data/certificateTypeCode'],
      [{ ...search, certificateHolderCode: '' }, '/data/certificateHolderCode'],
      [{ ...search, certificateHolderTypeCode: '公民' }, '/data/certificateHolderTypeCode'],
      [{ ...search, certificateAreaCode: '360' }, '/data/certificateAreaCode'],
      [{ ...search, certificateState: '01' }, '/data/certificateState'],
    ],
  },
  metadata: {
    data: { certificateIdentifier: IDENTIFIER, metadataRange: 'ZZMC,CZZT' },
    answer: {
      certificateIdentifier: IDENTIFIER,
      certificateState: 'expired',
      metadata: { ZZMC: '证照', CZZT: '张三' },
    },
    refused: [
      [{}, '/data/certificateIdentifier'],
      [{ certificateIdentifier: 'x'.repeat(129) }, '/data/certificateIdentifier'],
      [{ certificateIdentifier: IDENTIFIER, metadataRange: ['ZZMC'] }, '/data/metadataRange'],
    ],
  },
  file: {
    data: { certificateIdentifier: IDENTIFIER, certificateCopyExpiringTime: '2026-11-27T18:00:00+08:00' },
    answer: { ...copy, contentType: 'base64', content: 'JVBERg==' },
    refused: [
      [
        { certificateIdentifier: IDENTIFIER, certificateCopyExpiringTime: '2026-11-27' },
        '/data/certificateCopyExpiringTime',
      ],
      [{ certificateIdentifier: IDENTIFIER, certificateCopyCreator: '局\u202e' }, '/data/certificateCopyCreator'],
    ],
  },
  fileAddress: {
    data: { certificateIdentifier: IDENTIFIER, certificateCopyCreator: '示例市市场监督管理局' },
    answer: {
      ...copy,
      contentType: 'http',
      content: 'https://license.example/v1/sharing/files/1',
      addressExpiringTime: '2026-11-20T18:10:00+08:00',
    },
    refused: [[{ certificateIdentifier: IDENTIFIER, useCause: 'x' }, '/data/useCause']],
  },
  verifyInformation: {
    data: { metadata: { ZZBS: IDENTIFIER, CZZT: '张三', ZZBH: '一号' } },
    answer: { result: 6, resultText: INFORMATION_RESULTS[6] },
    refused: [
      [{}, '/data/metadata'],
      [{ metadata: { ZZBS: 1 } }, '/data/metadata/ZZBS'],
    ],
  },
  verifyFile: {
    data: { contentType: 'base64', content: 'JVBERg==', issuingAuthorityAreaCode: '360100' },
    answer: { result: 2, resultText: FILE_RESULTS[2] },
    refused: [
      [{ contentType: 'http', content: 'https://license.example/a.pdf' }, '/data/contentType'],
      [{ contentType: 'base64', content: '%PDF' }, '/data/content'],
      [
        { contentType: 'base64', content: 'JVBERg==', issuingAuthorityAreaCode: '36010' },
        '/data/issuingAuthorityAreaCode',
      ],
    ],
  },
};

for (const [name, { path, zh, request, answer }] of Object.entries(SHARING_OPERATIONS)) {
  const sample = SAMPLES[name as SharingOperation];
  test(`GB/T 36906 ${zh}: ${path} takes its request and gives its answer`, (t) => {
    t.like(parseContract(request, { head, data: sample.data }, 'The body'), {
      head: { ...head, encryption: 'none' },
      data: sample.data,
    });
    const ok = { head: { status: 0, message: SHARING_STATUSES[0], requestId: 'req-1' }, data: sample.answer };
    t.deepEqual(parseContract(answer, ok, 'The answer'), ok as never);
    const closed = {
      head: { status: 0, message: '成功' },
      data: null,
      encryptedData: { algorithm: 'SM2', keyId: 'k', cipherText: 'AAAA' },
    };
    t.notThrows(() => parseContract(answer, closed, 'The answer'));
    const refusal = { head: { status: 1, message: '未获得授权', reason: 'no-ground' }, data: null };
    t.notThrows(() => parseContract(answer, refusal, 'The answer'));
    t.throws(() => parseContract(answer, { ...refusal, head: { status: 5, message: '' } }, 'The answer'));
  });
  test(`GB/T 36906 ${zh}: what does not fit is refused with its pointer`, (t) => {
    for (const [data, pointer] of sample.refused) {
      const error = t.throws(() => parseContract(request, { head, data }, 'The body'));
      t.true(isTrustError(error, 'invalid-request') && error.pointer === pointer, `${JSON.stringify(data)} ${error}`);
    }
  });
}

test('GB/T 36906: the examples of the reference fit, and none is refused with status 0', (t) => {
  for (const { zh, request, answer } of Object.values(SHARING_OPERATIONS)) {
    t.like(exampleOf(request, 'input'), { head }, zh);
    t.deepEqual(answer.parse(exampleOf(answer, 'output')).head, { status: 0, message: '成功' }, zh);
  }
});

test('GB/T 36906: no operation is asked without purpose and matter, nor with a head of other fields', (t) => {
  const { request } = SHARING_OPERATIONS.metadata;
  const data = { certificateIdentifier: IDENTIFIER };
  for (const [wrong, pointer] of [
    [{ matterCode: head.matterCode }, '/head/purpose'],
    [{ ...head, purpose: '' }, '/head/purpose'],
    [{ ...head, purpose: '办'.repeat(201) }, '/head/purpose'],
    [{ ...head, purpose: '办理\n许可' }, '/head/purpose'],
    [{ purpose: head.purpose }, '/head/matterCode'],
    [{ ...head, matterCode: '事项 1' }, '/head/matterCode'],
    [{ ...head, encryption: 'RSA' }, '/head/encryption'],
    [{ ...head, token: 'abc' }, '/head/token'],
  ] as const) {
    const error = t.throws(() => parseContract(request, { head: wrong, data }, 'The body'));
    t.true(isTrustError(error, 'invalid-request') && error.pointer === pointer, `${JSON.stringify(wrong)} ${error}`);
  }
});
