// 刷脸核验 on the step-up page: a picture taken now, by the camera of the phone or out of a file; whole without script.
import { readFileSync } from 'node:fs';
import { attribute, type Html, html } from '../../common/web/html.ts';
import { icon } from '../../common/web/icons.ts';
import { notice } from '../../common/web/parts.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';

/** What became of the picture before. */
export type FaceFault = 'mismatched' | 'unavailable' | 'paused' | 'no-picture' | 'late';

export type FaceForm = {
  readonly lang: Lang;
  /** Takes the picture (field `picture`, multipart). */
  readonly uploadAction: string;
  readonly hidden: Html;
  readonly fault: FaceFault | null;
  /** Tries left after a picture that did not fit. */
  readonly left: number;
};

const TEXTS = {
  label: { zh: '本人正面照片', en: 'A picture of your face' },
  hint: {
    zh: '请现在拍一张正面照片，只用于本次核验，不保存。JPEG 或 PNG，最大 4 MB',
    en: 'Take one now, facing the camera; used for this check only and not kept. JPEG or PNG, up to 4 MB',
  },
  submit: { zh: '刷脸核验', en: 'Face check' },
  mismatched: {
    zh: '没有通过刷脸核验。光线充足、摘下口罩后再试，还可再试 {n} 次',
    en: 'The face check did not succeed. Try again in good light and without a mask, {n} tries left',
  },
  paused: {
    zh: '今天的次数已用完，可改用证书或到窗口办理',
    en: 'No tries left today; use a certificate or go to a service hall',
  },
  unavailable: {
    zh: '人脸核验服务暂时没有回应，不计次数，请稍后再试',
    en: 'The face check did not answer; this does not count, try again later',
  },
  'no-picture': {
    zh: '请拍一张照片，JPEG 或 PNG，最大 4 MB',
    en: 'Take a picture, JPEG or PNG, up to 4 MB',
  },
  late: { zh: '核验已过期，请再拍一张', en: 'The check is too long ago; take another picture' },
  passed: { zh: '已通过刷脸核验', en: 'The face check succeeded' },
  go: { zh: '继续', en: 'Continue' },
} satisfies Texts;

export const FACE_SCRIPT = readFileSync(new URL('./face-script.js', import.meta.url), 'utf8');

export function faceForm({ lang, uploadAction, hidden, fault, left }: FaceForm): Html {
  const say = sayIn(lang);
  const words = fault && say(TEXTS[fault], { n: left });
  if (fault === 'paused') return notice({ mark: 'warning', role: 'alert', words: html`<p>${words}</p>` });
  const described = `field-picture-hint${words ? ' field-picture-fault' : ''}`;
  return html`<form method="post" action="${uploadAction}" enctype="multipart/form-data">
${hidden}
<div class="field${words ? ' faulty' : ''}"><label for="field-picture">${say(TEXTS.label)}</label>
<p class="hint" id="field-picture-hint">${say(TEXTS.hint)}</p>
${words ? html`<p class="fault" id="field-picture-fault" role="alert">${icon('failed')}<span>${words}</span></p>` : null}
<input id="field-picture" name="picture" type="file" accept="image/jpeg,image/png" capture="user" aria-describedby="${described}"${attribute('aria-invalid', words ? 'true' : null)}></div>
<div class="actions"><button class="button" type="submit">${say(TEXTS.submit)}</button></div>
</form>`;
}

/** The face fitted; the form hands on what the browser holds. */
export function facePassed(of: { readonly lang: Lang; readonly action: string; readonly hidden: Html }): Html {
  const say = sayIn(of.lang);
  return html`<form method="post" action="${of.action}" id="face-passed">
${of.hidden}
${notice({ mark: 'passed', role: 'status', words: html`<p>${say(TEXTS.passed)}</p>` })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.go)}</button></div>
</form>`;
}
