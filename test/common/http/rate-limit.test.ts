import test from 'ava';
import type Koa from 'koa';
import { makeRateLimit } from '../../../common/http/rate-limit.ts';

type Asked = { readonly ip: string; readonly headers: Record<string, string> };

function start(perMinute: number, maxAddresses?: number) {
  let now = new Date('2026-03-01T00:00:00Z').getTime();
  const clock = () => new Date(now);
  const limit = makeRateLimit({ perMinute, clock, ...(maxAddresses === undefined ? {} : { maxAddresses }) });
  const handler = limit.guard(() => {});
  const ask = (ip: string): Asked => {
    const headers: Record<string, string> = {};
    const ctx = { ip, set: (name: string, value: string) => Object.assign(headers, { [name]: value }) };
    try {
      void handler(ctx as unknown as Koa.Context);
    } catch (error) {
      throw Object.assign(error as Error, { headers });
    }
    return { ip, headers };
  };
  const pass = (seconds: number): void => {
    now += seconds * 1000;
  };
  return { ask, pass };
}

test('an address gets its minute at once, is then refused with Retry-After, and is taken again when it waited so long', (t) => {
  const { ask, pass } = start(6);
  for (let n = 0; n < 6; n += 1) t.notThrows(() => ask('192.0.2.1'));
  const refused = t.throws(() => ask('192.0.2.1'), { code: 'too-many-requests' });
  t.is((refused as unknown as Asked).headers['Retry-After'], '10');
  t.notThrows(() => ask('192.0.2.2'), 'another address is not held up');
  pass(9);
  t.throws(() => ask('192.0.2.1'), { code: 'too-many-requests' });
  pass(1);
  t.notThrows(() => ask('192.0.2.1'));
  t.throws(() => ask('192.0.2.1'), { code: 'too-many-requests' });
});

test('a refused request costs nothing: whoever keeps asking is taken at the rate of the limit', (t) => {
  const { ask, pass } = start(60);
  for (let n = 0; n < 60; n += 1) ask('192.0.2.1');
  let taken = 0;
  for (let n = 0; n < 100; n += 1) {
    pass(0.5);
    try {
      ask('192.0.2.1');
      taken += 1;
    } catch (error) {
      t.like(error, { code: 'too-many-requests' });
    }
  }
  t.is(taken, 50);
});

test('addresses of one IPv6 network of 64 bits share, IPv4 in IPv6 form is IPv4', (t) => {
  const { ask } = start(1);
  ask('2001:db8:1:2::1');
  t.throws(() => ask('2001:db8:1:2:ffff::9'), { code: 'too-many-requests' });
  t.notThrows(() => ask('2001:db8:1:3::1'));
  ask('::ffff:192.0.2.1');
  t.throws(() => ask('192.0.2.1'), { code: 'too-many-requests' });
  ask('::1');
  t.throws(() => ask('::2'), { code: 'too-many-requests' });
});

test('the memory of addresses is bounded; the one that was quiet longest is forgotten', (t) => {
  const { ask } = start(1, 2);
  ask('192.0.2.1');
  ask('192.0.2.2');
  t.throws(() => ask('192.0.2.1'), { code: 'too-many-requests' });
  ask('192.0.2.3');
  t.throws(() => ask('192.0.2.1'), { code: 'too-many-requests' });
  t.notThrows(() => ask('192.0.2.2'));
});
