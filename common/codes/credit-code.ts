// 统一社会信用代码 (GB 32100-2015 with its amendment of 2016): 18 characters, the last one a check character.
// Layout: 1 registering department, 1 category, 6 area (GB/T 2260), 9 organisation code (GB 11714), 1 check character.
// Not here: whether the organisation exists.
import { TrustError } from '../errors.ts';
import type { CodeNotice } from './code-notice.ts';
import { isOrganisationCode } from './organisation-code.ts';
import { regionNotice } from './region.ts';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'; // GB 32100: no I O S V Z
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]; // 3^i mod 31
const FORM = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

type Department = { readonly name: string; readonly categories: Readonly<Record<string, string>> };

/** GB 32100: 登记管理部门代码 (character 1), each with its 机构类别代码 (character 2). */
export const REGISTERING_DEPARTMENTS: Readonly<Record<string, Department>> = {
  1: {
    name: '机构编制',
    categories: { 1: '机关', 2: '事业单位', 3: '中央编办直接管理机构编制的群众团体', 9: '其他' },
  },
  2: { name: '外交', categories: { 1: '外国常驻新闻机构', 9: '其他' } },
  3: {
    name: '司法行政',
    categories: {
      1: '律师执业机构',
      2: '公证处',
      3: '基层法律服务所',
      4: '司法鉴定机构',
      5: '仲裁委员会',
      9: '其他',
    },
  },
  4: { name: '文化', categories: { 1: '外国在华文化中心', 9: '其他' } },
  5: { name: '民政', categories: { 1: '社会团体', 2: '民办非企业单位', 3: '基金会', 9: '其他' } },
  6: {
    name: '旅游',
    categories: { 1: '外国旅游部门常驻代表机构', 2: '港澳台地区旅游部门常驻内地（大陆）代表机构', 9: '其他' },
  },
  7: { name: '宗教', categories: { 1: '宗教活动场所', 2: '宗教院校', 9: '其他' } },
  8: { name: '工会', categories: { 1: '基层工会', 9: '其他' } },
  9: { name: '工商', categories: { 1: '企业', 2: '个体工商户', 3: '农民专业合作社' } },
  A: { name: '中央军委改革和编制办公室', categories: { 1: '军队事业单位', 9: '其他' } },
  N: {
    name: '农业',
    categories: { 1: '组级集体经济组织', 2: '村级集体经济组织', 3: '乡镇级集体经济组织', 9: '其他' },
  },
  Y: { name: '其他', categories: { 1: '其他' } },
};

/** What the characters of a checked code say. */
export type CreditCodeParts = {
  /** 登记管理部门, 机构类别; null for a character that the standard's table does not have. */
  readonly department: string | null;
  readonly category: string | null;
  /** 登记管理机关行政区划, six digits of GB/T 2260; 100000 for an authority of the state. */
  readonly region: string;
  /** 主体标识码: nine characters of GB 11714. */
  readonly organisationCode: string;
  readonly notices: readonly CodeNotice[];
};

/** The 18th character that belongs to the first 17, or null if they hold a character outside the alphabet. */
export function creditCodeCheckCharacter(first17: string): string | null {
  let sum = 0;
  for (const [index, weight] of WEIGHTS.entries()) {
    const value = ALPHABET.indexOf(first17.charAt(index) || ' ');
    if (value < 0) return null;
    sum += value * weight;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** Throws `code-check` unless `code` is 18 characters of the alphabet with the right check character. */
export function checkCreditCode(code: string, pointer?: string): void {
  const at = pointer === undefined ? {} : { pointer };
  if (!FORM.test(code)) {
    throw new TrustError('code-check', 'a 统一社会信用代码 has 18 characters of 0-9 and A-Z without I O S V Z', at);
  }
  const expected = creditCodeCheckCharacter(code.slice(0, 17));
  if (expected !== code.charAt(17)) {
    throw new TrustError('code-check', `character 18 should be ${expected}, found ${code.charAt(17)}`, at);
  }
}

/** True where `checkCreditCode` would not throw. */
export function isCreditCode(code: string): boolean {
  return FORM.test(code) && creditCodeCheckCharacter(code.slice(0, 17)) === code.charAt(17);
}

/** Takes a code apart that `checkCreditCode` lets pass. What the tables do not have is a notice. */
export function readCreditCode(code: string): CreditCodeParts {
  const department = REGISTERING_DEPARTMENTS[code.charAt(0)];
  const category = department?.categories[code.charAt(1)];
  const region = code.slice(2, 8);
  const organisationCode = code.slice(8, 17);
  const ofRegion = regionNotice(region);
  return {
    department: department?.name ?? null,
    category: category ?? null,
    region,
    organisationCode,
    notices: [
      ...(department ? [] : (['department-unknown'] as const)),
      ...(department && category === undefined ? (['category-unknown'] as const) : []),
      ...(ofRegion ? [ofRegion] : []),
      ...(isOrganisationCode(organisationCode) ? [] : (['organisation-check'] as const)),
    ],
  };
}
