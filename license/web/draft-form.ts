// The form that is made from a license type. Its groups are fieldsets; what is wanted only sometimes is shown with its
// condition. Whole without script: further holders come by a round trip, a draft keeps what was typed. Of a further version
// it has only what may become another.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { type Fault, faultOf, field, hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { DraftContent, DraftFault } from '../domain/draft.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { LicenseTypeField } from '../domain/type-field.ts';
import type { DeskFrame } from './desk-frame.ts';
import { choiceField, textArea } from './form-fields.ts';
import {
  choicesOf,
  codeTypeChoices,
  columnFault,
  columnLabel,
  dateHint,
  fieldHint,
  holderColumn,
  holderLabel,
  optionalLabel,
} from './form-words.ts';
import { labelWords } from './license-words.ts';

const TEXTS = {
  about: { zh: '办件和编号', en: 'Case and number' },
  case: { zh: '办件', en: 'Case' },
  caseHint: {
    zh: '同一办件只签发一张；不填时自动编号。',
    en: 'One license a case; left empty, an id is made.',
  },
  numberHint: { zh: '例如 {example}', en: 'For example {example}' },
  holders: { zh: '持证主体', en: 'Holder' },
  more: { zh: '再加一个持证主体', en: 'Add a holder' },
  dates: { zh: '日期', en: 'Dates' },
  issuedHint: { zh: '{date}；不填为今天', en: '{date}; today when left empty' },
  fromHint: { zh: '{date}；不填为颁发日期', en: '{date}; the day of issue when left empty' },
  toHint: { zh: '{date}；长期有效的填“长期”', en: '{date}; 9999-12-31 for no end' },
  toRuleHint: {
    zh: '{date}；不填时按规定的有效期（{range}）计算',
    en: '{date}; by the rule of the type when left empty',
  },
  photo: { zh: '照片', en: 'Photo' },
  photoHint: { zh: 'JPEG 或 PNG，最大 50 KB', en: 'JPEG or PNG, up to 50 KB' },
  photoKept: {
    zh: '已有照片，重新选择可以替换。JPEG 或 PNG，最大 50 KB',
    en: 'There is a photo; choose another to replace it. JPEG or PNG, up to 50 KB',
  },
  blank: { zh: '不填写', en: 'Leave empty' },
  choose: { zh: '请选择', en: 'Choose' },
  review: { zh: '核对', en: 'Review' },
  save: { zh: '保存草稿', en: 'Save draft' },
} satisfies Texts;

export type DraftForm = {
  /** Where it is sent. */
  readonly action: string;
  readonly type: LicenseType;
  readonly draftId: string;
  readonly content: DraftContent;
  /** How many holders the form has room for. */
  readonly holders: number;
  readonly words: readonly Fault[];
  /** Whether a column is a field of this form. */
  readonly mayEdit: (column: string) => boolean;
  /** In place of what the form says of these columns itself. */
  readonly hints: Readonly<Partial<Record<'case_id' | 'issued_on' | 'valid_from' | 'photo', string>>>;
};
type Props = DraftForm;

export function draftForm(frame: PageFrame, desk: DeskFrame, props: DraftForm): Html {
  const { action, type, draftId, holders, mayEdit } = props;
  const say = sayIn(frame.lang);
  const multipart = type.photo.obligation === 'none' ? null : html` enctype="multipart/form-data"`;
  return html`<form method="post" action="${action}"${multipart} novalidate>${hiddenFields({ csrf: desk.person.csrf, draft: draftId, holders: String(holders) })}
${aboutPart(frame, props)}
${mayEdit('holder_name') ? holdersPart(frame, props) : null}
${type.groups.map((group) => groupPart(frame, props, group.name, labelWords(frame.lang, group)))}
${datesPart(frame, props)}
${mayEdit('photo') ? photoPart(frame, props) : null}
<div class="actions"><button class="button" type="submit" name="act" value="review">${say(TEXTS.review)}</button><button class="button plain" type="submit" name="act" value="save">${say(TEXTS.save)}</button></div></form>`;
}

/** Beside their fields and above the form; what is at none leads to its first one. */
export function draftFaults(frame: PageFrame, type: LicenseType, faults: readonly DraftFault[]): readonly Fault[] {
  return faults.map((fault) => ({
    field: fault.column ?? 'case_id',
    words: columnFault(frame.lang, type, fault),
  }));
}

const card = (legend: string, parts: Html | readonly Html[]): Html =>
  html`<fieldset class="card"><legend>${legend}</legend>${parts}</fieldset>`;

function input(
  { lang }: PageFrame,
  props: Props,
  name: string,
  of: { label?: string; hint?: string | undefined },
): Html {
  const label = of.label ?? columnLabel(lang, props.type, name);
  const value = props.content.cells[name] ?? '';
  return field({ name, label, value, hint: of.hint, fault: faultOf(props.words, name), autocomplete: 'off' });
}

