// Tokens of one request are written together before they are told, and whoever asks about a token need not know what it is.
import test from 'ava';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { connect } from '../../common/db/connect.ts';
import { testServer, urlOf } from '../_harness/database.ts';
import { authorize, exchange, hop, logIn, PERSON, post, startIdentity } from './identity-house.ts';

const GRANTS = ['authorization_code', 'refresh_token'] as const;

test('what cannot be written is not told: no token leaves when one of them is not kept, and the next exchange works', async (t) => {
  const house = await startIdentity(t);
  const owner = connect(urlOf(testServer(), new URL(house.databaseUrl).pathname.slice(1)), { applicationName: 'test' });
  t.teardown(() => owner.destroy());
  const client = await house.client('alpha', { grantTypes: GRANTS });
  const first = await logIn(client);
  const tokens = await exchange(client, first);
  const count = () => house.db('identity.oidc_artifacts').whereIn('model', ['AccessToken', 'RefreshToken']);
  const before = (await count()).length;
  await owner.raw(`alter table identity.oidc_artifacts
    add constraint none_more check (model <> 'RefreshToken') not valid`);
  const login = await hop(first.browser, client);
  await t.throwsAsync(exchange(client, login), { message: 'unexpected HTTP response status code' });
  t.is((await count()).length, before, 'none of the two was kept');
  await owner.raw('alter table identity.oidc_artifacts drop constraint none_more');
  const next = await exchange(client, await hop(first.browser, client));
  for (const { access_token } of [tokens, next])
    t.is((await oidc.fetchUserInfo(client.config, access_token, house.sub)).sub, house.sub);
});

test('introspection and revocation find a token whatever it is and whatever the hint says', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { grantTypes: GRANTS });
  const login = await logIn(client);
  const { access_token: access, refresh_token: refresh = '' } = await exchange(client, login);
  for (const token_type_hint of ['access_token', 'refresh_token', 'something_else']) {
    for (const token of [access, refresh])
      t.true((await oidc.tokenIntrospection(client.config, token, { token_type_hint })).active, token_type_hint);
    for (const token of ['unknown', login.callback.searchParams.get('code')!, `${access}x`])
      t.false((await oidc.tokenIntrospection(client.config, token, { token_type_hint })).active, token_type_hint);
  }
  await oidc.tokenRevocation(client.config, access, { token_type_hint: 'refresh_token' });
  t.false((await oidc.tokenIntrospection(client.config, access)).active);
  const second = await exchange(client, await hop(login.browser, client));
  await oidc.tokenRevocation(client.config, second.refresh_token!, { token_type_hint: 'access_token' });
  for (const token of [second.access_token, second.refresh_token!])
    t.false((await oidc.tokenIntrospection(client.config, token)).active);
});

test('a code leaves with the session that it is made for, or not at all; a login takes part once', async (t) => {
  const house = await startIdentity(t);
  const owner = connect(urlOf(testServer(), new URL(house.databaseUrl).pathname.slice(1)), { applicationName: 'test' });
  t.teardown(() => owner.destroy());
  const client = await house.client('alpha');
  const none = async (): Promise<void> => {
    t.deepEqual(await house.db('identity.oidc_artifacts').whereIn('model', ['AuthorizationCode', 'Session']), []);
  };
  await owner.raw(`alter table identity.oidc_artifacts add constraint none_more check (model <> 'Session') not valid`);
  const { target } = await authorize(client);
  const browser = makeBrowser();
  const page = await browser.open(target.href);
  const answer = await post(browser, page, { login: PERSON.loginName, password: PERSON.password });
  const returnTo = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())?.[1] ?? '';
  const refused = await browser.fetchOnce(new URL(returnTo, page.url).href);
  t.is(refused.status, 500);
  t.is(refused.headers.get('Location'), null, 'no code leaves');
  await none();
  t.is((await house.db('identity.authentications')).length, 0, 'nothing was proven in a session that is not there');
  await owner.raw('alter table identity.oidc_artifacts drop constraint none_more');
  const again = await browser.fetchOnce(new URL(returnTo, page.url).href);
  t.truthy(new URL(again.headers.get('Location') ?? '').searchParams.get('code'), 'who reloads the page goes on');
  t.is((await house.db('identity.authentications')).length, 1);
  const login = await logIn(client);
  t.deepEqual(
    await house.db('identity.oidc_artifacts').where({ model: 'Interaction' }),
    [],
    'what was under way has ended',
  );
  t.truthy(await exchange(client, login));
  const turns = await house.db('identity.session_clients').where({ client_id: 'alpha' }).select('turn', 'sid');
  const session = await house.db('identity.oidc_artifacts').where({ model: 'Session' }).first('session_uid');
  const own = await house.db('identity.session_clients').where({ session_uid: session.session_uid });
  t.is(own.length, 1);
  t.true(turns.every(({ turn }: { turn: number }) => turn === 1));
  t.is((await exchange(client, await hop(login.browser, client))).claims()?.sub, house.sub);
});
