import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { derSize } from '../../common/asn1/der.ts';
import { fromHex, toHex } from '../../common/bytes.ts';
import { makeSealClient } from '../../common/client/seal-client.ts';
import { makeTimeStampClient } from '../../common/client/time-stamper.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { OID } from '../../common/pki/oids.ts';
import { type ParsedSignedData, parseSignedData } from '../../common/pki/read-signed-data.ts';
import { type Attribute, assembleSignedData } from '../../common/pki/signed-data.ts';
import { encodeGrant, encodeRejection, parseTimeStampRequest } from '../../common/pki/time-stamp-protocol.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { prepareParty } from '../../seal/flow/sealing-party.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { makeSignature } from '../../seal/ses/make-signature.ts';
import { decodeSignature, encodeSignature } from '../../seal/ses/signature-codec.ts';
import { verifySignature } from '../../seal/ses/verify-signature.ts';
import { AT, issue, issueTsa, type Party } from '../_harness/pki.ts';
import { keepSeal } from './active-seal.ts';
import { ES_ID, startRoom } from './room.ts';
import { find, makePdf, makeTestSeal, pki, seal, sealBytes, stamperOf, tsa, verifyBytes } from './world.ts';

const minutes = (count: number) => new Date(AT.getTime() + count * 60_000);
const pdf = await makePdf();
const stamped = await sealBytes(pdf, { stamper: stamperOf(tsa, { time: minutes(1) }) });
const verdict = ({ indication, sub_indication: sub }: VerificationReport | SignatureReport) =>
  sub ? `${indication} ${sub}` : indication;
const failed = (report: VerificationReport) =>
  report.signatures[0]!.steps.filter(({ status }) => status === 'failed').map(({ name }) => name);

/** The sealed document with other unsigned attributes in its CMS; nothing that is signed changes. */
function withUnsigned(document: Uint8Array, change: (cms: ParsedSignedData) => readonly Attribute[]): Uint8Array {
  const at = find(document, '/Contents <') + '/Contents <'.length;
  const end = find(document, '>', at);
  const bytes = fromHex(Buffer.from(document.subarray(at, end)).toString('latin1'));
  const cms = parseSignedData(bytes.subarray(0, derSize(bytes)));
  const order = { signerCert: cms.signerCertificate!, certs: cms.certificates, unsignedAttributes: change(cms) };
  const der = assembleSignedData(order, cms.signedAttributesRaw, cms.signature);
  if (der.length > bytes.length) throw new Error('there is no room for that');
  const copy = Uint8Array.from(document);
  copy.set(Buffer.from(toHex(der).padEnd(end - at, '0'), 'latin1'), at);
  return copy;
}

const others = (cms: ParsedSignedData) => cms.unsignedAttributes.filter(({ oid }) => oid !== OID.signatureTimeStamp);

async function withToken(by: Party, overrides: Parameters<typeof stamperOf>[1] = {}, message?: Uint8Array) {
  let value: Uint8Array = new Uint8Array();
  withUnsigned(stamped, (cms) => {
    value = cms.signature;
    return others(cms);
  });
  const token = await stamperOf(by, overrides).stamp(message ?? value);
  return withUnsigned(stamped, (cms) => [...others(cms), { oid: OID.signatureTimeStamp, values: [token] }]);
}

test('RFC 3161: a document sealed at level T proves its time', (t) => {
  const report = verifyBytes(stamped);
  t.is(verdict(report), 'TOTAL-PASSED');
  const [signature] = report.signatures;
  t.is(signature?.time_source, 'time_stamp');
  t.is(signature?.signing_time, minutes(1).toISOString());
  t.is(signature?.time.status, 'passed');
  t.regex(signature!.time.finding, /A time stamp proves .*08:01:00/);
  t.true(signature!.steps.some(({ name, status }) => name === 'time-stamp-certificate-usage' && status === 'passed'));
});

test('A token taken out leaves a claimed time, and the report says so', (t) => {
  const report = verifyBytes(withUnsigned(stamped, others));
  t.is(verdict(report), 'TOTAL-PASSED');
  t.is(report.signatures[0]?.time_source, 'claimed');
  t.regex(report.signatures[0]!.time.finding, /there is no time stamp/);
});

