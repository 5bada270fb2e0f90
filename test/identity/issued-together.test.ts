// Tokens of one request are written together before they are told, and whoever asks about a token need not know what it is.
import test from 'ava';
import * as oidc from 'openid-client';
import { connect } from '../../common/db/connect.ts';
import { testServer, urlOf } from '../_harness/database.ts';
import { exchange, hop, logIn, startIdentity } from './identity-house.ts';

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
