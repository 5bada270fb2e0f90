// 验章, before the check: a sealed file, or a presentation code. Public, without login; a code is looked at, never redeemed.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, type Fault, FOCUS_SUMMARY_SCRIPT, faultOf, field } from '../../common/web/parts.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import { navItems, VERIFY_PATH, VERIFY_SERVICE } from './service.ts';
import { type DayFault, dayFault, dayField } from './state-day.ts';

/** Why a file or code was refused before any check. */
export type VerifyFault =
  | { readonly kind: 'file-missing' | 'code-missing' | 'code-malformed' | 'encrypted' }
  | { readonly kind: 'identifier-missing' | 'identifier-malformed' }
  | { readonly kind: 'too-large' }
  /** `looksLike`: ZIP, PNG … ; left out when nothing was recognised. */
  | { readonly kind: 'not-a-pdf'; readonly looksLike?: string }
  | { readonly kind: 'damaged' | DayFault };

export type VerifyPage = {
  /** POST multipart/form-data, fields `file` and `date`. */
  readonly fileAction: string;
  /** GET, field `code`. */
  readonly codeAction: string;
  readonly maxMegabytes: number;
  /** As typed: the day whose state is asked for. */
  readonly day?: string;
  readonly code?: string;
  /** As typed; GET, field `identifier`, at the address of codes. */
  readonly identifier?: string;
  readonly faults?: readonly VerifyFault[];
};

const TEXTS = {
  title: { zh: '验章：核对盖章文件的真伪', en: 'Check whether a sealed file is genuine' },
  file: { zh: '盖章的文件', en: 'Sealed file' },
  fileHint: {
    zh: 'PDF，最大 {n} MB；只用于本次核验，验完即删',
    en: 'PDF up to {n} MB; used for this check only, then deleted',
  },
  check: { zh: '开始核验', en: 'Check' },
  codeTitle: { zh: '查看亮证码是否有效', en: 'See whether a presentation code is live' },
  code: { zh: '亮证码', en: 'Presentation code' },
  codeHint: {
    zh: '只看有没有过期或用过，不会读取证照内容，也不会用掉此码',
    en: 'Says only whether it is live; nothing is read and the code is not used up',
  },
  look: { zh: '查看', en: 'Look' },
  idTitle: { zh: '没有文件？按标识核验', en: 'No file? Check by identifier' },
  id: { zh: '电子证照标识', en: 'Identifier' },
  idHint: {
    zh: '以 1.2.156.3005.2 开头，印在证照下方；下一步再填写证照上的两项信息',
    en: 'Begins with 1.2.156.3005.2, at the foot of the license; two entries of the license come next',
  },
  next: { zh: '下一步', en: 'Next' },
  idMissing: { zh: '请填写电子证照标识', en: 'Enter the identifier' },
  idMalformed: {
    zh: '标识不正确，或不是本平台的证照；请逐字核对',
    en: 'The identifier is not right, or of no license here; check every character',
  },
  fileMissing: { zh: '请选择一个 PDF 文件', en: 'Choose a PDF file' },
  tooLarge: { zh: '文件超过 {n} MB', en: 'Larger than {n} MB' },
  notPdf: { zh: '这不是 PDF 文件', en: 'Not a PDF' },
  notPdfLike: { zh: '这不是 PDF 文件（识别为 {type}）', en: 'Not a PDF (looks like {type})' },
  encrypted: { zh: '文件加了密码，请先解除', en: 'Remove the password first' },
  damaged: {
    zh: '文件已损坏，请向出具文件的单位重新索取',
    en: 'The file is damaged; ask the unit that gave it to you for another copy',
  },
  codeMissing: { zh: '请填写亮证码', en: 'Enter a presentation code' },
  codeMalformed: { zh: '这不是亮证码', en: 'Not a presentation code' },
} satisfies Texts;

/** Send with status 422 when there are faults. */
export function verifyPage(frame: PageFrame, props: VerifyPage): string {
  const say = sayIn(frame.lang);
  const faults = (props.faults ?? []).map((fault) => inWords(fault, props.maxMegabytes, frame.lang));
  return renderPage({
    ...frame,
    service: VERIFY_SERVICE,
    title: say(TEXTS.title),
    home: VERIFY_PATH,
    nav: navItems(frame, 'verify'),
    column: 'reading',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${say(TEXTS.title)}</h1>
<form class="card" method="post" action="${props.fileAction}" enctype="multipart/form-data" novalidate>
${field({ name: 'file', type: 'file', label: say(TEXTS.file), hint: say(TEXTS.fileHint, { n: props.maxMegabytes }), accept: 'application/pdf,.pdf', fault: faultOf(faults, 'file') })}
${dayField(frame.lang, props.day ?? '', faults)}
<button class="button" type="submit">${say(TEXTS.check)}</button>
</form>
<form class="card" method="get" action="${props.codeAction}" novalidate>
<h2>${say(TEXTS.idTitle)}</h2>
${field({ name: 'identifier', label: say(TEXTS.id), hint: say(TEXTS.idHint), value: props.identifier ?? '', autocomplete: 'off', fault: faultOf(faults, 'identifier') })}
<button class="button plain" type="submit">${say(TEXTS.next)}</button>
</form>
<form class="card" method="get" action="${props.codeAction}" novalidate>
<h2>${say(TEXTS.codeTitle)}</h2>
${field({ name: 'code', label: say(TEXTS.code), hint: say(TEXTS.codeHint), value: props.code ?? '', autocomplete: 'off', fault: faultOf(faults, 'code') })}
<button class="button plain" type="submit">${say(TEXTS.look)}</button>
</form>`,
  });
}

function inWords(fault: VerifyFault, maxMegabytes: number, lang: Lang): Fault {
  const say = sayIn(lang);
  switch (fault.kind) {
    case 'code-missing':
      return { field: 'code', words: say(TEXTS.codeMissing) };
    case 'code-malformed':
      return { field: 'code', words: say(TEXTS.codeMalformed) };
    case 'identifier-missing':
      return { field: 'identifier', words: say(TEXTS.idMissing) };
    case 'identifier-malformed':
      return { field: 'identifier', words: say(TEXTS.idMalformed) };
    case 'file-missing':
      return { field: 'file', words: say(TEXTS.fileMissing) };
    case 'too-large':
      return { field: 'file', words: say(TEXTS.tooLarge, { n: maxMegabytes }) };
    case 'encrypted':
      return { field: 'file', words: say(TEXTS.encrypted) };
    case 'damaged':
      return { field: 'file', words: say(TEXTS.damaged) };
    case 'date-malformed':
    case 'date-future':
      return dayFault(lang, fault.kind);
    case 'not-a-pdf':
      return {
        field: 'file',
        words: fault.looksLike ? say(TEXTS.notPdfLike, { type: fault.looksLike }) : say(TEXTS.notPdf),
      };
  }
}
