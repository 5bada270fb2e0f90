// Why a read was refused, in the words of pages; callers of the interface get the code and an English sentence.
import { type Lang, sayIn, type Text } from '../../common/web/texts.ts';
import type { RefusalReason } from '../domain/read-grounds.ts';

const TEXTS: Readonly<Record<RefusalReason | 'license-superseded', Text>> = {
  'no-ground': { zh: '没有持证人授权，也没有登记的法律依据', en: 'neither the holder’s consent nor a registered law' },
  'other-matter': { zh: '办理事项与授权或依据不符', en: 'another matter than it was allowed for' },
  'other-purpose': { zh: '使用目的与授权不符', en: 'another purpose than it was allowed for' },
  'not-yet': { zh: '授权或依据尚未生效', en: 'what allows it begins later' },
  revoked: { zh: '授权已撤回，或依据已终止', en: 'the consent was withdrawn or the legal basis ended' },
  expired: { zh: '授权或依据已到期', en: 'what allowed it has ended' },
  'other-region': { zh: '不在依据的地域范围内', en: 'outside the region of the legal basis' },
  state: { zh: '证照当前状态不提供共享', en: 'in its present state the license is not shared' },
  'wrong-field': { zh: '要求了未获允许的内容', en: 'more was asked for than is allowed' },
  'used-up': { zh: '授权的次数已用完', en: 'all uses of the consent are made' },
  quota: { zh: '依据规定的当日次数已用完', en: 'the reads of the day are made' },
  'license-superseded': { zh: '使用了旧版本的证照标识', en: 'the identifier of an earlier version was used' },
};

/** A reason that no table knows is shown as it stands. */
export function refusalWords(lang: Lang, reason: string): string {
  return Object.hasOwn(TEXTS, reason) ? sayIn(lang)(TEXTS[reason as keyof typeof TEXTS]) : reason;
}