test('RFC 3161: a token put in anew passes; over another signature, by a wrong or expired authority, or twice it does not', async (t) => {
  t.is(verdict(verifyBytes(await withToken(tsa))), 'TOTAL-PASSED');
  const expired = await issueTsa(pki.authority, { notAfter: new Date('2026-05-01T00:00:00Z') });
  const siblings: readonly (readonly [Uint8Array, string, string])[] = [
    [await withToken(tsa, {}, Uint8Array.of(1)), 'TOTAL-FAILED SIG_CONSTRAINTS_FAILURE', 'time-stamp-imprint'],
    [await withToken(pki.signer), 'TOTAL-FAILED CHAIN_CONSTRAINTS_FAILURE', 'time-stamp-certificate-usage'],
    [await withToken(expired), 'TOTAL-FAILED EXPIRED', 'time-stamp-certificate-period'],
    [await withToken(tsa, { sign: pki.signer.sign }), 'TOTAL-FAILED SIG_CRYPTO_FAILURE', 'time-stamp-signature'],
    [await withToken(tsa, { time: minutes(-6) }), 'TOTAL-FAILED TIMESTAMP_ORDER_FAILURE', 'time-stamp-order'],
    [await withToken(tsa, { time: minutes(6) }), 'TOTAL-FAILED TIMESTAMP_ORDER_FAILURE', 'time-stamp-order'],
  ];
  for (const [document, expected, step] of siblings) {
    const report = verifyBytes(document);
    t.is(verdict(report), expected);
    t.deepEqual(failed(report), [step]);
    const [signature] = report.signatures;
    t.is(signature?.time.status, 'failed');
    t.is(signature?.time_source, 'claimed', 'a stamp that does not pass proves nothing');
    t.is(signature?.integrity.status, 'passed');
  }
  const notDer = withUnsigned(stamped, (cms) => [
    ...others(cms),
    { oid: OID.signatureTimeStamp, values: [Uint8Array.of(4, 1, 0)] },
  ]);
  t.is(verdict(verifyBytes(notDer)), 'TOTAL-FAILED FORMAT_FAILURE');
});

