// Wire types of the sharing interface of licenses (GB/T 36906): its six operations as POSTs of an envelope {head, data}.
// Types, parsers and code tables only, no rules. Names inside `data` are those of the standard's family (camelCase, short
// names of GB/T 36903); what head says beside status and message is ours. Who calls is told by the access token of the
// request (RFC 6750, RFC 9449), never by a field. An answer of the interface has HTTP status 200 whatever `head.status` says.
import { z } from 'zod';
import { LICENSE_STATES, licenseIdentifier } from './license.ts';

/** GB/T 36906, head.status of an answer. */
export const SHARING_STATUSES = {
  0: '成功',
  1: '未获得授权',
  2: '服务超时',
  3: '未检索到记录',
  4: '参数错误',
} as const;
export type SharingStatus = 0 | 1 | 2 | 3 | 4;
export const sharingStatus = z.literal([0, 1, 2, 3, 4]).meta({
  description: '0 成功, 1 未获得授权, 2 服务超时, 3 未检索到记录, 4 参数错误',
  example: 0,
});

/** GB/T 36906, result of 证照信息验证. */
export const INFORMATION_RESULTS = {
  0: '信息正确且证照有效',
  1: '信息正确，证照未激活',
  2: '信息正确，证照暂时失效',
  3: '信息正确，证照已失效',
  4: '信息不全，无法验证',
  5: '查无此信息',
  6: '信息错误，参数不一致',
} as const;
export type InformationResult = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** GB/T 36906, result of 证照文件验证. */
export const FILE_RESULTS = { 0: '验证通过', 1: '签章校验失败', 2: '文件校验失败' } as const;
export type FileResult = 0 | 1 | 2;

/** Characters that pages and faces can show on one line; no controls. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{C}]+$/u, 'expected a text without control characters');

export const sharingHead = z.strictObject({
  purpose: line(200).meta({
    description: '使用目的: as it was asked for in a consent; printed on an annotated copy as 加注件制作事由',
    example: '办理食品经营许可',
  }),
  matterCode: z
    .string()
    .regex(/^[0-9A-Za-z_-]{1,64}$/)
    .meta({ description: '办理事项编码', example: '11360100MB0D00010M2000131001001' }),
  groundId: z
    .string()
    .regex(/^(?:cns|lgb)_[0-9a-z]{1,64}$/)
    .optional()
    .meta({
      description: 'The consent or legal basis to read on; left out: any that carries the read',
      example: 'cns_5k3m9q2w7x4t8v6z1y0r5k3m9q',
    }),
  requestId: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .optional()
    .meta({ description: 'Comes back in the answer', example: 'req-2026-000123' }),
  encryption: z.enum(['none', 'SM2']).default('none').meta({
    description: 'SM2: `data` of the answer comes as `encryptedData`, for the key that is registered for the caller',
  }),
});
export type SharingHead = z.infer<typeof sharingHead>;

/** The body of an operation: head and its data. */
const requestOf = <S extends z.ZodType>(data: S) => z.strictObject({ head: sharingHead, data });

export const sharingAnswerHead = z.strictObject({
  status: sharingStatus,
  message: z.string().meta({ description: 'Why, in words', example: '成功' }),
  reason: z.string().optional().meta({
    description:
      'After another status than 0: what kept the request from being answered, as a stable code (wrong-field)',
  }),
  requestId: z.string().optional(),
});

/** GB/T 32918.4 over the UTF-8 JSON text that `data` would have been: SM2Cipher of GM/T 0009, so C1‖C3‖C2 in DER. */
export const encryptedData = z.strictObject({
  algorithm: z.literal('SM2'),
  keyId: z
    .string()
    .meta({ description: 'First 16 digits of the SM3 of the point of the key', example: '3f1c09aa5be27d64' }),
  cipherText: z.base64().meta({ description: 'SM2Cipher, DER, in base64' }),
});

/** An answer has `data` after status 0, or `encryptedData` when it was asked for; otherwise neither. */
const answerOf = <S extends z.ZodType>(data: S) =>
  z.strictObject({ head: sharingAnswerHead, data: data.nullable(), encryptedData: encryptedData.optional() });

const holderCode = z.string().min(1).max(64).meta({ description: '持证主体代码', example: '360102199003077718' });
const holderCodeType = z
  .string()
  .regex(/^\d{3}$/)
  .meta({ description: '持证主体代码类型代码, GB/T 36903 Annex A', example: '111' });

// 证照检索

export const searchRequest = requestOf(
  z.strictObject({
    certificateTypeCode: z.string().length(21).meta({ description: '证照类型代码', example: '11100000MB0D000965001' }),
    certificateHolderCode: holderCode.optional().meta({ description: '持证主体代码; not needed with a consent' }),
    certificateHolderTypeCode: holderCodeType.optional(),
    certificateHolderName: line(100).optional().meta({ description: '持证主体; one that differs finds nothing' }),
    certificateAreaCode: z
      .string()
      .regex(/^(\d\d){1,3}$/)
      .optional()
      .meta({ description: '所属管辖属地: 2, 4 or 6 digits of GB/T 2260', example: '3601' }),
    certificateState: z.enum(LICENSE_STATES).optional().meta({ description: 'Only licenses in this state' }),
  }),
).superRefine(({ head, data }, context) => {
  const isOfConsent = head.groundId?.startsWith('cns_') ?? false;
  for (const name of ['certificateHolderCode', 'certificateHolderTypeCode'] as const) {
    if (data[name] !== undefined || isOfConsent) continue;
    context.addIssue({ code: 'custom', path: ['data', name], message: 'needed unless groundId is a consent' });
  }
});

