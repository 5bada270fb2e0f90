// The forms of a registration between what was typed and what is kept. Each topic is read by itself; whether the whole agrees
// is for `checkClient` to say.
import { SCOPES } from '../../../common/contract/identity.ts';
import { isDuty } from '../../../common/contract/roles.ts';
import { isTrustError } from '../../../common/errors.ts';
import type { Fault } from '../../../common/web/parts.ts';
import { type Lang, sayIn } from '../../../common/web/texts.ts';
import { type Client, type ClientRegistration, OIDC_SCOPES } from '../../domain/client.ts';
import { isLoopbackUri, isWebUri, parsePublicKey } from '../../domain/client-parts.ts';
import { OWN_SECTOR } from '../../domain/subject.ts';
import { CLIENT_FAULTS, DEMANDS, type Topic, type Typed } from '../../web/admin/client-fields.ts';
import { readTicked, reasonFault } from '../../web/admin/fields.ts';

/** The scopes that a client of that sector can have at all. */
export function scopesFor(sector: string): readonly string[] {
  return [...OIDC_SCOPES, ...SCOPES.filter((scope) => sector === OWN_SECTOR || !isDuty(scope))];
}

/** Names of fields whose text is wrong by itself; the rest is judged with the whole. */
export function addressFaults(form: Typed, isNative: boolean, requireHttps: boolean): readonly string[] {
  const isFine = (uri: string): boolean => (isNative ? isLoopbackUri(uri) : isWebUri(uri, requireHttps));
  return ['redirectUris', 'postLogoutRedirectUris', 'backchannelLogoutUri'].filter(
    (name) => !linesOf(form[name]).every(isFine),
  );
}

/** What a topic's form asks for. Throws client-invalid for a key that is none. */
export function changeOf(topic: Topic, form: Typed, client: Pick<Client, 'jwks'>): Partial<ClientRegistration> {
  const text = (name: string): string => (form[name] ?? '').trim();
  switch (topic) {
    case 'about':
      return { name: text('name'), organisation: text('organisation'), purpose: text('purpose') };
    case 'addresses':
      return {
        redirectUris: linesOf(form['redirectUris']),
        postLogoutRedirectUris: linesOf(form['postLogoutRedirectUris']),
        backchannelLogoutUri: text('backchannelLogoutUri') || null,
      };
    case 'claims':
      return { scopes: readTicked(form, 'scopes'), optionalScopes: readTicked(form, 'optionalScopes') };
    case 'rules': {
      const demands = readTicked(form, 'demands');
      return {
        authMethod: text('authMethod') as Client['authMethod'],
        grantTypes: readTicked(form, 'grantTypes') as Client['grantTypes'],
        minLevel: text('minLevel') === '' ? null : (Number(text('minLevel')) as Client['minLevel']),
        profile: text('profile') as Client['profile'],
        ...Object.fromEntries(DEMANDS.map((name) => [name, demands.includes(name)])),
      };
    }
    default:
      return { jwks: { keys: [parsePublicKey(form['jwks'] ?? ''), ...client.jwks.keys.slice(0, 1)] } };
  }
}

/** The faults that a refusal of the flow means for the form; null for one that means something else. */
export function faultsOf(lang: Lang, error: unknown, fieldsHere: readonly string[]): readonly Fault[] | null {
  if (isTrustError(error, 'invalid-request') && error.pointer === '/reason') return [reasonFault(lang)];
  if (!isTrustError(error, 'client-invalid')) return null;
  const member = error.pointer?.slice(1) ?? '';
  return [clientFault(lang, member, fieldsHere)];
}

/** A fault of a member; it stands at the form's first field when its own is on another page. */
export function clientFault(lang: Lang, member: string, fieldsHere: readonly string[]): Fault {
  const words = CLIENT_FAULTS[member] ?? { zh: `${member} 不符合要求`, en: `${member} is not accepted` };
  const shown = DEMANDS.some((name) => name === member) ? 'demands' : member;
  const field = fieldsHere.includes(shown) ? shown : (fieldsHere[0] ?? 'reason');
  return { field, words: sayIn(lang)(words) };
}

export const FIELDS_OF: Readonly<Record<Topic, readonly string[]>> = {
  about: ['name', 'organisation', 'purpose'],
  addresses: ['redirectUris', 'postLogoutRedirectUris', 'backchannelLogoutUri'],
  claims: ['scopes', 'optionalScopes'],
  rules: ['authMethod', 'grantTypes', 'minLevel', 'profile', 'demands'],
  keys: ['jwks'],
};

function linesOf(text = ''): readonly string[] {
  return text.split('\n').flatMap((line) => line.trim() || []);
}
