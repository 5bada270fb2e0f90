// Acts on a system that ask for a reason and nothing else, or little else: a table of them. Each is a page of its own that
// says what follows, then a POST, then the system's page with what came of it.
import type Koa from 'koa';
import { TrustError } from '../../../common/errors.ts';
import type { Flash } from '../../../common/http/flash.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { HtmlValue } from '../../../common/web/html.ts';
import { type Fault, faultOf, field, hiddenFields } from '../../../common/web/parts.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { Client } from '../../domain/client.ts';
import { approveClaims, withdrawClaims } from '../../flow/approve-claims.ts';
import { changeClient } from '../../flow/change-client.ts';
import { changeClientStatus } from '../../flow/change-client-status.ts';
import { endOldSecrets } from '../../flow/end-old-secrets.ts';
import { rotateClientSecret } from '../../flow/rotate-client-secret.ts';
import { tellAgain } from '../../flow/tell-again.ts';
import type { Typed } from '../../web/admin/client-fields.ts';
import { clientActPage, clientSecretPage } from '../../web/admin/client-form-page.ts';
import { radios } from '../../web/admin/fields.ts';
import { faultsOf } from './client-forms.ts';
import { type ClientPagesDeps, getClient } from './clients.ts';
import type { Admin } from './gate.ts';
import { textOf } from './typed.ts';

const PATH = '/admin/clients';
const HOUR_SECONDS = 3600;
const OVERLAP_HOURS = ['0', '1', '24', '168'] as const;
const DEFAULT_OVERLAP = '24';

const TEXTS = {
  suspend: { zh: '停用“{name}”？', en: 'Suspend "{name}"?' },
  suspendWhy: {
    zh: '停用后，任何人都不能再通过该系统登录，它也取不到令牌；它所在的登录会话同时退出，并通知该系统。可以恢复。',
    en: 'Nobody will log in through it and it gets no tokens; it leaves every session it is in, and is told so. It can be resumed.',
  },
  suspendGo: { zh: '停用该系统', en: 'Suspend this system' },
  suspendNot: { zh: '不停用，返回', en: 'Do not suspend, back' },
  typeName: { zh: '请输入系统名称以确认', en: 'Type the name of the system to confirm' },
  nameFault: { zh: '与系统名称不一致：{name}', en: 'This is not the name: {name}' },
  resume: { zh: '恢复“{name}”？', en: 'Resume "{name}"?' },
  resumeWhy: {
    zh: '恢复后，该系统几秒内可以重新登录和取得令牌。',
    en: 'Within seconds it logs people in and gets tokens again.',
  },
  resumeGo: { zh: '恢复使用', en: 'Resume' },
  retell: { zh: '重新通知“{name}”？', en: 'Tell "{name}" again?' },
  retellWhy: {
    zh: '请先确认该系统已恢复。放弃的退出通知将逐条重新发送，仍不回应的按原间隔重试。',
    en: 'See first that it is back. Every notice that was given up is sent again, and retried as before where it stays silent.',
  },
  retellGo: { zh: '重新通知', en: 'Tell it again' },
  back: { zh: '不操作，返回', en: 'Do nothing, back' },
  secret: { zh: '更换密钥', en: 'New secret' },
  secretWhy: {
    zh: '新密钥立即启用，只显示一次；旧密钥在所选时间内仍可用，更早的立即停用。',
    en: 'The new secret is good at once and shown only once; the one before stays good as long as you choose, older ones end now.',
  },
  secretGo: { zh: '更换并显示新密钥', en: 'Make and show the new secret' },
  overlap: { zh: '旧密钥保留', en: 'The one before stays good' },
  hours: { zh: '{n} 小时', en: '{n} hours' },
  atOnce: { zh: '立即停用', en: 'Not at all' },
  endSecret: { zh: '现在停用旧密钥？', en: 'End the old secret now?' },
  endSecretWhy: {
    zh: '还在使用旧密钥的系统将立即取不到令牌。',
    en: 'A system that still uses it gets no tokens from now on.',
  },
  endSecretGo: { zh: '现在停用旧密钥', en: 'End the old secret now' },
  endKey: { zh: '停用旧公钥？', en: 'End the old public key?' },
  endKeyWhy: { zh: '用旧公钥签名的请求将立即被拒绝。', en: 'Requests signed with it are refused from now on.' },
  endKeyGo: { zh: '停用旧公钥', en: 'End the old key' },
  approve: { zh: '批准使用身份证号码？', en: 'Approve the use of ID numbers?' },
  approveWhy: {
    zh: '批准后，该系统可以在本人同意后取得身份证号码。原因须写明依据。',
    en: 'It may then get the ID number of people who agree. State on what grounds.',
  },
  approveGo: { zh: '批准', en: 'Approve' },
  withdraw: { zh: '撤回批准？', en: 'Withdraw the approval?' },
  withdrawWhy: { zh: '撤回后，该系统不能再取得身份证号码。', en: 'It can no longer get ID numbers.' },
  withdrawGo: { zh: '撤回批准', en: 'Withdraw' },
} satisfies Texts;

