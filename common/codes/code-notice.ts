// What is odd about a code that is right all the same: shown beside it or counted, never a reason to turn anybody away. The
// tables behind these notices change every year, and a person keeps the number that he was given.

type Notice = { readonly says: string; readonly saysZh: string };

/** The closed table of notices. */
export const CODE_NOTICES = {
  'region-abolished': { says: 'the region of the code has been abolished', saysZh: '代码中的行政区划已撤销' },
  'region-unknown': {
    says: 'the region of the code is in no table of ours',
    saysZh: '代码中的行政区划不在区划代码表中',
  },
  'department-unknown': {
    says: 'the registering department of the code is in no table of GB 32100',
    saysZh: '登记管理部门代码不在 GB 32100 的代码表中',
  },
  'category-unknown': {
    says: 'the category of the code is in no table of GB 32100',
    saysZh: '机构类别代码不在 GB 32100 的代码表中',
  },
  'organisation-check': {
    says: 'the organisation code inside (characters 9 to 17) has a wrong check character',
    saysZh: '代码中第 9 至 17 位组织机构代码的校验位不符',
  },
} as const satisfies Readonly<Record<string, Notice>>;

export type CodeNotice = keyof typeof CODE_NOTICES;
