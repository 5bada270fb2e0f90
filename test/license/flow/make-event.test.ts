// Each event bears the request in which it happened, and what it tells lies under the license's own key.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { runWithRequest } from '../../../common/http/request-context.ts';
import { makeLog } from '../../../common/log.ts';
import { makeHolderKeyRow, newLicenseKey, openHolderKey } from '../../../license/domain/data-keys.ts';
import { openEventDetail } from '../../../license/domain/event-detail.ts';
import { makeRoomKeys } from '../../../license/domain/room-keys.ts';
import { makeBareEvent, makeEvent } from '../../../license/flow/make-event.ts';

const NOON = new Date('2026-11-22T04:00:00Z');
const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
const keys = makeRoomKeys([new Uint8Array(32).fill(1)], new Uint8Array(32).fill(3));
const keyOf = (licenseId: string) =>
  newLicenseKey(licenseId, [openHolderKey(keys, makeHolderKeyRow(keys, sm3(utf8('zhang')), random))], random).dataKey;
const [ours, another] = [keyOf('11100000MB0D000965001.ours'), keyOf('11100000MB0D000965001.another')];
const happening = {
  at: NOON,
  kind: 'read',
  identifier: '1.2.156.3005.2.ours',
  actor: 'acc_clerk',
  organisation: '11360100MB0D00010M',
  basis: 'authority',
} as const;
const log = makeLog('test', 'silent');
const inRequest = <T>(requestId: string, work: () => T): T => runWithRequest({ requestId, log }, work);

test('an event bears the id of the request that it happened in; outside of one it bears none', async (t) => {
  t.like(makeEvent(ours, happening, {}), { ...happening, licenseId: ours.licenseId, requestId: null });
  t.like(makeBareEvent({ ...happening, licenseId: null }), { ...happening, licenseId: null, requestId: null });
  const ids = ['req_first', 'req_second'];
  const both = ids.map((id) =>
    inRequest(id, async () => {
      await Promise.resolve();
      return [makeEvent(ours, happening, {}), makeBareEvent({ ...happening, licenseId: null })];
    }),
  );
  const made = (await Promise.all(both)).map((events) => events.map(({ requestId }) => requestId));
  t.deepEqual(
    made,
    ids.map((id) => [id, id]),
  );
  t.is(makeEvent(ours, happening, {}).requestId, null, 'a request leaves nothing behind');
});

test('what an event tells opens by its own license and its own id, and by no other', (t) => {
  const detail = { fields: ['license_number'], purpose: '现场核查' };
  const event = makeEvent(ours, happening, detail);
  const sibling = makeEvent(ours, happening, detail);
  t.not(event.eventId, sibling.eventId);
  t.deepEqual(openEventDetail(ours, event.eventId, event.detailBox!), detail);
  t.throws(() => openEventDetail(another, event.eventId, event.detailBox!), { code: 'sealed-box-corrupt' });
  t.throws(() => openEventDetail(ours, sibling.eventId, event.detailBox!), { code: 'sealed-box-corrupt' });
  t.is(makeBareEvent({ ...happening, licenseId: ours.licenseId }).detailBox, null);
});
