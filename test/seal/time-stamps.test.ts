import test from 'ava';
import { derInteger, derOctetString, derOid, derSequence, derTlv } from '../../common/asn1/der-write.ts';
import { fromHex, utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { OID } from '../../common/pki/oids.ts';
import { encodeTimeStampRequest, QUERY_TYPE, readTimeStampReply } from '../../common/pki/time-stamp-protocol.ts';
import { verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import { AT } from '../_harness/pki.ts';
import { ES_ID, startRoom, type TestRoom } from './room.ts';
import { pki, TSA_POLICY } from './world.ts';

let room: TestRoom;
test.before(async () => {
  room = await startRoom();
});
test.after.always(() => room.close());

const message = utf8('a signature value');
const request = {
  imprint: { algorithm: OID.sm3, digest: sm3(message) },
  policy: null,
  nonce: fromHex('0123456789abcdef'),
  certReq: true,
};
const ask = async (query: Uint8Array): Promise<Uint8Array> => {
  const response = await room.post('/tsa', query, { 'Content-Type': QUERY_TYPE });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  if (response.headers.get('Content-Type') !== 'application/timestamp-reply') throw new Error('another media type');
  return new Uint8Array(await response.arrayBuffer());
};

test('RFC 3161: /tsa answers a request with a token that proves the time of the room, nonce and policy as agreed', async (t) => {
  const { raw, info } = readTimeStampReply(await ask(encodeTimeStampRequest(request)), request);
  t.is(info.policy, TSA_POLICY);
  t.deepEqual(info.time, AT);
  const report = verifyTimeStamp(raw, { message, trust: pki.trust, now: AT, claimed: null });
  t.is(report.status, 'passed');
  const row = await room.db('seal.time_stamps').select('policy').where({ serial: info.serial }).first();
  t.is(row?.policy, TSA_POLICY, 'the serial number is on record');
});

test('RFC 3161: without certReq no certificate is carried, and a request without nonce gets none', async (t) => {
  const plain = { ...request, nonce: null, certReq: false };
  const { info, cms } = readTimeStampReply(await ask(encodeTimeStampRequest(plain)), plain);
  t.is(info.nonce, null);
  t.is(cms.certificates.length, 0);
});

test('RFC 3161: what cannot be granted is a response with failInfo, not an HTTP error', async (t) => {
  const sha256 = { algorithm: '2.16.840.1.101.3.4.2.1', digest: sm3(message) };
  const short = { algorithm: OID.sm3, digest: sm3(message).subarray(1) };
  const imprint = derSequence(derSequence(derOid(OID.sm3)), derOctetString(sm3(message)));
  const extension = derTlv(0xa0, derSequence(derOid('1.2.3'), derOctetString(new Uint8Array())));
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [utf8('no DER at all'), /badDataFormat/],
    [new Uint8Array(), /badDataFormat/],
    [derSequence(derInteger(2), imprint), /badDataFormat: the request is not version 1/],
    [encodeTimeStampRequest({ ...request, imprint: sha256 }), /badAlg/],
    [encodeTimeStampRequest({ ...request, imprint: short }), /badDataFormat: .*31/],
    [encodeTimeStampRequest({ ...request, policy: '1.2.3.4' }), /unacceptedPolicy/],
    [derSequence(derInteger(1), imprint, extension), /unacceptedExtension/],
  ];
  for (const [query, message] of cases) {
    const reply = await ask(query);
    t.throws(() => readTimeStampReply(reply, request), { code: 'time-stamp-refused', message });
  }
});

test('RFC 9457: another media type and a body that is too large are problems', async (t) => {
  const json = await room.post('/tsa', utf8('{}'), { 'Content-Type': 'application/json' });
  t.is(json.status, 415);
  const large = await room.post('/tsa', new Uint8Array(20_000), { 'Content-Type': QUERY_TYPE });
  t.is(large.status, 413);
});

test('RFC 3161: eighty requests at once get as many serial numbers, none twice', async (t) => {
  const replies = await Promise.all(Array.from({ length: 80 }, () => ask(encodeTimeStampRequest(request))));
  const serials = replies.map((reply) => readTimeStampReply(reply, request).info.serial);
  t.is(new Set(serials).size, 80);
  await t.throwsAsync(room.db('seal.time_stamps').where({ serial: serials[0]! }).delete());
});

test('one address gets no more than its share: 429 with Retry-After, at /tsa and at what else anybody may ask', async (t) => {
  const limited = await startRoom({ publicPerMinute: 2 });
  t.teardown(limited.close);
  const ask = () => limited.post('/tsa', encodeTimeStampRequest(request), { 'Content-Type': QUERY_TYPE });
  t.is((await ask()).status, 200);
  t.is((await fetch(new URL('/v1/trust-roots', limited.url))).status, 200);
  const refused = await ask();
  t.is(refused.status, 429);
  t.is(refused.headers.get('Retry-After'), '30');
  t.is(((await refused.json()) as { code: string }).code, 'too-many-requests');
  t.is((await fetch(new URL(`/v1/seals/${ES_ID}`, limited.url))).status, 429);
});

test.serial('RFC 3161: an authority whose certificate has ended stamps nothing', async (t) => {
  room.setNow(new Date('2037-01-01T00:00:00Z'));
  try {
    const reply = await ask(encodeTimeStampRequest(request));
    t.throws(() => readTimeStampReply(reply, request), { code: 'time-stamp-refused', message: /systemFailure/ });
  } finally {
    room.setNow(AT);
  }
});
