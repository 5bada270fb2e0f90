// A topic of a registration, and a new registration: form, faults, and what becomes of it.
import type Koa from 'koa';
import { isTrustError, TrustError } from '../../../common/errors.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import { type ClientRegistration, OWN_CLIENT_ID } from '../../domain/client.ts';
import { parseReason } from '../../domain/reason.ts';
import { CLIENT_TOPICS, type ClientTopic, changeClient } from '../../flow/change-client.ts';
import { registerClient } from '../../flow/register-client.ts';
import { findClient } from '../../store/clients.ts';
import { type Typed, typedOf } from '../../web/admin/client-fields.ts';
import { clientFormPage, clientNewPage } from '../../web/admin/client-form-page.ts';
import { addressFaults, changeOf, clientFault, FIELDS_OF, faultsOf, scopesFor } from './client-forms.ts';
import { type ClientPagesDeps, getClient } from './clients.ts';
import type { Admin } from './gate.ts';

const PATH = '/admin/clients';
const NEW_SECTOR = '';

/** Before the rows of one client: `new` is no client. */
export function clientEditRoutes(deps: ClientPagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: `${PATH}/new`, scope: 'public', handler: (ctx) => showNew(deps, ctx) },
    { method: 'POST', path: `${PATH}/new`, scope: 'public', handler: (ctx) => register(deps, ctx) },
    ...CLIENT_TOPICS.flatMap((topic): readonly Route[] => [
      { method: 'GET', path: `${PATH}/:id/${topic}`, scope: 'public', handler: (ctx) => showTopic(deps, ctx, topic) },
      { method: 'POST', path: `${PATH}/:id/${topic}`, scope: 'public', handler: (ctx) => change(deps, ctx, topic) },
    ]),
  ];
}

async function showTopic(deps: ClientPagesDeps, ctx: Koa.Context, topic: ClientTopic): Promise<void> {
  const admin = await deps.gate.require(ctx, 'clients');
  if (admin === null) return;
  await sendTopic(deps, ctx, { admin, topic });
}

type Topical = {
  readonly admin: Admin;
  readonly topic: ClientTopic;
  /** As it was sent; what is stored unless given. */
  readonly form?: Typed;
  readonly faults?: readonly Fault[];
  readonly isStale?: boolean;
};

async function sendTopic(
  { db, gate }: ClientPagesDeps,
  ctx: Koa.Context,
  { admin, topic, form, faults = [], isStale = false }: Topical,
): Promise<void> {
  const client = await getClient(db, ctx);
  const page = clientFormPage(pageFrame(ctx), {
    view: gate.view(ctx, admin),
    // What was typed belongs to the version that it was typed on.
    client: form === undefined || isStale ? client : { ...client, version: Number(form['version']) },
    topic,
    typed: form === undefined || isStale ? typedOf(client, topic) : form,
    faults,
    scopes: scopesFor(client.sector),
    isStale,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : isStale ? 409 : 200);
}

async function change(deps: ClientPagesDeps, ctx: Koa.Context, topic: ClientTopic): Promise<void> {
  const { db, clock, gate, requireHttps } = deps;
  const accepted = await gate.requireForm(ctx, 'clients', ctx.path);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const { lang } = pageFrame(ctx);
  const client = await getClient(db, ctx);
  const { clientId } = client;
  const wrong = topic === 'addresses' ? addressFaults(form, client.applicationType === 'native', requireHttps) : [];
  if (wrong.length > 0) {
    const faults = wrong.map((name) => clientFault(lang, name, FIELDS_OF[topic]));
    return sendTopic(deps, ctx, { admin, topic, form, faults });
  }
  try {
    const request = { clientId, version: Number(form['version']), topic, reason: form['reason'] ?? '' };
    const by = admin.session.account.sub;
    await changeClient({ db, clock, requireHttps }, { ...request, by, change: changeOf(topic, form, client) });
  } catch (error) {
    if (isTrustError(error, 'client-changed')) return sendTopic(deps, ctx, { admin, topic, form, isStale: true });
    const faults = faultsOf(lang, error, FIELDS_OF[topic]);
    if (faults === null) throw error;
    return sendTopic(deps, ctx, { admin, topic, form, faults });
  }
  gate.leaveFor(ctx, admin, `${PATH}/${clientId}`, { code: 'changed' });
}

async function showNew(deps: ClientPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'clients');
  if (admin === null) return;
  sendNew(deps, ctx, { admin, form: BLANK, faults: [] });
}

const BLANK: Typed = {
  'scopes.openid': 'on',
  'scopes.profile': 'on',
  'grantTypes.authorization_code': 'on',
  'demands.acceptsUnits': 'on',
};

function sendNew(
  { gate }: ClientPagesDeps,
  ctx: Koa.Context,
  { admin, form, faults }: { readonly admin: Admin; readonly form: Typed; readonly faults: readonly Fault[] },
): void {
  const page = clientNewPage(pageFrame(ctx), {
    view: gate.view(ctx, admin),
    typed: form,
    faults,
    scopes: scopesFor(NEW_SECTOR),
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

const NEW_FIELDS = ['clientId', 'sector', 'applicationType', ...CLIENT_TOPICS.flatMap((topic) => FIELDS_OF[topic])];

async function register(deps: ClientPagesDeps, ctx: Koa.Context): Promise<void> {
  const { db, clock, gate, requireHttps } = deps;
  const accepted = await gate.requireForm(ctx, 'clients', `${PATH}/new`);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const { lang } = pageFrame(ctx);
  const clientId = (form['clientId'] ?? '').trim();
  try {
    const reason = parseReason(form['reason'] ?? '');
    const registration = registrationOf(form, clientId);
    // Registering changes what is there: a name that is taken is somebody else's.
    if (clientId === OWN_CLIENT_ID || (await findClient(db, clientId)) !== null) throw takenId();
    const [wrong] = addressFaults(form, registration.applicationType === 'native', requireHttps);
    if (wrong !== undefined) throw new TrustError('client-invalid', 'an address', { pointer: `/${wrong}` });
    await registerClient({ db, clock, requireHttps }, registration, { by: admin.session.account.sub, reason });
  } catch (error) {
    const faults = faultsOf(lang, error, NEW_FIELDS);
    if (faults === null) throw error;
    return sendNew(deps, ctx, { admin, form, faults });
  }
  gate.leaveFor(ctx, admin, `${PATH}/${clientId}`, { code: 'registered' });
}

function takenId(): TrustError {
  return new TrustError('client-invalid', 'the client id is taken', { pointer: '/clientId' });
}

function registrationOf(form: Typed, clientId: string): ClientRegistration {
  const none = { jwks: { keys: [] } };
  const keys = (form['jwks'] ?? '').trim() === '' ? none : changeOf('keys', form, none);
  return {
    clientId,
    sector: (form['sector'] ?? '').trim(),
    applicationType: form['applicationType'] === 'native' ? 'native' : 'web',
    firstParty: false,
    name: '',
    organisation: '',
    purpose: '',
    grantTypes: [],
    scopes: [],
    redirectUris: [],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: null,
    ...none,
    ...changeOf('about', form, none),
    ...changeOf('addresses', form, none),
    ...changeOf('claims', form, none),
    ...changeOf('rules', form, none),
    ...keys,
  };
}
