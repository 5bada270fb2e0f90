// The step of a recovery that proves the person of a proven account: name and number, and one thing more of what the account
// has: a passkey, an authenticator or recovery code, the face.
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm } from '../../common/http/upload.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { type Account, CITIZEN_NUMBER, mayLogIn } from '../domain/account.ts';
import { MAX_PICTURE_BYTES } from '../domain/picture.ts';
import type { RecoveryProof, RecoveryWay } from '../domain/proofing.ts';
import type { CodeAddress } from '../flow/one-time-code.ts';
import { mayRecover, type RecoveryResult, type ShownForRecovery } from '../flow/recover-account.ts';
import type { TypedIdentity } from '../web/identity-fields.ts';
import { type RecoverTrouble, recoverIdentityPage } from '../web/recover-identity-page.ts';
import type { CodeStepDeps } from './code-step.ts';
import { openDraft } from './drafts.ts';
import { judgeIdentity, typedIdentity } from './typed-identity.ts';

export type RecoverDraft = {
  readonly to: CodeAddress;
  /** `sub` of the account, from the right code on. */
  readonly sub?: string;
  /** What proved a proven account besides the code. */
  readonly way?: RecoveryProof;
  readonly isDone?: boolean;
};

export type RecoverIdentityDeps = CodeStepDeps<RecoverDraft> & {
  readonly clock: Clock;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly listWays: (account: Account) => Promise<readonly RecoveryWay[]>;
  /** For `navigator.credentials.get`; `binding`: of the recovery under way. */
  readonly passkeyOptions: (account: Account, binding: string) => Promise<object>;
  readonly prove: (account: Account, shown: ShownForRecovery) => Promise<RecoveryResult>;
};

const TEXTS = {
  code: { zh: '请填写动态口令或恢复码', en: 'Enter an authenticator or recovery code' },
  codeOrOther: { zh: '请填写此码，或用其他一种方式核验', en: 'Enter this code, or use one of the other ways' },
  picture: { zh: '请选择一张正面照片', en: 'Choose a picture of your face' },
  pictureOrPasskey: {
    zh: '请选择一张正面照片，或使用通行密钥核验',
    en: 'Choose a picture of your face, or use a passkey',
  },
  passkey: { zh: '请使用通行密钥核验', en: 'Use your passkey' },
} satisfies Texts;

export async function showIdentity(
  deps: RecoverIdentityDeps,
  ctx: Koa.Context,
  {
    faults = [],
    trouble = null,
    typed,
  }: { faults?: readonly Fault[]; trouble?: RecoverTrouble | null; typed?: TypedIdentity } = {},
): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  if (draft?.values.sub === undefined) return seeOther(ctx, '/recover');
  const account = await deps.findAccount(draft.values.sub);
  if (account === null || !mayLogIn(account)) return seeOther(ctx, '/recover');
  if (mayRecover(account, draft.values.way)) return seeOther(ctx, '/recover/password');
  const ways = await deps.listWays(account);
  const page = recoverIdentityPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    trouble,
    ways,
    passkeyOptions: ways.includes('passkey') ? await deps.passkeyOptions(account, draft.binding) : null,
    typed: typed ?? { name: '', codeType: CITIZEN_NUMBER, code: '' },
  });
  sendPage(ctx, page, trouble?.kind === 'paused' ? 429 : faults.length > 0 || trouble !== null ? 422 : 200);
}

export async function submitIdentity(deps: RecoverIdentityDeps, ctx: Koa.Context): Promise<void> {
  const { texts, files } = await readUploadForm(ctx, MAX_PICTURE_BYTES);
  const draft = await openDraft(deps, ctx, texts, '/recover');
  if (draft === null) return;
  const account = draft.values.sub === undefined ? null : await deps.findAccount(draft.values.sub);
  if (account === null || !mayLogIn(account)) return seeOther(ctx, '/recover');
  const { lang } = pageFrame(ctx);
  const typed = typedIdentity(texts);
  const judged = judgeIdentity(typed, deps.clock(), lang);
  const given = { texts, picture: files['picture']?.bytes, binding: draft.binding };
  const second = secondOf(given, await deps.listWays(account));
  const faults = [
    ...('faults' in judged ? judged.faults : []),
    ...('missing' in second ? [{ field: second.field, words: sayIn(lang)(TEXTS[second.missing]) }] : []),
  ];
  if ('faults' in judged || 'missing' in second) return showIdentity(deps, ctx, { faults, typed });
  const result = await deps.prove(account, { identity: judged.identity, ...second });
  if (result.outcome === 'paused')
    return showIdentity(deps, ctx, { trouble: { kind: 'paused', until: result.until }, typed });
  if (result.outcome !== 'proven') return showIdentity(deps, ctx, { trouble: { kind: result.outcome }, typed });
  await deps.drafts.save(ctx, { to: draft.values.to, sub: account.sub, way: result.way });
  seeOther(ctx, '/recover/password');
}

type Second =
  | { readonly passkey: string; readonly binding: string }
  | { readonly code: string }
  | { readonly picture: Uint8Array }
  | { readonly missing: keyof typeof TEXTS; readonly field: string };

type Given = {
  readonly texts: Readonly<Record<string, string>>;
  readonly picture: Uint8Array | undefined;
  readonly binding: string;
};

/** What was given besides name and number, of what this account has: a passkey goes before a code, a code before a picture. */
function secondOf({ texts, picture, binding }: Given, ways: readonly RecoveryWay[]): Second {
  const [byPasskey, byFace] = [ways.includes('passkey'), ways.includes('face')];
  const byCode = ways.includes('totp') || ways.includes('recovery');
  const { answer: passkey = '' } = texts;
  const code = (texts['second'] ?? '').trim();
  if (byPasskey && passkey !== '') return { passkey, binding };
  if (byCode && code !== '') return { code };
  if (byFace && picture !== undefined) return { picture };
  if (byCode) return { missing: byFace || byPasskey ? 'codeOrOther' : 'code', field: 'second' };
  if (byFace) return { missing: byPasskey ? 'pictureOrPasskey' : 'picture', field: 'picture' };
  return { missing: 'passkey', field: 'passkey' };
}
