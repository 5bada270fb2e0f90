import test from 'ava';
import { NO_PLACES, parsePlaces } from '../../common/places.ts';

test('an address has the name of the first network that holds it, and its own where none does', (t) => {
  const placeOf = parsePlaces(
    '# the province\n10.20.7.0/24, 青云谱区政务服务大厅\r\n10.20.0.0/16,南昌市政务外网\n\nfd00::/8,省中心\n',
  );
  t.is(placeOf('10.20.7.9'), '青云谱区政务服务大厅');
  t.is(placeOf('10.20.8.9'), '南昌市政务外网');
  t.is(placeOf('fd00::1'), '省中心');
  for (const address of ['203.0.113.7', '2001:db8::1', 'not an address', '']) t.is(placeOf(address), address);
  t.is(NO_PLACES('10.20.7.9'), '10.20.7.9');
});

test('refused siblings: a line that is no network, no name, a name too long', (t) => {
  for (const [text, message] of [
    ['10.20.0.0/16', /line 1/],
    ['10.20.0.0/16,甲\nx,乙', /expected networks/],
    ['10.20.0.0/16,', /line 1/],
    [`10.20.0.0/16,${'长'.repeat(41)}`, /line 1/],
    ['10.20.0.0/33,甲', /expected networks/],
  ] as const)
    t.throws(() => parsePlaces(text), { message });
});
