// The development PKI as data: who signs whom. Every subject says OU=DEV ONLY, and production refuses it.
// Invented names and codes with right check digits; the seal codes are esIDs of the seed (6-digit area + 8-digit serial).
import { DEVELOPMENT_UNIT, type KeyUsage } from '../common/pki/certificate.ts';
import type { NamePart } from '../common/pki/name.ts';
import { OID } from '../common/pki/oids.ts';

export type PkiRow = {
  /** Unique; also the file name. */
  readonly name: string;
  /** Folder of the certificate under the output folder. */
  readonly folder: string;
  /** Folder of the private key; authorities keep theirs apart from what rooms are given. */
  readonly keyFolder: string;
  readonly issuer: string;
  readonly commonName: string;
  readonly organization: string;
  readonly ca: { readonly pathLength: number } | null;
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
  readonly isOcspNoCheck?: boolean;
  /** Number of the holder's identity document. */
  readonly identityCode?: string;
  readonly years: number;
  /** Made to be refused: revoked when it is made, ended before, or for another use. */
  readonly flaw?: 'revoked' | 'expired' | 'usage';
};

const XINJI = '信基 Xinji 开发用证书机构';
const SIGNING: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation'];
const ISSUING: readonly KeyUsage[] = ['keyCertSign', 'cRLSign'];

const authority = (name: string, issuer: string, commonName: string, pathLength: number, years: number): PkiRow => ({
  name,
  folder: 'pki',
  keyFolder: 'pki-private',
  issuer,
  commonName,
  organization: XINJI,
  ca: { pathLength },
  keyUsage: ISSUING,
  years,
});

const signer = (number: number, esID: string, organization: string): PkiRow => ({
  name: `signer-${number}`,
  folder: 'seal',
  keyFolder: 'seal',
  issuer: 'sub-ca-signers',
  commonName: esID,
  organization,
  ca: null,
  keyUsage: SIGNING,
  years: 5,
});

/** Answers OCSP requests for an authority, which has delegated it. */
const responder = (authority: string): PkiRow => ({
  name: `ocsp-${authority}`,
  folder: 'ocsp',
  keyFolder: 'ocsp',
  issuer: authority,
  commonName: `信基开发OCSP服务 ${authority}`,
  organization: XINJI,
  ca: null,
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: [OID.ocspSigning],
  isOcspNoCheck: true,
  years: 10,
});

/** A signer that must not pass, for tests. */
const flawed = (flaw: NonNullable<PkiRow['flaw']>, esID: string): PkiRow => ({
  ...signer(0, esID, '11360100MB0D00010M示例市卫生健康委员会'),
  name: `${flaw}-signer`,
  folder: 'test',
  keyFolder: 'test',
  keyUsage: flaw === 'usage' ? ['keyEncipherment'] : SIGNING,
  flaw,
});

/** A citizen's certificate, as it lies on a USB key; the number is that of a seeded account. */
const citizen = (name: string, commonName: string, identityCode: string): PkiRow => ({
  name,
  folder: 'person',
  keyFolder: 'person',
  issuer: 'sub-ca-persons',
  commonName,
  organization: '个人',
  ca: null,
  keyUsage: SIGNING,
  extendedKeyUsage: [OID.clientAuth],
  identityCode,
  years: 5,
});

/** A citizen's certificate that must not log anybody in, for tests. */
const flawedCitizen = (flaw: NonNullable<PkiRow['flaw']>): PkiRow => ({
  ...citizen(`${flaw}-citizen`, '张三', '360102199003077718'),
  folder: 'test',
  keyFolder: 'test',
  keyUsage: flaw === 'usage' ? ['keyEncipherment'] : SIGNING,
  flaw,
});

/** Signs the checkpoints of a room's audit log. */
const auditKey = (room: string): PkiRow => ({
  name: `audit-${room}`,
  folder: 'audit',
  keyFolder: 'audit',
  issuer: 'sub-ca-signers',
  commonName: `信基开发审计检查点 ${room}`,
  organization: XINJI,
  ca: null,
  keyUsage: SIGNING,
  years: 10,
});

/** In an order in which every issuer stands before what it signs. */
export const PKI: readonly PkiRow[] = [
  authority('root', 'root', '信基开发根', 1, 30),
  authority('sub-ca-makers', 'root', '信基开发制章者机构', 0, 20),
  authority('sub-ca-signers', 'root', '信基开发签章者机构', 0, 20),
  authority('sub-ca-time', 'root', '信基开发时间戳机构', 0, 20),
  authority('sub-ca-persons', 'root', '信基开发个人证书机构', 0, 20),
  {
    name: 'maker',
    folder: 'maker',
    keyFolder: 'maker',
    issuer: 'sub-ca-makers',
    commonName: '示例省政府统一电子印章制作系统',
    organization: '示例省人民政府办公厅',
    ca: null,
    keyUsage: SIGNING,
    years: 10,
  },
  signer(1, '36010000000001', '11360100MB0D00010M示例市卫生健康委员会'),
  signer(2, '36010000000002', '11360100MB0D00029J示例市市场监督管理局'),
  signer(3, '36010000000003', '11360100MB0D00037D示例市政务服务大厅'),
  {
    name: 'tsa',
    folder: 'tsa',
    keyFolder: 'tsa',
    issuer: 'sub-ca-time',
    commonName: '信基开发时间戳服务',
    organization: XINJI,
    ca: null,
    keyUsage: SIGNING,
    extendedKeyUsage: [OID.timeStamping],
    years: 10,
  },
  ...['root', 'sub-ca-makers', 'sub-ca-signers', 'sub-ca-time', 'sub-ca-persons'].map(responder),
  flawed('revoked', '36010000000091'),
  flawed('expired', '36010000000092'),
  flawed('usage', '36010000000093'),
  citizen('zhangsan', '张三', '360102199003077718'),
  citizen('lisi', '李四', '360102198511267724'),
  flawedCitizen('revoked'),
  flawedCitizen('expired'),
  flawedCitizen('usage'),
  {
    ...auditKey('license'),
    name: 'license-catalog',
    folder: 'catalog',
    keyFolder: 'catalog',
    commonName: '信基开发证照目录发布',
  },
  auditKey('identity'),
  auditKey('license'),
  auditKey('seal'),
];

/** The trust stores of development: which authority is trusted for what. */
export const TRUST: readonly { readonly file: string; readonly authority: string }[] = [
  { file: 'makers.pem', authority: 'sub-ca-makers' },
  { file: 'signers.pem', authority: 'sub-ca-signers' },
  { file: 'tsa.pem', authority: 'sub-ca-time' },
];

/** Whom the identity room believes who somebody is; a folder of its own, for these authorities certify nothing else. */
export const LOGIN_TRUST = { file: 'login.pem', authority: 'sub-ca-persons' } as const;

/** P-256 keys (PKCS#8 PEM) of OpenID Connect clients with private_key_jwt. */
export const P256_KEYS: readonly string[] = [
  'license/client',
  'demo/business-a',
  'demo/business-b',
  'demo/health-commission',
  'demo/market-regulator',
  'demo/service-hall',
];

/** The subject of a row in the order of the encoding. */
export function subjectOf(row: PkiRow): readonly NamePart[] {
  return [
    { type: 'C', value: 'CN' },
    { type: 'O', value: row.organization },
    { type: 'OU', value: DEVELOPMENT_UNIT },
    { type: 'CN', value: row.commonName },
  ];
}
