// What happened to a license, in the words of the desk: what was done, by whom, why.
import type { TimelineEntry } from '../../common/web/records.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { EventDetail } from '../domain/event-detail.ts';
import type { LicenseEvent, LicenseEventKind } from '../domain/license-event.ts';
import { ACT_TEXTS } from './desk-act-page.ts';
import type { DeskFrame } from './desk-frame.ts';
import { refusalWords } from './refusal-words.ts';
import { VERSION_TEXTS } from './version-words.ts';

const KINDS = {
  issued: { zh: '签发', en: 'Issued' },
  'version-added': { zh: '新版本', en: 'New version' },
  'state-changed': { zh: '状态变更', en: 'State changed' },
  read: { zh: '被读取', en: 'Read' },
  'file-read': { zh: '文件被读取', en: 'File read' },
  presented: { zh: '持证人亮证', en: 'Shown by the holder' },
  redeemed: { zh: '亮证码被核验', en: 'Presentation read' },
  shared: { zh: '共享读取', en: 'Shared' },
  annotated: { zh: '生成加注件', en: 'Annotated copy made' },
  'consent-asked': { zh: '请求授权', en: 'Consent asked' },
  'consent-given': { zh: '持证人授权', en: 'Consent given' },
  'consent-declined': { zh: '持证人拒绝授权', en: 'Consent declined' },
  'consent-revoked': { zh: '持证人撤回授权', en: 'Consent withdrawn' },
  'correction-asked': { zh: '持证人申请纠错或申诉', en: 'Correction or complaint asked' },
  'correction-answered': { zh: '已答复纠错或申诉', en: 'Correction or complaint answered' },
  'basis-entered': { zh: '登记读取依据', en: 'Legal basis entered' },
  'basis-ended': { zh: '读取依据终止', en: 'Legal basis ended' },
  'client-changed': { zh: '系统登记变更', en: 'Client changed' },
  'authority-registered': { zh: '登记颁发机构', en: 'Issuing authority registered' },
  'authority-ended': { zh: '颁发机构登记终止', en: 'Issuing authority ended' },
  'client-registered': { zh: '登记系统', en: 'Client registered' },
  'client-ended': { zh: '系统登记终止', en: 'Client ended' },
  'issuing-allowed': { zh: '允许系统签发', en: 'Client may issue' },
  'issuing-ended': { zh: '系统签发权终止', en: 'Client may issue no more' },
  shredded: { zh: '持证主体数据已销毁', en: 'Data of a holder destroyed' },
  refused: { zh: '读取被拒绝', en: 'Reading refused' },
} satisfies Record<LicenseEventKind, Text>;

/** A first issue needs no second word. */
const ACT_NAMES = { ...ACT_TEXTS, ...VERSION_TEXTS };

const TEXTS = {
  act: { zh: '{kind}：{act}', en: '{kind}: {act}' },
  reason: { zh: '{who}，原因：{reason}', en: '{who}, reason: {reason}' },
  holder: { zh: '持证人', en: 'The holder' },
} satisfies Texts;

type Told = { readonly event: LicenseEvent; readonly detail: EventDetail };

/** `own`: the organisation of the desk, which is told by its name. */
export function eventEntry(lang: Lang, own: DeskFrame['organisation'], { event, detail }: Told): TimelineEntry {
  const { organisation } = event;
  const say = sayIn(lang);
  const kind = say(KINDS[event.kind]);
  const act = actWords(lang, detail['act'] ?? detail['operation']);
  const known = organisation === own.code ? own.name : organisation;
  const who = detail.organisation_name ?? known ?? say(TEXTS.holder);
  const reason = event.kind === 'refused' ? refusalWords(lang, detail.reason ?? '') : detail.reason;
  return {
    at: event.at,
    what: act === null ? kind : say(TEXTS.act, { kind, act }),
    why: reason === undefined ? who : say(TEXTS.reason, { who, reason }),
  };
}

function actWords(lang: Lang, act: unknown): string | null {
  if (typeof act !== 'string' || !Object.hasOwn(ACT_NAMES, act)) return null;
  return sayIn(lang)(ACT_NAMES[act as keyof typeof ACT_NAMES].name);
}
