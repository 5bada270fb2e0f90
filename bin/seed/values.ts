// The invented values of a development house. Every code has its right check character; the people do not exist.
import { LICENSE_CLIENT_ID } from '../../common/contract/identity.ts';

export const CITIZENS = [
  { login: 'zhangsan', name: '张三', codeType: '111', code: '360102199003077718', phone: '13800010001' },
  { login: 'lisi', name: '李四', codeType: '111', code: '360102198511267724', phone: '13800010002' },
  { login: 'wangfang', name: '王芳', codeType: '111', code: '360102199206150014', phone: '13800010003' },
] as const;

/** Units of which a citizen is the legal representative. */
export const UNITS = [
  { code: '91360100MA35XJ017H', name: '示例市青山食品有限公司', representative: 'wangfang' },
  { code: '91360100MA35XJ025C', name: '示例市绿水物业服务有限公司', representative: 'wangfang' },
] as const;

/** Issues the licenses and owns the seal. */
export const ISSUING_DEPARTMENT = {
  clientId: 'health-commission',
  name: '示例市卫生健康委员会',
  code: '11360100MB0D00010M', // 统一社会信用代码
  scopes: ['license:issue', 'license:change', 'license:revoke'],
} as const;
/** Issues permits to enterprises under a seal of its own, and reads licenses of others with their holders' consent. */
export const MARKET_REGULATOR = {
  clientId: 'market-regulator',
  name: '示例市市场监督管理局',
  code: '11360100MB0D00029J',
  scopes: ['license:issue', 'license:change', 'license:revoke', 'license:read'],
} as const;
/** 南昌市, GB/T 2260. */
export const REGION = '360100';

/** Approves, makes and supervises seals. */
export const SEAL_AUTHORITY = { name: '示例市政务服务和数据管理局', code: '11360100MB0D000533' } as const;

/** Staff: one person one role. */
export const STAFF = [
  {
    login: 'yinzhang-shenqing',
    name: '周明远',
    code: '360102198304127729',
    org: ISSUING_DEPARTMENT.code,
    unit: '办公室',
    role: 'seal-applicant',
  },
  {
    login: 'yinzhang-shenpi',
    name: '郑书岚',
    code: '360102197608197748',
    org: SEAL_AUTHORITY.code,
    unit: '电子印章管理科',
    role: 'seal-approver',
  },
  {
    login: 'yinzhang-zhizuo',
    name: '何铸',
    code: '360102198811057737',
    org: SEAL_AUTHORITY.code,
    unit: '电子印章制作中心',
    role: 'seal-maker',
  },
  {
    login: 'yinzhang-baoguan',
    name: '林守正',
    code: '360102197906237760',
    org: ISSUING_DEPARTMENT.code,
    unit: '机要室',
    role: 'seal-keeper',
  },
  {
    login: 'yinzhang-shenji',
    name: '沈鉴清',
    code: '360102198109277780',
    org: SEAL_AUTHORITY.code,
    unit: '审计室',
    role: 'seal-auditor',
  },
  // The three who run the platform, and a clerk; each has a phone, whose code is the second proof that their pages ask for.
  {
    login: 'guanli-xitong',
    name: '唐接远',
    code: '360102198207167788',
    phone: '13800020001',
    org: SEAL_AUTHORITY.code,
    unit: '平台运行科',
    role: 'system-admin',
  },
  {
    login: 'guanli-anquan',
    name: '高守宁',
    code: '360102198703227786',
    phone: '13800020002',
    org: SEAL_AUTHORITY.code,
    unit: '网络安全科',
    role: 'security-admin',
  },
  {
    login: 'guanli-shenji',
    name: '宋鉴明',
    code: '360102197909087796',
    phone: '13800020003',
    org: SEAL_AUTHORITY.code,
    unit: '审计室',
    role: 'audit-admin',
  },
  {
    login: 'chuangkou-yewu',
    name: '叶问真',
    code: '360102199204187788',
    phone: '13800020004',
    org: SEAL_AUTHORITY.code,
    unit: '政务服务大厅窗口',
    role: 'counter-clerk',
  },
  // Of the license room: who issues at the desk, and who enters legal bases.
  {
    login: 'zhengzhao-qianfa',
    name: '许立言',
    code: '360102198904167767',
    org: ISSUING_DEPARTMENT.code,
    unit: '政务服务科',
    role: 'license-clerk',
  },
  {
    login: 'zhengzhao-guanli',
    name: '顾明章',
    code: '360102198009237765',
    org: SEAL_AUTHORITY.code,
    unit: '数据资源科',
    role: 'license-admin',
  },
] as const;
export type StaffLogin = (typeof STAFF)[number]['login'];

/** Who answers for the published license types. */
export const TYPE_DEFINER = '示例证照定义机构';
/** The type of most examples, one of license/type-packs: 从业人员健康证明. */
export const LICENSE_TYPE = '11100000MB0D000965001';
/** 食品经营许可证. */
export const FOOD_PERMIT = '11100000MB0D000965003';
/** 公共场所卫生许可证. */
export const HYGIENE_PERMIT = '11100000MB0D000965004';
/** 营业执照. */
export const BUSINESS_LICENSE = '11100000MB0D000965002';

export const SEAL = {
  esID: '36010000000001',
  name: '示例市卫生健康委员会',
  ownerCode: '11360100MB0D00010M',
  widthMm: 42,
} as const;

export const MARKET_SEAL = {
  esID: '36010000000003',
  name: MARKET_REGULATOR.name,
  ownerCode: MARKET_REGULATOR.code,
  widthMm: 42,
} as const;

/** Which authority issues what, by its own client under its own seal. */
export const ISSUERS = [
  { department: ISSUING_DEPARTMENT, seal: SEAL, types: [LICENSE_TYPE, HYGIENE_PERMIT] },
  { department: MARKET_REGULATOR, seal: MARKET_SEAL, types: [FOOD_PERMIT, BUSINESS_LICENSE] },
] as const;

/** The seal of the platform itself, for the printed reports of verifications and for annotated copies of licenses. */
export const PLATFORM_SEAL = {
  esID: '36010000000002',
  name: '示例市政务服务和数据管理局核验专用章',
  lowerText: '核验专用章',
  widthMm: 42,
} as const;

export const VERIFIER = {
  clientId: 'service-hall',
  name: '示例市政务服务大厅',
  code: '11360100MB0D00037D',
  scopes: ['license:redeem'],
} as const;

/** Systems A and B. */
export const SYSTEMS = [
  { clientId: 'business-a', name: '不动产登记网上办事大厅' },
  { clientId: 'business-b', name: '医疗保障网上服务平台' },
] as const;

/** `xinji login`: a program on the machine of whoever runs it (RFC 8252); it listens on a port of its own choice. */
export const CLI_CLIENT = {
  clientId: 'xinji-cli',
  name: '信基命令行',
  redirectUri: 'http://127.0.0.1/callback',
} as const;

/** The license room as a client of identity and of the seal room. */
export const LICENSE_CLIENT = { clientId: LICENSE_CLIENT_ID, name: '电子证照', scopes: ['seal:use'] } as const;
