import test from 'ava';
import { startLicense } from './license-house.ts';

test('the public check takes so many requests a minute from one address, page and API together, then 429 with Retry-After', async (t) => {
  const house = await startLicense(t, { verificationsPerMinute: 2 });
  const look = (path: string, accept: string): Promise<Response> =>
    fetch(`${house.url}${path}`, { headers: { accept } });
  t.is((await look('/verify', 'text/html')).status, 200);
  const body = JSON.stringify({ code: 'nothing' });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  t.not((await fetch(`${house.url}/v1/verifications`, init)).status, 429);
  const refused = await fetch(`${house.url}/v1/verifications`, init);
  t.is(refused.status, 429);
  t.is(refused.headers.get('retry-after'), '30');
  t.is(((await refused.json()) as { code: string }).code, 'too-many-requests');
  const page = await look('/verify', 'text/html');
  t.is(page.status, 429);
  t.true((await page.text()).includes('操作太频繁'));
  t.truthy(page.headers.get('content-security-policy'));
  t.is((await look('/healthz', '*/*')).status, 200, 'other routes are not limited');
});
