// What a registration of an authority or a system is told beside its answer: what is odd about its codes, and what nobody
// checked. Never a reason to refuse.
import { CODE_NOTICES, type CodeNotice } from './code-notice.ts';

/** The closed table. */
export const REGISTRY_NOTICES = {
  ...CODE_NOTICES,
  'seal-not-checked': {
    says: 'the seal room was not asked: whether the seal exists and the client of this room may use it for the class license is seen when the first license is sealed',
    saysZh: '未向印章服务核对：印章是否存在、是否允许证照服务以 license 类别使用，签发第一张证照时才能确认',
  },
  'seal-of-another-authority': {
    says: 'another authority issues with this seal',
    saysZh: '另一颁发机构正在使用该印章签发',
  },
  'client-not-checked': {
    says: 'the identity room was not asked: whether it knows this client, and with which scopes, is seen at its first call',
    saysZh: '未向身份服务核对：该系统是否已接入、有哪些权限范围，首次调用时才能确认',
  },
} as const satisfies Readonly<Record<CodeNotice | string, { readonly says: string; readonly saysZh: string }>>;

export type RegistryNotice = keyof typeof REGISTRY_NOTICES;
export const NOTICE_CODES = Object.keys(REGISTRY_NOTICES) as [RegistryNotice, ...RegistryNotice[]];
