// The authorities of the development PKI over HTTP: lists and OCSP of the seal room, and what its verification makes of them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { utf8 } from '../../common/bytes.ts';
import { openDevelopmentAuthorities } from '../../common/ca/development-authority.ts';
import { httpPorts, makeRevocationClient } from '../../common/client/revocation-client.ts';
import { trustRoots } from '../../common/contract/seal.ts';
import { makeCertId } from '../../common/pki/cert-id.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import { parseCertificateList } from '../../common/pki/certificate-list.ts';
import { encodeOcspRequest, OCSP_REQUEST_TYPE, OCSP_RESPONSE_TYPE } from '../../common/pki/ocsp-request.ts';
import { parseOcspResponse } from '../../common/pki/ocsp-response.ts';
import { checkRevocation } from '../../common/pki/revocation.ts';
import { startRoom, type TestRoom } from './room.ts';

const NOW = new Date();
let room: TestRoom;
const get = (path: string) => fetch(new URL(path, room.url));
const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const read = async (path: string) => readCertificatesPem(await readFile(join(KEYS_DEV, path), 'utf8'))[0]!;

test.before(async () => {
  await makeMissingKeys();
  const authorities = [...(await openDevelopmentAuthorities(KEYS_DEV, 'development')).values()];
  room = await startRoom({ authorities, publicPerMinute: 60 });
  room.setNow(NOW);
});
test.after.always(() => room?.close());

test('RFC 5280: each authority has its list at /crl; others have none', async (t) => {
  const answer = await get('/crl/sub-ca-signers.crl');
  t.is(answer.headers.get('Content-Type'), 'application/pkix-crl');
  t.is(answer.headers.get('Cache-Control'), 'public, max-age=60');
  const list = parseCertificateList(await bytes(answer));
  t.true(list.revoked.has((await read('test/revoked-signer.crt.pem')).serial));
  for (const path of ['/crl/nobody.crl', '/crl/sub-ca-signers', '/crl/..%2Fx.crl'])
    t.true((await get(path)).status >= 400);
});

test('RFC 6960: /ocsp answers by POST and by GET, and refuses in its own form', async (t) => {
  const issuer = await read('pki/sub-ca-signers.crt.pem');
  const signer = await read('seal/signer-1.crt.pem');
  const query = encodeOcspRequest({ ids: [makeCertId(signer, issuer)], nonce: Uint8Array.of(1, 2, 3) });
  const posted = await room.post('/ocsp', query, { 'Content-Type': OCSP_REQUEST_TYPE });
  t.is(posted.headers.get('Content-Type'), OCSP_RESPONSE_TYPE);
  t.is(posted.headers.get('Cache-Control'), 'no-store');
  const response = parseOcspResponse(await bytes(posted));
  t.is(response.singles[0]!.status, 'good');
  t.deepEqual(response.nonce, Uint8Array.of(1, 2, 3));
  const path = encodeURIComponent(Buffer.from(query).toString('base64'));
  const got = await get(`/ocsp/${path}`);
  t.is(got.headers.get('Cache-Control'), 'public, max-age=60');
  t.is(parseOcspResponse(await bytes(got)).singles[0]!.status, 'good');
  const nonsense = await room.post('/ocsp', utf8('nonsense'), { 'Content-Type': OCSP_REQUEST_TYPE });
  t.is(nonsense.status, 200);
  const refusal = await bytes(nonsense);
  t.throws(() => parseOcspResponse(refusal), { message: /malformedRequest/ });
  t.is((await room.post('/ocsp', query, { 'Content-Type': 'text/plain' })).status, 415);
});

test('the sources that the room publishes are what a client needs to find a revoked signer', async (t) => {
  const { revocation } = trustRoots.parse(await (await get('/v1/trust-roots')).json());
  const here = revocation.sources.map((source) => ({
    ...source,
    crl: source.crl!.replace('http://seal.test', room.url.replace(/\/$/, '')),
    ocsp: source.ocsp!.replace('http://seal.test', room.url.replace(/\/$/, '')),
  }));
  const client = makeRevocationClient({
    ports: httpPorts(here),
    clock: () => NOW,
    log: { warn: (about: unknown) => t.fail(String(about)) },
  });
  const issuer = await read('pki/sub-ca-signers.crt.pem');
  const [revoked, good] = [await read('test/revoked-signer.crt.pem'), await read('seal/signer-2.crt.pem')];
  const lists = await client.lists();
  t.is(lists.crls.length, 5);
  for (const [certificate, status] of [
    [revoked, 'revoked'],
    [good, 'good'],
  ] as const) {
    t.is(checkRevocation(certificate, issuer, lists, NOW, NOW).status, status);
    const answered = await client.collect([certificate, issuer], NOW);
    t.is(answered.ocspResponses.length, 1);
    t.is(checkRevocation(certificate, issuer, answered, NOW, NOW).status, status);
  }
});

test.serial('one address gets no more than its share of them: 429 with Retry-After', async (t) => {
  const limited = await startRoom({
    authorities: [...(await openDevelopmentAuthorities(KEYS_DEV, 'development')).values()],
    publicPerMinute: 1,
  });
  t.teardown(limited.close);
  t.is((await fetch(new URL('/crl/root.crl', limited.url))).status, 200);
  const refused = await fetch(new URL('/ocsp/AA', limited.url));
  t.is(refused.status, 429);
  t.truthy(refused.headers.get('Retry-After'));
});