test('RFC 3161: a stamp by an authority without trusted root leaves the verdict open', async (t) => {
  const foreign = await issueTsa(await issue('别处的根', null, { ca: { pathLength: 0 }, keyUsage: ['keyCertSign'] }));
  const report = verifyBytes(await withToken(foreign, { chain: [] }));
  t.is(verdict(report), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  t.is(report.signatures[0]?.time_source, 'claimed');
});

test('EN 319 102-1: signer and seal are judged at the proved time, not at the claimed one', async (t) => {
  const sealWith = async (overrides: Parameters<typeof issue>[2], time: Date) => {
    const by = await issue('36010000000001', pki.authority, overrides);
    const own = await makeTestSeal('36010000000001', [by]);
    const party = await prepareParty({
      seal: own.raw,
      signerCertificate: by.certificate,
      chain: [pki.authority.certificate],
      keyRef: 'signer-1',
      now: AT,
    });
    const tools = {
      signer: { sign: (_: string, message: Uint8Array) => by.sign(message) },
      stamper: stamperOf(tsa, { time }),
    };
    const request = { source: memorySource(pdf), party, page: 1, placement: {}, time: AT };
    const document = Buffer.concat([pdf, (await sealDocument(tools, request)).appended]);
    return verifyDocument(memorySource(new Uint8Array(document)), {
      trust: pki.trust,
      now: new Date('2027-01-01T00:00:00Z'),
    });
  };
  t.is(verdict(await sealWith({ notAfter: minutes(10) }, minutes(9))), 'TOTAL-PASSED', 'expired since');
  t.is(verdict(await sealWith({ notAfter: minutes(10) }, minutes(11))), 'TOTAL-FAILED EXPIRED', 'backdated');
  t.is(
    verdict(await sealWith({ notBefore: minutes(-1) }, minutes(-2))),
    'TOTAL-FAILED NOT_YET_VALID',
    'stamped before',
  );
});

test('GB/T 38540-2020: the time stamp of a SES_Signature is judged over its value', async (t) => {
  const dataHash = new Uint8Array(32);
  const der = await makeSignature({
    seal,
    signerCertificate: pki.signer.certificate,
    dataHash,
    propertyInfo: 'test',
    time: AT,
    sign: pki.signer.sign,
  });
  const plain = decodeSignature(der);
  const judgeWith = async (message: Uint8Array, by = tsa) => {
    const timeStamp = await stamperOf(by, { time: minutes(1) }).stamp(message);
    return verifySignature(decodeSignature(encodeSignature({ ...plain, timeStamp })), {
      dataHash,
      trust: pki.trust,
      now: AT,
    });
  };
  const good = await judgeWith(plain.signature);
  t.is(good.status, 'passed');
  t.deepEqual(good.provedTime, minutes(1));
  const wrong = await judgeWith(plain.tbsRaw);
  t.is(wrong.subIndication, 'SIG_CONSTRAINTS_FAILURE');
  t.is(wrong.provedTime, null);
  t.is((await judgeWith(plain.signature, pki.signer)).subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
});

test('A token that is not over the signature never leaves the engine', async (t) => {
  const good = stamperOf();
  const bad = { ...good, stamp: () => good.stamp(Uint8Array.of(9)) };
  await t.throwsAsync(sealBytes(pdf, { stamper: bad }), { message: /did not pass its own verification/ });
  const growing = { ...good, measure: async () => 10 };
  await t.throwsAsync(sealBytes(pdf, { stamper: growing }), { code: 'time-stamp-unavailable' });
});

/** An HTTP server that stands for an authority. */
async function authority(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`;
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { url, close };
}

const SILENT: RequestListener = () => undefined;

const reply =
  (make: (query: Uint8Array) => Promise<Uint8Array>, type = 'application/timestamp-reply'): RequestListener =>
  async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = await make(new Uint8Array(Buffer.concat(chunks)));
    response.writeHead(200, { 'Content-Type': type }).end(body);
  };

const honest = async (query: Uint8Array, overrides: Parameters<typeof stamperOf>[1] = {}, by = tsa) => {
  const { nonce, imprint } = parseTimeStampRequest(query);
  return encodeGrant(await stamperOf(by, { nonce, digest: imprint.digest, ...overrides }).stamp(Uint8Array.of()));
};

test('RFC 3161: a reply is believed only when it is granted, verified and for this request', async (t) => {
  const lies: readonly (readonly [RequestListener, RegExp])[] = [
    [reply((query) => honest(query, { nonce: Uint8Array.of(1) })), /another nonce/],
    [reply((query) => honest(query, { nonce: null })), /another nonce/],
    [reply((query) => honest(query, { digest: new Uint8Array(32) })), /another imprint/],
    [reply((query) => honest(query, {}, pki.signer)), /not certified for time stamps/],
    [reply((query) => honest(query, { time: minutes(60) })), /in the future/],
    [reply(async () => encodeRejection('systemFailure', 'later')), /systemFailure: later/],
    [reply(async () => new Uint8Array(70_000)), /larger than 64 KiB/],
    [reply(honest, 'text/html'), /text\/html/],
    [(_, response) => void response.writeHead(500).end(), /status 500/],
    [SILENT, /cannot be reached in time/],
  ];
  for (const [answer, message] of lies) {
    const { url, close } = await authority(answer);
    const client = makeTimeStampClient({
      url,
      clock: () => AT,
      trust: pki.trust,
      ...(answer === SILENT ? { timeoutMs: 50 } : {}),
    });
    await t.throwsAsync(client.stamp(Uint8Array.of(1)), { code: 'time-stamp-unavailable', message });
    await close();
  }
  const { url, close } = await authority(reply(honest));
  const client = makeTimeStampClient({ url, clock: () => AT, trust: pki.trust });
  const token = await client.stamp(Uint8Array.of(1));
  t.true((await client.measure()) > token.length);
  await close();
});

test('The room seals at level T unless level B is asked, and refuses T without an authority', async (t) => {
  const room = await startRoom();
  const bare = await startRoom({ authority: null, tsa: { kind: 'none' } });
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    const sourceOf = async (level?: 'B' | 'T') => {
      const { pdf: sealed } = await client.seal(
        pdf,
        { seal: ES_ID, ...(level ? { level } : {}) },
        `level-${level}-act`,
      );
      return verifyBytes(sealed).signatures[0]?.time_source;
    };
    t.is(await sourceOf(), 'time_stamp');
    t.is(await sourceOf('T'), 'time_stamp');
    t.is(await sourceOf('B'), 'claimed');
    const poor = makeSealClient({ baseUrl: bare.url, getToken: bare.token });
    await t.throwsAsync(poor.seal(pdf, { seal: ES_ID, level: 'T' }, 'level-t-act'), { code: 'time-stamp-unavailable' });
    const { pdf: sealed } = await poor.seal(pdf, { seal: ES_ID }, 'level-b-act');
    t.is(verifyBytes(sealed).signatures[0]?.time_source, 'claimed');
    t.is((await bare.post('/tsa', new Uint8Array())).status, 404);
  } finally {
    await room.close();
    await bare.close();
  }
});

test('An authority that is down is a clear problem before the key is used; the same request passes when it is back', async (t) => {
  let isDown = true;
  const { url, close } = await authority((request, response) => {
    if (isDown) response.writeHead(503).end();
    else void reply(honest)(request, response);
  });
  const room = await startRoom({ authority: null, tsa: { kind: 'external', url } });
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    const act = () => client.seal(pdf, { seal: ES_ID, level: 'T' }, 'stamped-act');
    await t.throwsAsync(act(), { code: 'time-stamp-unavailable', message: /status 503/ });
    t.is(room.signatures(), 0);
    isDown = false;
    const { pdf: sealed } = await act();
    t.is(room.signatures(), 2);
    t.is(verdict(verifyBytes(sealed)), 'TOTAL-PASSED');
    isDown = true;
    t.deepEqual((await act()).pdf, sealed, 'a repetition needs neither key nor authority');
    t.is(room.signatures(), 2);
  } finally {
    await room.close();
    await close();
  }
});

test('An authority that fails behind the signatures costs none: the repetition takes those that were made', async (t) => {
  let answers = 0;
  const { url, close } = await authority((request, response) => {
    answers += 1;
    // The first answer measures the token; the next ones would be over the signature.
    if (answers === 2 || answers === 3) response.writeHead(503).end();
    else void reply((query) => honest(query, { time: minutes(20) }))(request, response);
  });
  const room = await startRoom({ authority: null, tsa: { kind: 'external', url } });
  room.setNow(minutes(18));
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    const act = () => client.seal(pdf, { seal: ES_ID, level: 'T' }, 'stamped-late-act');
    await t.throwsAsync(act(), { code: 'time-stamp-unavailable' });
    t.is(room.signatures(), 2);
    await t.throwsAsync(act(), { code: 'time-stamp-unavailable' }, 'down still, before the key');
    room.setNow(minutes(20));
    const { pdf: sealed } = await act();
    t.is(room.signatures(), 2, 'no further use of the key');
    const report = verifyDocument(memorySource(sealed), { trust: pki.trust, now: minutes(21) });
    t.is(verdict(report), 'TOTAL-PASSED');
    t.deepEqual((await act()).pdf, sealed);
  } finally {
    await room.close();
    await close();
  }
});

test('A seal is judged online by its history: a time stamp shows whether it was in force when it was used', async (t) => {
  const room = await startRoom();
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    const [proved, claimed] = [
      (await client.seal(pdf, { seal: ES_ID, level: 'T' }, 'cancelled-t-act')).pdf,
      (await client.seal(pdf, { seal: ES_ID, level: 'B' }, 'cancelled-b-act')).pdf,
    ];
    const stampedAt = async (time: Date) => sealBytes(pdf, { time, stamper: stamperOf(tsa, { time }) });
    await keepSeal(room.db, ES_ID, 'suspend', minutes(1));
    t.is(verdict(await client.verify(proved)), 'TOTAL-PASSED');
    t.is(verdict(await client.verify(claimed)), 'TOTAL-FAILED REVOKED');
    room.setNow(minutes(9));
    t.is(verdict(await client.verify(await stampedAt(minutes(2)))), 'TOTAL-FAILED REVOKED', 'while suspended');
    await keepSeal(room.db, ES_ID, 'resume', minutes(3));
    t.is(verdict(await client.verify(claimed)), 'TOTAL-PASSED');
    t.is(verdict(await client.verify(await stampedAt(minutes(2)))), 'TOTAL-FAILED REVOKED', 'resumed or not');
    t.is(verdict(await client.verify(await stampedAt(minutes(4)))), 'TOTAL-PASSED');
    await keepSeal(room.db, ES_ID, 'cancel', minutes(5));
    t.is(verdict(await client.verify(proved)), 'TOTAL-PASSED');
    t.is(verdict(await client.verify(claimed)), 'TOTAL-FAILED REVOKED');
    t.is(verdict(await client.verify(await stampedAt(minutes(2)))), 'TOTAL-FAILED REVOKED');
    t.is(verdict(await client.verify(await stampedAt(minutes(4)))), 'TOTAL-PASSED');
    t.is(verdict(await client.verify(await stampedAt(minutes(6)))), 'TOTAL-FAILED REVOKED', 'after it was cancelled');
  } finally {
    await room.close();
  }
});
