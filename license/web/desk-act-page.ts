// The question before the state of a license is changed: what it means, and the reason, which the holder reads.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { errorSummary, FOCUS_SUMMARY_SCRIPT, facts, hiddenFields, identifier, notice } from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { StateAct } from '../domain/license-states.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { textArea } from './form-fields.ts';
import { holderNames } from './license-words.ts';

const ENDED: Text = {
  zh: '证照立即终止，不能恢复；持证人不能再出示，核验时会显示这一状态。',
  en: 'The license ends at once and for good; its holder can no longer show it, and every check says so.',
};

/** Name of an act and what it leads to. */
export const ACT_TEXTS = {
  suspend: {
    name: { zh: '暂扣', en: 'Suspend' },
    means: {
      zh: '核验时会显示“暂扣”。之后可以发还。',
      en: 'Every check says that it is suspended. It can be given back later.',
    },
  },
  resume: {
    name: { zh: '暂扣发还', en: 'Give back' },
    means: { zh: '证照恢复有效。', en: 'The license is valid again.' },
  },
  withdraw: { name: { zh: '撤销', en: 'Withdraw' }, means: ENDED },
  revoke: { name: { zh: '吊销', en: 'Revoke' }, means: ENDED },
  cancel: { name: { zh: '注销', en: 'Cancel' }, means: ENDED },
  lapse: {
    name: { zh: '过期失效', en: 'Declare lapsed' },
    means: {
      zh: '证照失效，持证人不能再出示。之后只能撤销或注销。',
      en: 'The license lapses and cannot be shown any more. Afterwards it can only be withdrawn or cancelled.',
    },
  },
  transfer_out: {
    name: { zh: '办理转出', en: 'Transfer out' },
    means: {
      zh: '证照转往其他颁发机构，在本机构不再有效。可以取消转出。',
      en: 'The license moves to another authority and is no longer valid here. This can be undone.',
    },
  },
  cancel_transfer: {
    name: { zh: '取消转出', en: 'Undo the transfer' },
    means: { zh: '证照恢复有效。', en: 'The license is valid again.' },
  },
} satisfies Record<StateAct, { readonly name: Text; readonly means: Text }>;

const TEXTS = {
  title: { zh: '{act}“{name}”？', en: '{act}: {name}?' },
  number: { zh: '证照编号', en: 'Number' },
  holder: { zh: '持证主体', en: 'Holder' },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  reason: { zh: '原因', en: 'Reason' },
  reasonHint: { zh: '持证人会看到。最多 500 个字。', en: 'Its holder reads it. At most 500 characters.' },
  missing: { zh: '请填写原因，最多 500 个字', en: 'Give a reason of at most 500 characters' },
  back: { zh: '不办理，返回', en: 'Do nothing, back' },
} satisfies Texts;

export type ActPage = {
  readonly act: StateAct;
  readonly key: string;
  readonly license: {
    readonly identifier: string;
    readonly name: string;
    readonly licenseNumber: string;
    readonly holders: readonly { readonly name: string }[];
  };
  readonly reason: string;
  readonly isFaulty: boolean;
};

export function deskActPage(
  frame: PageFrame,
  desk: DeskFrame,
  { act, key, license, reason, isFaulty }: ActPage,
): string {
  const say = sayIn(frame.lang);
  const { name, means } = ACT_TEXTS[act];
  const back = deskPath(desk, 'licenses', license.identifier);
  const title = say(TEXTS.title, { act: say(name), name: license.name });
  const faults = isFaulty ? [{ field: 'reason', words: say(TEXTS.missing) }] : [];
  return deskPage(frame, desk, {
    place: 'licenses',
    title,
    crumbs: [{ text: license.name, href: back }],
    faulty: isFaulty,
    ...(isFaulty ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(frame.lang, faults)}<h1>${title}</h1>${notice({ mark: 'warning', words: say(means) })}
${facts(frame.lang, [
  { name: say(TEXTS.holder), value: holderNames(frame.lang, license) },
  { name: say(TEXTS.number), value: identifier(license.licenseNumber) },
  { name: say(TEXTS.identifier), value: identifier(license.identifier) },
])}
<form method="post" action="${`${back}/acts/${act}`}" novalidate>${hiddenFields({ csrf: desk.person.csrf, key })}
${textArea({ name: 'reason', label: say(TEXTS.reason), hint: say(TEXTS.reasonHint), value: reason, fault: faults[0]?.words })}
<div class="actions"><button class="button danger" type="submit">${say(name)}</button><a class="link" href="${back}">${say(TEXTS.back)}</a></div></form>`,
  });
}
