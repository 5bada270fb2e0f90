// The fields of a registration, topic by topic, with their words. What is typed and what is stored have one form here, a
// value by field name, so that a page after a fault shows what was typed.
import { type Html, html } from '../../../common/web/html.ts';
import { type Fault, faultOf, field } from '../../../common/web/parts.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import { ABOUT_PERSON, APPROVAL_SCOPES, claimsOf } from '../../domain/claims.ts';
import { AUTH_METHODS, type Client, GRANT_TYPES } from '../../domain/client.ts';
import { claimWords } from '../claim-words.ts';
import { LEVEL_WORDS } from '../level-words.ts';
import { checkboxes, radios, readTicked, textArea } from './fields.ts';

export type Typed = Readonly<Record<string, string>>;
export type Topic = 'about' | 'addresses' | 'claims' | 'rules' | 'keys';

export const TOPIC_WORDS: Readonly<Record<Topic, Text>> = {
  about: { zh: '基本信息', en: 'About' },
  addresses: { zh: '地址', en: 'Addresses' },
  claims: { zh: '可用信息', en: 'Information it may use' },
  rules: { zh: '接入规则', en: 'Rules' },
  keys: { zh: '密钥', en: 'Keys and secret' },
};

export const CLIENT_TEXTS = {
  clientId: { zh: '系统标识', en: 'Client id' },
  clientIdHint: {
    zh: '小写字母开头，2 至 63 位小写字母、数字、连字符；以后不能改',
    en: 'A small letter, then small letters, digits and hyphens; cannot be changed later',
  },
  name: { zh: '系统名称', en: 'Name' },
  nameHint: { zh: '登录页面和授权页面上显示给群众', en: 'People see it when they log in and agree' },
  organisation: { zh: '主办单位', en: 'Run by' },
  purpose: { zh: '用途', en: 'Purpose' },
  sector: { zh: '部门标识', en: 'Sector' },
  sectorHint: {
    zh: '同一部门的系统看到同一个人的同一标识；以后不能改',
    en: 'Systems of one sector know a person under one identifier; cannot be changed later',
  },
  redirectUris: { zh: '回调地址', en: 'Callback addresses' },
  onePerLine: { zh: '每行一个；必须是 https 地址，且不能含 #', en: 'One a line; https, and no #' },
  postLogoutRedirectUris: { zh: '退出后返回地址（选填）', en: 'Addresses after logout (optional)' },
  backchannelLogoutUri: { zh: '退出通知地址（选填）', en: 'Address told of logouts (optional)' },
  scopes: { zh: '可以请求的信息和权限', en: 'What it may ask for' },
  optionalScopes: { zh: '由本人选择是否提供', en: 'The person may leave out' },
  needsApproval: { zh: '须经批准', en: 'needs approval' },
  authMethod: { zh: '系统身份证明', en: 'How the system proves itself' },
  grantTypes: { zh: '接入方式', en: 'Grants' },
  minLevel: { zh: '登录所需实名等级', en: 'Level asked of people' },
  noLevel: { zh: '不要求', en: 'None' },
  profile: { zh: '安全档案', en: 'Security profile' },
  standard: { zh: '标准', en: 'Standard' },
  fapi2: { zh: 'FAPI 2.0（须推送请求、绑定令牌、公钥）', en: 'FAPI 2.0 (pushed requests, bound tokens, public key)' },
  demands: { zh: '更多要求', en: 'More demands' },
  dpopBound: { zh: '令牌绑定密钥（DPoP）', en: 'Tokens bound to a key (DPoP)' },
  parRequired: { zh: '请求须先推送（PAR）', en: 'Requests are pushed first (PAR)' },
  jarRequired: { zh: '请求须签名（JAR）', en: 'Requests are signed (JAR)' },
  acceptsUnits: { zh: '可以代表单位办事', en: 'People may act for units here' },
  jwks: { zh: '新公钥', en: 'New public key' },
  jwksHint: { zh: 'P-256 公钥，PEM 或 JWK；不要粘贴私钥', en: 'A public P-256 key, PEM or JWK; never a private one' },
} satisfies Texts;

const SCOPE_WORDS: Readonly<Record<string, Text>> = {
  openid: { zh: '登录', en: 'Log in' },
  offline_access: { zh: '退出后仍可取得', en: 'After logout too' },
};

