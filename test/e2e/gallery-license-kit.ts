// Who and what stands on the pages of the license room in the gallery.
export const NOW = new Date('2026-11-20T02:24:35Z');
export const person = { name: '张三', logoutAction: '/logout', csrf: 'token' };
export const AUTHORITY = { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' };
export const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5.001.X';

export const hall = { code: '11360100MB0D00037D', name: '示例市政务服务大厅' };

export const face = {
  href: '/gallery/license',
  name: '从业人员健康证明（样例）',
  licenseNumber: 'JK-2026-000123',
  issuingAuthority: AUTHORITY.name,
  validTo: '2027-11-19',
  state: 'valid',
  daysLeft: 364,
} as const;
