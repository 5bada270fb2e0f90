// The license that the tests of the face draw.
import { readFileSync } from 'node:fs';
import { readNotoSans } from '../../../common/pdf/noto-sans.ts';
import { makeLicenseIdentifier } from '../../../license/domain/license-identifier.ts';
import type { LicenseContent } from '../../../license/domain/license-record.ts';
import { parseLicenseType } from '../../../license/domain/license-type.ts';

export const fonts = readNotoSans();
export const type = parseLicenseType(
  JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8')),
);
export const license: LicenseContent = {
  identifier: makeLicenseIdentifier({
    licenseType: type.code,
    issuingAuthority: '11360100MB0D00010M',
    serial: 'A7K2M9Q4X1B8C3D5E6F0',
    version: 1,
  }),
  licenseType: type.code,
  typeVersion: type.version,
  name: type.name,
  licenseNumber: '示例健证（2026）第000123号',
  issuingAuthority: { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' },
  holder: { name: '张三', codeType: '111', code: '360102199003077718' },
  issuedOn: '2026-11-20',
  validFrom: '2026-11-20',
  validTo: '2027-11-19',
  fields: {
    occupation: '餐饮服务（热菜烹饪、冷食类食品制售及餐具清洗消毒岗位人员）',
    examining_institution: '示例市第一人民医院',
    examined_on: '2026-11-10',
    conclusion: '合格',
  },
  createdAt: new Date('2026-11-20T02:00:00Z'),
};
