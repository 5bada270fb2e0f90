// docs/codes.md: the code tables of the license standards as this house reads and answers them, from the tables in the code.
import { CODE_NOTICES } from '../../common/codes/code-notice.ts';
import { REGISTERING_DEPARTMENTS } from '../../common/codes/credit-code.ts';
import { HOLDER_CODE_TYPES, holderCodeRule } from '../../common/codes/holder-code.ts';
import { FILE_RESULTS, INFORMATION_RESULTS, SHARING_STATUSES } from '../../common/contract/license-sharing.ts';
import { IDENTIFIER_DEFECTS } from '../../license/domain/identifier-defects.ts';
import { METADATA_ELEMENTS } from '../../license/domain/license-metadata.ts';

/** Everything below the header of generated pages. */
export function codesPage(): string {
  return [
    '# Codes of the license standards',
    '## License identifiers (GB/T 36904): reason codes',
    'What is wrong with an identifier stands in the `detail` of `identifier-malformed` and `identifier-check`, every defect by its reason code. The canonical text has none. A reader of old data may pass over the defects marked so; they are never written.',
    table(
      ['reason', 'meaning', 'may be passed over'],
      Object.entries(IDENTIFIER_DEFECTS).map(([code, { says, saysZh, tolerable }]) => [
        `\`${code}\``,
        `${says}<br>${saysZh}`,
        tolerable ? 'yes' : '',
      ]),
    ),
    '## Notices',
    'Odd codes are noticed and never refused: the tables behind them change every year, and a person keeps the number that he was given. The document of a license names them in `notices`, and the event of a proof of identity in `detail.notices`.',
    table(
      ['notice', 'meaning'],
      Object.entries(CODE_NOTICES).map(([code, { says, saysZh }]) => [`\`${code}\``, `${says}<br>${saysZh}`]),
    ),
    '## Holder codes (GB/T 36903, Annex A)',
    table(
      ['type', 'name', 'rule'],
      [...HOLDER_CODE_TYPES].map(([type, name]) => [type, name, holderCodeRule(type)]),
    ),
    '## 统一社会信用代码 (GB 32100): characters 1 and 2',
    table(
      ['1', '登记管理部门', '2: 机构类别'],
      Object.entries(REGISTERING_DEPARTMENTS).map(([code, { name, categories }]) => [
        code,
        name,
        list(Object.entries(categories)),
      ]),
    ),
    '## Metadata (GB/T 36903)',
    'In this order, the `KZ_` elements of the license type before those of an annotated copy. Several values of one element are set apart by `^`.',
    table(
      ['short name', 'element', 'JSON name', 'obligation', 'values', 'characters at most'],
      [...METADATA_ELEMENTS.values()].map(({ name, label, jsonName, obligation, many, maxLength }) => [
        name,
        label,
        jsonName,
        obligation,
        many ? '1 or more' : '1',
        String(maxLength),
      ]),
    ),
    '## Sharing interface (GB/T 36906)',
    table(
      ['table', 'codes'],
      [
        ['`head.status`', list(Object.entries(SHARING_STATUSES))],
        ['证照信息验证, `result`', list(Object.entries(INFORMATION_RESULTS))],
        ['证照文件验证, `result`', list(Object.entries(FILE_RESULTS))],
      ],
    ),
  ].join('\n\n');
}

const list = (entries: readonly (readonly [string, string])[]): string =>
  entries.map(([code, meaning]) => `${code} ${meaning}`).join(' · ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