type Done = { readonly flash: Flash; readonly secret?: string };
type Doing = { readonly client: Client; readonly form: Typed; readonly by: string; readonly reason: string };

type Act = {
  readonly title: Text;
  readonly why: Text;
  readonly go: Text;
  readonly danger?: boolean;
  /** Fields besides the reason, and what is wrong with what was typed into them. */
  readonly fields?: (of: { lang: Lang; client: Client; typed: Typed; faults: readonly Fault[] }) => HtmlValue;
  readonly faults?: (lang: Lang, client: Client, form: Typed) => readonly Fault[];
  readonly run: (deps: ClientPagesDeps, doing: Doing) => Promise<Done>;
};

const scopeField: NonNullable<Act['fields']> = ({ typed }) => hiddenFields({ scope: typed['scope'] ?? '' });

const ACTS: Readonly<Record<string, Act>> = {
  suspend: {
    title: TEXTS.suspend,
    why: TEXTS.suspendWhy,
    go: TEXTS.suspendGo,
    danger: true,
    fields: ({ lang, typed, faults }) =>
      field({
        name: 'name',
        label: sayIn(lang)(TEXTS.typeName),
        value: typed['name'] ?? '',
        fault: faultOf(faults, 'name'),
      }),
    faults: (lang, { name }, form) =>
      (form['name'] ?? '').trim() === name ? [] : [{ field: 'name', words: sayIn(lang)(TEXTS.nameFault, { name }) }],
    run: async (deps, { client: { clientId }, by, reason }) => {
      const { sessions } = await changeClientStatus(deps, { clientId, status: 'suspended', by, reason });
      return { flash: { code: 'suspended', values: { sessions } } };
    },
  },
  resume: {
    title: TEXTS.resume,
    why: TEXTS.resumeWhy,
    go: TEXTS.resumeGo,
    run: async (deps, { client: { clientId }, by, reason }) => {
      await changeClientStatus(deps, { clientId, status: 'active', by, reason });
      return { flash: { code: 'resumed' } };
    },
  },
  retell: {
    title: TEXTS.retell,
    why: TEXTS.retellWhy,
    go: TEXTS.retellGo,
    run: async (deps, { client: { clientId }, by, reason }) => {
      const { notices } = await tellAgain(deps, { clientId, by, reason });
      return { flash: { code: 'retold', values: { notices } } };
    },
  },
  secret: {
    title: TEXTS.secret,
    why: TEXTS.secretWhy,
    go: TEXTS.secretGo,
    fields: ({ lang, typed }) =>
      radios({
        name: 'overlap',
        label: sayIn(lang)(TEXTS.overlap),
        options: OVERLAP_HOURS.map((value) => ({
          value,
          label: value === '0' ? sayIn(lang)(TEXTS.atOnce) : sayIn(lang)(TEXTS.hours, { n: value }),
        })),
        chosen: typed['overlap'] ?? DEFAULT_OVERLAP,
      }),
    run: async (deps, { client: { clientId }, form, by, reason }) => {
      const hours = OVERLAP_HOURS.find((one) => one === form['overlap']) ?? DEFAULT_OVERLAP;
      const overlapSeconds = Number(hours) * HOUR_SECONDS;
      const { secret } = await rotateClientSecret(deps, { clientId, overlapSeconds, by, reason });
      return { flash: { code: 'changed' }, secret };
    },
  },
  'end-secret': {
    title: TEXTS.endSecret,
    why: TEXTS.endSecretWhy,
    go: TEXTS.endSecretGo,
    danger: true,
    run: async (deps, { client: { clientId }, by, reason }) => {
      await endOldSecrets(deps, { clientId, by, reason });
      return { flash: { code: 'ended' } };
    },
  },
  'end-key': {
    title: TEXTS.endKey,
    why: TEXTS.endKeyWhy,
    go: TEXTS.endKeyGo,
    danger: true,
    run: async (deps, { client, by, reason }) => {
      const { clientId, version } = client;
      const change = { jwks: { keys: client.jwks.keys.slice(0, 1) } };
      await changeClient(deps, { clientId, version, topic: 'keys', change, by, reason });
      return { flash: { code: 'ended' } };
    },
  },
  approve: {
    title: TEXTS.approve,
    why: TEXTS.approveWhy,
    go: TEXTS.approveGo,
    fields: scopeField,
    run: async (deps, { client: { clientId }, form, by, reason }) => {
      await approveClaims(deps, { clientId, scope: form['scope'] ?? '', by, reason });
      return { flash: { code: 'approved' } };
    },
  },
  withdraw: {
    title: TEXTS.withdraw,
    why: TEXTS.withdrawWhy,
    go: TEXTS.withdrawGo,
    danger: true,
    fields: scopeField,
    run: async (deps, { client: { clientId }, form, by, reason }) => {
      await withdrawClaims(deps, { clientId, scope: form['scope'] ?? '', by, reason });
      return { flash: { code: 'withdrawn' } };
    },
  },
};