const METHOD_TEXTS: Readonly<Record<(typeof AUTH_METHODS)[number], Text>> = {
  private_key_jwt: { zh: '公钥签名', en: 'Signature with its key' },
  client_secret_basic: { zh: '密钥，放在请求头', en: 'Secret in a header' },
  client_secret_post: { zh: '密钥，放在请求体', en: 'Secret in the body' },
  none: { zh: '无（本机程序）', en: 'None (a program on a person’s machine)' },
};

const GRANT_TEXTS: Readonly<Record<(typeof GRANT_TYPES)[number], Text>> = {
  authorization_code: { zh: '浏览器登录', en: 'Login by browser' },
  client_credentials: { zh: '系统自身', en: 'The system itself' },
  refresh_token: { zh: '续期', en: 'Refresh' },
  device_code: { zh: '自助终端', en: 'Terminal' },
};

/** What is wrong with a member that `checkClient` names. */
export const CLIENT_FAULTS: Readonly<Record<string, Text>> = {
  clientId: {
    zh: '标识须以小写字母开头，2 至 63 位小写字母、数字、连字符，且未被占用',
    en: 'Expected 2 to 63 small letters, digits and hyphens, not in use',
  },
  name: { zh: '请填写系统名称', en: 'State a name' },
  sector: {
    zh: '须为 1 至 63 位小写字母、数字、点、连字符，且不是平台自用的 xinji',
    en: 'Expected 1 to 63 small letters, digits, dots and hyphens, not xinji',
  },
  redirectUris: {
    zh: '必须是 https 地址，且不能含 #；浏览器登录至少一个，其他方式不填',
    en: 'Expected https without #; at least one for login by browser, none without it',
  },
  postLogoutRedirectUris: { zh: '必须是 https 地址，且不能含 #', en: 'Expected https without #' },
  backchannelLogoutUri: { zh: '必须是 https 地址，且不能含 #', en: 'Expected https without #' },
  scopes: {
    zh: '登录类系统须包含 openid；“退出后仍可取得”须有续期方式；职责权限只给平台自有系统',
    en: 'A system that logs people in needs openid; offline_access needs refresh; duties are for the platform only',
  },
  optionalScopes: { zh: '只能从已选的信息中选择，且不含登录', en: 'Choose among what it may ask for, without openid' },
  grantTypes: { zh: '至少选一种；续期须与登录方式同用', en: 'Choose at least one; refresh goes with a login' },
  authMethod: { zh: '本机程序不用密钥，其他系统须用公钥或密钥', en: 'Only a native program has none' },
  applicationType: { zh: '有退出通知或系统自身方式的，须为网站', en: 'A client with a server is a web client' },
  profile: { zh: 'FAPI 2.0 须同时选公钥签名、DPoP、PAR', en: 'FAPI 2.0 asks for the key signature, DPoP and PAR' },
  dpopBound: { zh: '本机程序续期须绑定密钥', en: 'A native program with refresh is bound to a key' },
  parRequired: { zh: '推送或签名请求须有浏览器登录方式', en: 'Pushed or signed requests need login by browser' },
  minLevel: { zh: '请选择二级至五级或不要求', en: 'Choose level 2 to 5 or none' },
  jwks: {
    zh: '须为 P-256 公钥（PEM 或 JWK）；公钥签名至少一个',
    en: 'Expected a public P-256 key (PEM or JWK), at least one for the key signature',
  },
};

export function scopeWords(lang: Lang, scope: string): string {
  const say = sayIn(lang);
  const own = SCOPE_WORDS[scope];
  if (own !== undefined) return say(own);
  const claims = claimsOf(scope);
  return claims.length === 0 ? scope : claims.map((claim) => say(claimWords(claim))).join(lang === 'zh' ? '、' : ', ');
}

export const methodWords = (lang: Lang, method: Client['authMethod']): string => sayIn(lang)(METHOD_TEXTS[method]);
export const grantWords = (lang: Lang, grant: Client['grantTypes'][number]): string => sayIn(lang)(GRANT_TEXTS[grant]);

