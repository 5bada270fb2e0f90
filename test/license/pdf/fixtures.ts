// What the tests of the face draw: a license of a pack, types of many fields made from it, photos.
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { makeLicenseIdentifier } from '../../../license/domain/license-identifier.ts';
import { type LicenseType, parseLicenseType } from '../../../license/domain/license-type.ts';
import type { FaceAnnotation, FaceRecord } from '../../../license/pdf/face-record.ts';

const document = JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8'));
export const type = parseLicenseType(document);

export const license: FaceRecord = {
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
  holders: [{ name: '张三', codeType: '111', code: '360102199003077718' }],
  issuedOn: '2026-11-20',
  validFrom: '2026-11-20',
  validTo: '2027-11-19',
  fields: {
    occupation: '餐饮服务（热菜烹饪、冷食类食品制售及餐具清洗消毒岗位人员）',
    examining_institution: '示例市第一人民医院',
    examined_on: '2026-11-10',
    conclusion: '合格',
  },
  verifyUrl: 'https://license.example.gov.cn/verify',
  verifyCode: '7K2M9Q4X1B8C3D5E',
  createdAt: new Date('2026-11-20T02:00:00Z'),
};

export const annotation: FaceAnnotation = {
  createdAt: new Date('2026-11-21T02:00:00Z'),
  creator: '示例省电子证照共享平台',
  cause: '办理社会保险登记（仅限本次）',
  recipient: '示例市人力资源和社会保障局',
  expiresAt: new Date('2026-12-21T02:00:00Z'),
};

const LABELS = ['经营场所', '法定代表人', '主体业态', '经营项目', '日常监督管理机构', '许可证有效期限'];
const WORDS =
  '食品经营许可热食类冷糕点制售自饮品不动产建筑企业资质等级安全生产管理局人民政府中华共和国注册资本法定代表';

export type Layout = 'rows' | 'columns' | 'table';

/** A type of `count` text fields in two groups, set out in one way. */
export function typeOf(count: number, template: 'a4-portrait' | 'a4-landscape', layout: Layout): LicenseType {
  const fields = Array.from({ length: count }, (_, index) => ({
    name: `f${index}`,
    metadata_name: `KZ_F${index}`,
    label: LABELS[index % LABELS.length],
    label_en: `Item ${index}`,
    group: index < count / 2 ? 'first' : 'second',
    kind: 'text',
    obligation: 'optional',
    max_length: 2000,
  }));
  return parseLicenseType({
    ...document,
    groups: [
      { name: 'first', label: '基本信息', label_en: 'Basic information' },
      { name: 'second', label: '许可事项', label_en: 'Licensed items' },
    ],
    fields,
    changes: { ...document.changes, change: { fields: '*', holders: false } },
    face: {
      template,
      sections: [
        { group: 'holders', layout: 'columns' },
        { group: 'first', layout, heading: true },
        { group: 'second', layout, heading: true },
      ],
      statement: '本证照由颁发机构依法签发，持证主体应当按照载明的事项从事活动，并接受监督检查。',
    },
  });
}

/** Values of 4 to 10 characters for `typeOf(count)`. */
export function fieldsOf(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `f${index}`,
      WORDS.slice((index * 5) % 36, ((index * 5) % 36) + 4 + (index % 7)),
    ]),
  );
}

const PORTRAIT = `<svg xmlns="http://www.w3.org/2000/svg" width="413" height="531"><rect width="413" height="531" fill="#6fa8dc"/>
<circle cx="206" cy="200" r="95" fill="#f1cda8"/><path d="M40 531q0-190 166-200q166 10 166 200z" fill="#2b3f5c"/></svg>`;

export const portrait = sharp(Buffer.from(PORTRAIT)).removeAlpha();

/** A JPEG of about 50 KB: noise, so that its size is that of a photo. */
export function photoOf50Kb(): Promise<Buffer> {
  const [width, height] = [413, 531];
  const noise = Buffer.alloc(width * height * 3);
  for (let at = 0, seed = 7; at < noise.length; at++) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    noise[at] = 96 + ((seed >> 16) % 64);
  }
  const picture = portrait
    .clone()
    .composite([{ input: noise, raw: { width, height, channels: 3 }, blend: 'soft-light' }]);
  return picture.jpeg({ quality: 89 }).toBuffer();
}

export const asPhoto = (
  mediaType: 'image/jpeg' | 'image/png',
  bytes: Uint8Array,
): NonNullable<FaceRecord['photo']> => ({
  mediaType,
  base64: Buffer.from(bytes).toString('base64'),
});
