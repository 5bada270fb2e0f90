// What can be done with a license, in the words of the national registers. Which act is lawful in which state is the table
// of license-states.ts; which acts a license type knows at all is said by its document.

/** Name of an act -> its word. */
export const LICENSE_ACTS = {
  issue: '新发',
  renew: '延续',
  change: '变更',
  replace: '补发',
  correct: '更正',
  suspend: '暂扣',
  resume: '暂扣发还',
  withdraw: '撤销',
  revoke: '吊销',
  cancel: '注销',
  lapse: '过期失效',
  transfer_out: '转出',
  cancel_transfer: '取消转出',
} as const;
export type LicenseActName = keyof typeof LICENSE_ACTS;

export const LICENSE_ACT_NAMES = Object.keys(LICENSE_ACTS) as readonly LicenseActName[];