export function clientActRoutes(deps: ClientPagesDeps): readonly Route[] {
  const rows = Object.entries(ACTS).flatMap(([name, act]): readonly Route[] => [
    { method: 'GET', path: `${PATH}/:id/${name}`, scope: 'public', handler: (ctx) => show(deps, ctx, act) },
    { method: 'POST', path: `${PATH}/:id/${name}`, scope: 'public', handler: (ctx) => submit(deps, ctx, act) },
  ]);
  const secret: Route = {
    method: 'GET',
    path: `${PATH}/:id/new-secret`,
    scope: 'public',
    handler: (ctx) => showSecret(deps, ctx),
  };
  return [...rows, secret];
}

async function show(deps: ClientPagesDeps, ctx: Koa.Context, act: Act): Promise<void> {
  const admin = await deps.gate.require(ctx, 'clients');
  if (admin === null) return;
  const scope = textOf(ctx.query['scope']);
  await send(deps, ctx, { admin, act, typed: scope === '' ? {} : { scope }, faults: [] });
}

type Sent = {
  readonly admin: Admin;
  readonly act: Act;
  readonly typed: Typed;
  readonly faults: readonly Fault[];
};

async function send({ db, gate }: ClientPagesDeps, ctx: Koa.Context, of: Sent): Promise<void> {
  const { admin, act, typed, faults } = of;
  const client = await getClient(db, ctx);
  const frame = pageFrame(ctx);
  const say = sayIn(frame.lang);
  const page = clientActPage(frame, {
    view: gate.view(ctx, admin),
    client,
    action: ctx.path,
    typed,
    faults,
    fields: act.fields?.({ lang: frame.lang, client, typed, faults }) ?? null,
    words: {
      title: say(act.title, { name: client.name }),
      consequence: say(act.why),
      button: say(act.go),
      back: say(act.danger && act.go === TEXTS.suspendGo ? TEXTS.suspendNot : TEXTS.back),
      danger: act.danger ?? false,
    },
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submit(deps: ClientPagesDeps, ctx: Koa.Context, act: Act): Promise<void> {
  const { db, gate, keptForms } = deps;
  const accepted = await gate.requireForm(ctx, 'clients', ctx.path);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const { lang } = pageFrame(ctx);
  const client = await getClient(db, ctx);
  const path = `${PATH}/${client.clientId}`;
  const wrong = act.faults?.(lang, client, form) ?? [];
  if (wrong.length > 0) return send(deps, ctx, { admin, act, typed: form, faults: wrong });
  let done: Done;
  try {
    done = await act.run(deps, { client, form, by: admin.session.account.sub, reason: form['reason'] ?? '' });
  } catch (error) {
    const faults = faultsOf(lang, error, ['reason']);
    if (faults === null) throw error;
    return send(deps, ctx, { admin, act, typed: form, faults });
  }
  if (done.secret === undefined) return gate.leaveFor(ctx, admin, path, done.flash);
  // Sealed until the page that comes takes it: a secret is in no address, no cookie, and is not sent twice.
  const values = { secret: done.secret };
  await keptForms.keep(ctx, { path: `${path}/new-secret`, owner: form['owner'] ?? '', values });
  gate.leaveFor(ctx, admin, `${path}/new-secret`);
}

async function showSecret({ db, gate, own }: ClientPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await gate.require(ctx, 'clients');
  if (admin === null) return;
  const client = await getClient(db, ctx);
  if (!client.authMethod.startsWith('client_secret')) throw new TrustError('not-found', 'This client has no secret.');
  const kept = await own.takeKept(ctx, admin.session);
  const view = gate.view(ctx, admin);
  sendPage(ctx, clientSecretPage(pageFrame(ctx), { view, client, secret: kept['secret'] ?? null }));
}