/** What the form of a topic shows of a client. */
export function typedOf(client: Client, topic: Topic): Typed {
  const ticks = (name: string, values: readonly string[]) =>
    Object.fromEntries(values.map((value) => [`${name}.${value}`, 'on']));
  switch (topic) {
    case 'about':
      return { name: client.name, organisation: client.organisation, purpose: client.purpose };
    case 'addresses':
      return {
        redirectUris: client.redirectUris.join('\n'),
        postLogoutRedirectUris: client.postLogoutRedirectUris.join('\n'),
        backchannelLogoutUri: client.backchannelLogoutUri ?? '',
      };
    case 'claims':
      return { ...ticks('scopes', client.scopes), ...ticks('optionalScopes', client.optionalScopes) };
    case 'rules':
      return {
        authMethod: client.authMethod,
        ...ticks('grantTypes', client.grantTypes),
        minLevel: client.minLevel === null ? '' : String(client.minLevel),
        profile: client.profile,
        ...ticks(
          'demands',
          DEMANDS.filter((name) => client[name]),
        ),
      };
    default:
      return {};
  }
}

export const DEMANDS = ['dpopBound', 'parRequired', 'jarRequired', 'acceptsUnits'] as const;

/** `scopes`: those to choose from. */
export function topicFields(
  lang: Lang,
  topic: Topic,
  {
    typed,
    faults,
    scopes,
  }: { readonly typed: Typed; readonly faults: readonly Fault[]; readonly scopes: readonly string[] },
): Html {
  const say = sayIn(lang);
  const text = (name: 'name' | 'organisation' | 'purpose' | 'backchannelLogoutUri', hint?: string): Html =>
    field({ name, label: say(CLIENT_TEXTS[name]), hint, value: typed[name] ?? '', fault: faultOf(faults, name) });
  const lines = (name: 'redirectUris' | 'postLogoutRedirectUris'): Html =>
    textArea({ ...named(name), hint: say(CLIENT_TEXTS.onePerLine), value: typed[name] ?? '', rows: 3 });
  const named = (name: keyof typeof CLIENT_TEXTS) => ({
    name,
    label: say(CLIENT_TEXTS[name]),
    fault: faultOf(faults, name),
  });
  switch (topic) {
    case 'about':
      return html`${text('name', say(CLIENT_TEXTS.nameHint))}${text('organisation')}${text('purpose')}`;
    case 'addresses':
      return html`${lines('redirectUris')}${lines('postLogoutRedirectUris')}${text('backchannelLogoutUri')}`;
    case 'claims':
      return html`${checkboxes({
        ...named('scopes'),
        options: scopes.map((scope) => scopeOption(lang, scope)),
        chosen: readTicked(typed, 'scopes'),
      })}${checkboxes({
        ...named('optionalScopes'),
        options: ABOUT_PERSON.map((scope) => ({ value: scope, label: scopeWords(lang, scope) })),
        chosen: readTicked(typed, 'optionalScopes'),
      })}`;
    case 'rules':
      return html`${radios({
        ...named('authMethod'),
        options: AUTH_METHODS.map((value) => ({ value, label: methodWords(lang, value) })),
        chosen: typed['authMethod'] ?? 'private_key_jwt',
      })}${checkboxes({
        ...named('grantTypes'),
        options: GRANT_TYPES.map((value) => ({ value, label: grantWords(lang, value), hint: value })),
        chosen: readTicked(typed, 'grantTypes'),
      })}${radios({
        ...named('minLevel'),
        options: [
          { value: '', label: say(CLIENT_TEXTS.noLevel) },
          ...([2, 3, 4, 5] as const).map((level) => ({ value: String(level), label: say(LEVEL_WORDS[level].name) })),
        ],
        chosen: typed['minLevel'] ?? '',
      })}${radios({
        ...named('profile'),
        options: (['standard', 'fapi2'] as const).map((value) => ({ value, label: say(CLIENT_TEXTS[value]) })),
        chosen: typed['profile'] ?? 'standard',
      })}${checkboxes({
        name: 'demands',
        label: say(CLIENT_TEXTS.demands),
        fault: DEMANDS.map((name) => faultOf(faults, name)).find((fault) => fault !== undefined),
        options: DEMANDS.map((value) => ({ value, label: say(CLIENT_TEXTS[value]) })),
        chosen: readTicked(typed, 'demands'),
      })}`;
    default:
      return textArea({ ...named('jwks'), hint: say(CLIENT_TEXTS.jwksHint), value: typed['jwks'] ?? '', rows: 5 });
  }
}

function scopeOption(lang: Lang, scope: string) {
  const needs = APPROVAL_SCOPES.some((one) => one === scope);
  const approval = needs ? ` · ${sayIn(lang)(CLIENT_TEXTS.needsApproval)}` : '';
  return { value: scope, label: scopeWords(lang, scope), hint: `${scope}${approval}` };
}
