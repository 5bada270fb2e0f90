// 验章, before the check: a sealed file, a seal by itself, or a signature beside its file. Public, without login and whole
// without script; the script only says that the check runs. And the page that asks for the password of an encrypted file.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, type Fault, FOCUS_SUMMARY_SCRIPT, field } from '../../common/web/parts.ts';
import { type Say, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { navItems, SEAL_SERVICE, VERIFY_PATH } from './service.ts';

/** Why a file was refused before any verdict. */
export type VerifyFault =
  | { readonly kind: 'file-missing' | 'too-large' | 'damaged' | 'seal-damaged' | 'costly' | 'busy' | 'password-wrong' }
  /** `looksLike`: ZIP, PNG … ; left out when nothing was recognised. */
  | { readonly kind: 'not-a-pdf'; readonly looksLike?: string | undefined };

export type VerifyPage = {
  readonly maxMegabytes: number;
  readonly seconds: number;
  readonly faults?: readonly VerifyFault[];
};

const TEXTS = {
  title: { zh: '验章：核对盖章文件的真伪', en: 'Check whether a sealed file is genuine' },
  file: { zh: '盖章的文件', en: 'Sealed file' },
  fileHint: {
    zh: 'PDF 或电子印章文件（.esl），最大 {n} MB；只用于本次核验，十分钟后删除',
    en: 'PDF or e-seal file (.esl) up to {n} MB; used for this check only and deleted after ten minutes',
  },
  more: { zh: '签名在单独的文件里', en: 'The signature is a file of its own' },
  signature: { zh: '签名文件（选填）', en: 'Signature file (optional)' },
  signatureHint: {
    zh: '与上面的文件配对的签名（.p7s、.sig、.der）；上面的文件可以是任何类型',
    en: 'The signature that belongs to the file above (.p7s, .sig, .der); that file may be of any kind',
  },
  check: { zh: '开始核验', en: 'Check' },
  running: { zh: '正在上传并核验，请稍候……', en: 'Uploading and checking, please wait …' },
  fileMissing: { zh: '请选择一个文件', en: 'Choose a file' },
  tooLarge: { zh: '文件超过 {n} MB', en: 'Larger than {n} MB' },
  notPdf: { zh: '这不是 PDF 文件', en: 'Not a PDF' },
  notPdfLike: { zh: '这不是 PDF 文件（识别为 {type}）', en: 'Not a PDF (looks like {type})' },
  damaged: {
    zh: '文件已损坏，请向出具文件的单位重新索取',
    en: 'The file is damaged; ask the unit that gave it to you for another copy',
  },
  sealDamaged: { zh: '这不是电子印章文件，或文件已损坏', en: 'Not an e-seal file, or a damaged one' },
  costly: {
    zh: '文件结构可疑，核验已停止（限 {n} 秒），请勿打开此文件',
    en: 'Suspicious structure, check stopped ({n} s at most). Do not open this file',
  },
  busy: { zh: '当前核验的人较多，请过几秒再试', en: 'Many files are being checked; try again in a few seconds' },
  passwordTitle: { zh: '这份文件加了密码', en: 'This file has a password' },
  passwordLead: {
    zh: '输入打开文件的密码后即可核验。密码只用于本次核验，不会保存。',
    en: 'Enter the password that opens it. It is used for this check only and not kept.',
  },
  password: { zh: '文件密码', en: 'Password of the file' },
  passwordWrong: { zh: '密码不正确', en: 'Wrong password' },
  other: { zh: '换一份文件', en: 'Another file' },
} satisfies Texts;

const WORDS: Readonly<Record<Exclude<VerifyFault['kind'], 'not-a-pdf'>, Text>> = {
  'file-missing': TEXTS.fileMissing,
  'too-large': TEXTS.tooLarge,
  damaged: TEXTS.damaged,
  'seal-damaged': TEXTS.sealDamaged,
  costly: TEXTS.costly,
  busy: TEXTS.busy,
  'password-wrong': TEXTS.passwordWrong,
};

/** Says that the check runs; the answer comes as the next page. Back from it, the form is as it was. */
const RUNNING_SCRIPT = `
const form = document.querySelector('form.check');
const running = document.getElementById('running');
const show = (isRunning) => { running.hidden = !isRunning; form.setAttribute('aria-busy', String(isRunning)); };
form?.addEventListener('submit', (event) => {
  if (form.getAttribute('aria-busy') === 'true') event.preventDefault();
  else { show(true); running.querySelector('[role=status]').textContent = running.dataset.words; }
});
addEventListener('pageshow', () => show(false));`;

const runningPart = (say: Say): Html =>
  html`<div id="running" class="running" hidden data-words="${say(TEXTS.running)}"><progress aria-label="${say(TEXTS.running)}"></progress><p role="status"></p></div>`;

/** Send with status 422 when there are faults. */
export function verifyPage(frame: PageFrame, props: VerifyPage): string {
  const say = sayIn(frame.lang);
  const faults = (props.faults ?? []).map((fault) => ({ field: 'file', words: inWords(fault, props, say) }));
  return page(frame, say(TEXTS.title), faults, (say) => {
    const n = props.maxMegabytes;
    const hint = say(TEXTS.fileHint, { n });
    return html`<h1>${say(TEXTS.title)}</h1>
<form class="card check" method="post" action="${VERIFY_PATH}" enctype="multipart/form-data" novalidate>
${field({ name: 'file', type: 'file', label: say(TEXTS.file), hint, fault: faults[0]?.words })}
<details><summary>${say(TEXTS.more)}</summary>${field({ name: 'signature', type: 'file', label: say(TEXTS.signature), hint: say(TEXTS.signatureHint) })}</details>
<button class="button" type="submit">${say(TEXTS.check)}</button>
${runningPart(say)}
</form>`;
  });
}

/** `action`: where the password goes. */
export function passwordPage(frame: PageFrame, props: { action: string; fileName: string; isWrong: boolean }): string {
  const say = sayIn(frame.lang);
  const faults = props.isWrong ? [{ field: 'password', words: say(TEXTS.passwordWrong) }] : [];
  return page(frame, say(TEXTS.passwordTitle), faults, (say) => {
    const password = { name: 'password', type: 'password', autocomplete: 'off' } as const;
    return html`<h1>${say(TEXTS.passwordTitle)}</h1>
<p class="lead">${props.fileName}</p>
<form class="card check" method="post" action="${props.action}" enctype="multipart/form-data" novalidate>
${field({ ...password, label: say(TEXTS.password), hint: say(TEXTS.passwordLead), fault: faults[0]?.words })}
<button class="button" type="submit">${say(TEXTS.check)}</button>
${runningPart(say)}
</form>
<p><a class="link" href="${VERIFY_PATH}">${say(TEXTS.other)}</a></p>`;
  });
}

function page(frame: PageFrame, title: string, faults: readonly Fault[], body: (say: Say) => Html): string {
  return renderPage({
    ...frame,
    service: SEAL_SERVICE,
    title,
    nav: navItems(frame, 'verify'),
    column: 'reading',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT + RUNNING_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
${body(sayIn(frame.lang))}`,
  });
}

function inWords(fault: VerifyFault, { maxMegabytes, seconds }: VerifyPage, say: Say): string {
  if (fault.kind === 'not-a-pdf')
    return fault.looksLike ? say(TEXTS.notPdfLike, { type: fault.looksLike }) : say(TEXTS.notPdf);
  return say(WORDS[fault.kind], { n: fault.kind === 'costly' ? seconds : maxMegabytes });
}