function aboutPart(frame: PageFrame, props: Props): Html {
  const say = sayIn(frame.lang);
  const { type, mayEdit, hints } = props;
  const caseId = input(frame, props, 'case_id', {
    label: optionalLabel(frame.lang, columnLabel(frame.lang, type, 'case_id')),
    hint: hints.case_id ?? say(TEXTS.caseHint),
  });
  if (!mayEdit('license_number')) return card(say(TEXTS.case), caseId);
  const hint = say(TEXTS.numberHint, { example: type.numbering.example });
  return card(say(TEXTS.about), [input(frame, props, 'license_number', { hint }), caseId]);
}

function holdersPart(frame: PageFrame, props: Props): Html {
  const say = sayIn(frame.lang);
  const { type } = props;
  const more =
    props.holders < type.holder.max_holders
      ? html`<div class="actions"><button class="button plain" type="submit" name="act" value="holder">${say(TEXTS.more)}</button></div>`
      : html``;
  const parts = Array.from({ length: props.holders }, (_, index) => holderPart(frame, props, index));
  return card(say(TEXTS.holders), [...parts, more]);
}

function holderPart(frame: PageFrame, props: Props, index: number): Html {
  const { type, content, words } = props;
  const choices = codeTypeChoices(frame.lang, type);
  const typeColumn = holderColumn(index, 'code_type');
  const [only, ...others] = choices;
  const kind =
    others.length === 0
      ? null
      : choiceField({
          name: typeColumn,
          label: holderLabel(frame.lang, type, index, 'code_type'),
          value: content.cells[typeColumn] ?? only?.value ?? '',
          choices,
          fault: faultOf(words, typeColumn),
        });
  const hint = others.length === 0 ? only?.label : undefined;
  return html`${input(frame, props, holderColumn(index, 'name'), {})}${kind}${input(frame, props, holderColumn(index, 'code'), { hint })}`;
}

function groupPart(frame: PageFrame, props: Props, group: string, label: string): Html | null {
  const fields = props.type.fields.filter((one) => one.group === group && props.mayEdit(one.name));
  if (fields.length === 0) return null;
  return card(
    label,
    fields.map((one) => fieldPart(frame, props, one)),
  );
}

/** Longer texts get several lines. */
const ONE_LINE = 100;

function fieldPart(frame: PageFrame, props: Props, of: LicenseTypeField): Html {
  const { lang } = frame;
  const { type, content, words } = props;
  const say = sayIn(lang);
  const isWanted = of.obligation === 'mandatory';
  const plain = labelWords(lang, of);
  const common = {
    name: of.name,
    label: of.obligation === 'optional' ? optionalLabel(lang, plain) : plain,
    value: content.cells[of.name] ?? '',
    hint: fieldHint(lang, type, of),
    fault: faultOf(words, of.name),
  };
  if (of.kind === 'choice' || of.kind === 'code') {
    const choices = choicesOf(lang, type, of);
    const blank = isWanted ? (choices.length > 6 ? say(TEXTS.choose) : undefined) : say(TEXTS.blank);
    return choiceField({ ...common, choices, blank });
  }
  if (of.kind === 'text' && of.max_length > ONE_LINE) return textArea(common);
  return field({ ...common, autocomplete: 'off', ...(of.kind === 'number' ? { inputmode: 'decimal' } : {}) });
}

function datesPart(frame: PageFrame, props: Props): Html {
  const { lang } = frame;
  const say = sayIn(lang);
  const { hints, mayEdit } = props;
  const date = dateHint(lang);
  const optional = (name: string) => optionalLabel(lang, columnLabel(lang, props.type, name));
  const issuedOn = hints.issued_on ?? say(TEXTS.issuedHint, { date });
  const validFrom = hints.valid_from ?? say(TEXTS.fromHint, { date });
  return card(say(TEXTS.dates), [
    input(frame, props, 'issued_on', { label: optional('issued_on'), hint: issuedOn }),
    ...(mayEdit('valid_from')
      ? [input(frame, props, 'valid_from', { label: optional('valid_from'), hint: validFrom }), endPart(frame, props)]
      : []),
  ]);
}

function endPart(frame: PageFrame, props: Props): Html {
  const { lang } = frame;
  const say = sayIn(lang);
  const date = dateHint(lang);
  const { validity, validity_range } = props.type;
  if (validity.kind === 'stated' || validity.kind === 'listed')
    return input(frame, props, 'valid_to', { hint: say(TEXTS.toHint, { date }) });
  return input(frame, props, 'valid_to', {
    label: optionalLabel(lang, columnLabel(lang, props.type, 'valid_to')),
    hint: say(TEXTS.toRuleHint, { date, range: validity_range.join('、') }),
  });
}

function photoPart(frame: PageFrame, props: Props): Html | null {
  const { obligation } = props.type.photo;
  if (obligation === 'none') return null;
  const say = sayIn(frame.lang);
  const label = say(TEXTS.photo);
  return card(label, [
    field({
      name: 'photo',
      type: 'file',
      label: obligation === 'optional' ? optionalLabel(frame.lang, label) : label,
      hint: props.hints.photo ?? say(props.content.photo === undefined ? TEXTS.photoHint : TEXTS.photoKept),
      accept: 'image/jpeg,image/png',
      fault: faultOf(props.words, 'photo'),
    }),
  ]);
}
