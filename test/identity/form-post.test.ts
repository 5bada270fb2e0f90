// OAuth 2.0 Form Post Response Mode: our page under a policy of its own, and what it does not allow.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { judge } from '../_harness/judges.ts';
import { launchChromium, visit } from '../e2e/chromium.ts';
import { authorize, exchange, logIn, PERSON, startIdentity } from './identity-house.ts';

const fieldsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );

function policyOf(response: Response): Map<string, string> {
  const policy = response.headers.get('Content-Security-Policy') ?? '';
  return new Map(
    policy.split(';').map((part) => [part.trim().split(' ')[0]!, part.trim().split(' ').slice(1).join(' ')]),
  );
}

test('the answer is a page of ours that posts to the registered address; its policy names that address and its one script', async (t) => {
  const house = await startIdentity(t);
  const callback = 'http://alpha.example:9/a;b,c/callback';
  const client = await house.client('alpha', { redirectUris: [callback] });
  const { browser } = await logIn(client);
  const authorization = await authorize(client, { response_mode: 'form_post', state: '"><script>1</script>' });
  const response = await browser.fetchOnce(authorization.target.href);
  const text = await response.text();
  t.is(response.status, 200);
  t.true(text.includes('正在返回系统 alpha…') && text.includes('>继续</button>'));
  t.true(text.includes(`action="${callback}"`));
  t.false(text.includes('<script>1'));
  const policy = policyOf(response);
  t.is(policy.get('form-action'), 'http://alpha.example:9/a%3Bb%2Cc/callback');
  const script = /<script[^>]*>([^<]*)<\/script>/.exec(text)?.[1] ?? '';
  t.is(policy.get('script-src'), `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  t.is(policy.get('default-src'), "'none'");
  t.is(policy.get('frame-ancestors'), "'none'");
  const fields = fieldsOf(text);
  t.deepEqual(Object.keys(fields).sort(), ['code', 'iss', 'state']);
  const answer = new URL(callback);
  for (const [name, value] of Object.entries(fields)) answer.searchParams.set(name, value);
  answer.searchParams.set('state', '"><script>1</script>');
  const tokens = await exchange(client, { ...authorization, state: '"><script>1</script>', callback: answer });
  t.is(tokens.claims()?.sub, house.sub);
});

test('an error comes the same way; every other page keeps the policy of the house', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const { target } = await authorize(client, { response_mode: 'form_post', prompt: 'none' });
  const response = await makeBrowser().fetchOnce(target.href);
  t.is(response.status, 400);
  t.is(fieldsOf(await response.text())['error'], 'login_required');
  t.is(policyOf(response).get('form-action'), client.redirectUri);
  const wrong = new URL(target);
  wrong.searchParams.set('redirect_uri', 'https://evil.example/');
  const refused = await makeBrowser().fetchOnce(wrong.href);
  t.is(policyOf(refused).get('form-action'), "'self'");
  t.false(/<form[^>]*evil\.example/.test(await refused.text()));
});

test('the logout form of who is not logged in sends itself to ourselves, under the same policy', async (t) => {
  const house = await startIdentity(t);
  const response = await makeBrowser().fetchOnce(`${house.url}/oidc/session/end`);
  const text = await response.text();
  t.true(text.includes(`action="${house.url}/oidc/session/end/confirm"`));
  t.is(policyOf(response).get('form-action'), "'self'");
  t.is(fieldsOf(text)['logout'], 'yes');
});

judge(test, 'chromium')(
  'in a real browser the form sends itself to the system, which leads on to its own page',
  async (t) => {
    const house = await startIdentity(t);
    const received: URLSearchParams[] = [];
    const system = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      if (request.method === 'POST') received.push(new URLSearchParams(body));
      if (request.method === 'POST') response.writeHead(303, { location: '/home' }).end();
      else response.setHeader('content-type', 'text/html').end('<title>home</title><h1>the hall</h1>');
    });
    await new Promise<void>((resolve) => system.listen(0, '127.0.0.1', resolve));
    t.teardown(() => void system.close());
    const origin = `http://localhost:${(system.address() as AddressInfo).port}`;
    const client = await house.client('alpha', { redirectUris: [`${origin}/callback`] });
    const { target } = await authorize(client, { response_mode: 'form_post' });
    const chromium = await launchChromium();
    t.teardown(() => chromium.close());
    const { page, faults } = await visit(chromium, [house.url, origin]);
    await page.goto(target.href);
    await page.locator('[name=login]').fill(PERSON.loginName);
    await page.locator('[name=password]').fill(PERSON.password);
    await page.locator('[name=password]').press('Enter');
    await page.waitForURL(`${origin}/home`);
    t.is(received.length, 1);
    t.truthy(received[0]?.get('code'));
    t.deepEqual(faults, []);
  },
);
