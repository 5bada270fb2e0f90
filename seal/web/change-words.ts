// What later revisions did to a signed document, in the words of the page. The report says it in English for programs; here
// each of its sentences has a twin. A sentence that is not in the table is shown as the report has it.
import type { Text } from '../../common/web/texts.ts';

type Row = readonly [pattern: RegExp, zh: string, en?: string];

const PLACES: readonly Row[] = [
  [/^page (\d+)$/, '第 $1 页'],
  [/^the content of page (\d+)$/, '第 $1 页的内容'],
  [/^the list of annotations of page (\d+)$/, '第 $1 页的批注列表'],
  [/^the form field (.+) on page (\d+)$/, '第 $2 页的表单域“$1”'],
  [/^a form field on page (\d+)$/, '第 $1 页的表单域'],
  [/^the annotation (.+) on page (\d+)$/, '第 $2 页的批注（$1）'],
  [/^an annotation on page (\d+)$/, '第 $1 页的批注'],
  [/^a font of page (\d+)$/, '第 $1 页的字体'],
  [/^a picture or form of page (\d+)$/, '第 $1 页的图片'],
  [/^the catalogue$/, '文件目录'],
  [/^the document information$/, '文件信息'],
  [/^a page$/, '页面'],
  [/^a stream$/, '数据流'],
];

const CHANGES: readonly Row[] = [
  [/^The signature field (.+) was added\.$/, '增加了签章“$1”。', 'A further signature was added: $1.'],
  [/^The signature field (.+) was signed\.$/, '在预留的签章处“$1”签了章。', 'The empty signature field $1 was signed.'],
  [
    /^The document time stamp (.+) was added\.$/,
    '为长期核验加盖了文件时间戳“$1”。',
    'A document time stamp was added: $1.',
  ],
  [
    /^Validation data \(DSS\) were added\.$/,
    '为长期核验存入了证书状态资料。',
    'Evidence for later verification was added.',
  ],
  [/^The validation data were replaced: (.+)\.$/, '长期核验资料被替换（$1）。'],
  [/^The form field (.+) was filled in\.$/, '填写了表单域“$1”。'],
  [/^Annotations were changed\.$/, '批注有增减或修改。'],
  [/^The last (\d+) bytes were added behind every signature\.$/, '最后 $1 字节是所有签章之后添加的，没有人为它负责。'],
  [/^Object (\d+), empty when it was sealed, has content now\.$/, '盖章时为空的对象 $1，现在有了内容。'],
  [
    /^Object (\d+), which object (\d+) refers to, was missing when it was sealed\.$/,
    '对象 $2 引用的对象 $1，盖章时并不存在。',
  ],
  [/^Object (\d+) reaches behind the end of the sealed revision\.$/, '对象 $1 伸到了盖章范围之外。'],
  [/^A later revision is not built on the signed one\.$/, '后来的版本不是在盖章版本上续写的。'],
  [/^A later revision puts another catalogue in place\.$/, '后来的版本换掉了文件目录。'],
  [/^A later revision puts other document information in place\.$/, '后来的版本换掉了文件信息。'],
  [/^A later revision is encrypted in another way\.$/, '后来的版本换了加密方式。'],
  [/^Later revisions touch more than (\d+) objects\.$/, '后来的版本改动了 $1 个以上的对象。'],
  [/^(\d+) bytes follow the signed revision without belonging to a revision\.$/, '盖章版本之后有 $1 字节的多余内容。'],
  [
    /^The signature field (.+), which an earlier signature locks, was signed\.$/,
    '已被先前签章锁定的签章域“$1”又签了章。',
  ],
  [/^What follows the signed revision cannot be compared with it: (.+)\.$/, '盖章之后的内容无法比对（$1）。'],
];

const OBJECT = /^Object (\d+) was (replaced|removed)(?: \((.+)\))?\.$/;

/** True for what only keeps the evidence of a signature: it adds nothing that a reader would see. */
export const isUpkeep = (sentence: string): boolean =>
  /^(Validation data \(DSS\) were added|The document time stamp .+ was added)\.$/.test(sentence);

/** A sentence of `changes_after_sealing` in both languages. */
export function changeWords(sentence: string): Text {
  const object = OBJECT.exec(sentence);
  if (object) {
    const [, num = '', act, place] = object;
    const where = place === undefined ? `对象 ${num} ` : `${translate(PLACES, place)?.zh ?? place}（对象 ${num}）`;
    return { zh: `${where}被${act === 'removed' ? '删除' : '替换'}。`, en: sentence };
  }
  const suffix = ' The certification allows no change.';
  if (sentence.endsWith(suffix)) {
    const bare = changeWords(sentence.slice(0, -suffix.length));
    return { zh: `${bare.zh}首枚签章声明不允许任何改动。`, en: sentence };
  }
  return translate(CHANGES, sentence) ?? { zh: sentence, en: sentence };
}

function translate(rows: readonly Row[], text: string): Text | null {
  for (const [pattern, zh, en] of rows) {
    if (pattern.test(text)) return { zh: text.replace(pattern, zh), en: en ? text.replace(pattern, en) : text };
  }
  return null;
}