export const foundCertificate = z.strictObject({
  certificateIdentifier: licenseIdentifier,
  certificateName: z.string().meta({ example: '从业人员健康证明（样例）' }),
  certificateState: z.enum(LICENSE_STATES),
  certificateStateName: z.string().meta({ example: '有效' }),
});
export const searchAnswer = answerOf(z.strictObject({ certificates: z.array(foundCertificate).max(200) }));

// 证照信息获取

export const metadataRequest = requestOf(
  z.strictObject({
    certificateIdentifier: licenseIdentifier,
    metadataRange: z.string().max(4000).default('').meta({
      description: 'Short names of GB/T 36903 set apart by commas; empty: all',
      example: 'ZZMC,CZZT,ZZYXQJZRQ',
    }),
  }),
);

export const metadataValues = z.record(z.string().max(64), z.string().max(4000)).meta({
  description: 'Short name -> value; several values of one element are set apart by ^',
  example: { ZZMC: '从业人员健康证明（样例）', CZZT: '张三', ZZYXQJZRQ: '2027-11-19' },
});
export const metadataAnswer = answerOf(
  z.strictObject({
    certificateIdentifier: licenseIdentifier,
    certificateState: z.enum(LICENSE_STATES),
    metadata: metadataValues,
  }),
);
export type MetadataAnswer = z.infer<typeof metadataAnswer>;

// 证照文件下载, 证照文件地址获取: both make an annotated copy; by its address it is fetched with GET

export const fileRequest = requestOf(
  z.strictObject({
    certificateIdentifier: licenseIdentifier,
    certificateCopyCreator: line(100).optional().meta({
      description: '加注件制作者; the platform adds its own name',
      example: '示例市市场监督管理局',
    }),
    certificateCopyExpiringTime: z.iso.datetime({ offset: true }).optional().meta({
      description: '加注件有效期截止时间; left out: as long as the platform allows',
      example: '2026-11-27T18:00:00+08:00',
    }),
  }),
);

const copy = {
  certificateIdentifier: licenseIdentifier,
  fileName: z
    .string()
    .meta({ example: '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U.pdf' }),
  fileSize: z.int().meta({ description: 'Bytes' }),
  fileSm3: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'SM3 of the file, hexadecimal' }),
  certificateCopyExpiringTime: z.iso.datetime({ offset: true }),
};
export const fileAnswer = answerOf(
  z.strictObject({
    ...copy,
    contentType: z.literal('base64'),
    content: z.base64().meta({ description: 'The annotated copy' }),
  }),
);
export type FileAnswer = z.infer<typeof fileAnswer>;

export const fileAddressAnswer = answerOf(
  z.strictObject({
    ...copy,
    contentType: z.literal('http'),
    content: z.url().meta({ description: 'Where the annotated copy is fetched with GET, by the same caller' }),
    addressExpiringTime: z.iso.datetime({ offset: true }),
  }),
);

// 证照信息验证

export const verifyInformationRequest = requestOf(
  z.strictObject({
    metadata: metadataValues.meta({
      description: 'Short name -> value: ZZBS and at least two facts that do not follow from it',
      example: {
        ZZBS: '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U',
        CZZT: '张三',
        ZZBH: '示卫健证字〔2026〕第000123号',
      },
    }),
  }),
);
export const verifyInformationAnswer = answerOf(
  z.strictObject({
    result: z.literal([0, 1, 2, 3, 4, 5, 6]).meta({
      description:
        '0 正确且有效, 1 正确且未激活, 2 正确且暂时失效, 3 正确且已失效, 4 信息不全无法验证, 5 查无此信息, 6 信息错误参数不一致',
    }),
    resultText: z.string().meta({ example: '信息正确且证照有效' }),
  }),
);

// 证照文件验证

/** Bytes of the largest file that is judged by this interface; larger ones go to /v1/verifications. */
export const MAX_SHARED_FILE = 8 * 1024 * 1024;

export const verifyFileRequest = requestOf(
  z.strictObject({
    contentType: z.literal('base64'),
    content: z
      .base64()
      .max(Math.ceil(MAX_SHARED_FILE / 3) * 4)
      .meta({ description: 'The file, at most 8 MiB' }),
    issuingAuthorityAreaCode: z
      .string()
      .regex(/^(\d\d){1,3}$/)
      .optional()
      .meta({ description: '颁发机构行政区划代码: 2, 4 or 6 digits of GB/T 2260', example: '360100' }),
  }),
);
export const verifyFileAnswer = answerOf(
  z.strictObject({
    result: z.literal([0, 1, 2]).meta({ description: '0 通过, 1 签章校验失败, 2 文件校验失败' }),
    resultText: z.string().meta({ example: '验证通过' }),
  }),
);
export type VerifyFileAnswer = z.infer<typeof verifyFileAnswer>;

/** The operations: name -> address, contracts, and what the standard calls it. */
export const SHARING_OPERATIONS = {
  search: { path: '/v1/sharing/search', zh: '证照检索', request: searchRequest, answer: searchAnswer },
  metadata: { path: '/v1/sharing/metadata', zh: '证照信息获取', request: metadataRequest, answer: metadataAnswer },
  file: { path: '/v1/sharing/file', zh: '证照文件下载', request: fileRequest, answer: fileAnswer },
  fileAddress: {
    path: '/v1/sharing/file-address',
    zh: '证照文件地址获取',
    request: fileRequest,
    answer: fileAddressAnswer,
  },
  verifyInformation: {
    path: '/v1/sharing/verify-information',
    zh: '证照信息验证',
    request: verifyInformationRequest,
    answer: verifyInformationAnswer,
  },
  verifyFile: {
    path: '/v1/sharing/verify-file',
    zh: '证照文件验证',
    request: verifyFileRequest,
    answer: verifyFileAnswer,
  },
} as const;
export type SharingOperation = keyof typeof SHARING_OPERATIONS;
