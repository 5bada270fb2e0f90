// Fetching evidence: what a source answers is read and bounded before it counts, and a source that fails is only missing.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { httpPorts, makeRevocationClient } from '../../../common/client/revocation-client.ts';
import { certificateFingerprint } from '../../../common/pki/certificate.ts';
import { parseOcspRequest } from '../../../common/pki/ocsp-request.ts';
import { encodeOcspFailure } from '../../../common/pki/ocsp-response.ts';
import { checkRevocation } from '../../../common/pki/revocation.ts';
import { AT, issueResponder, listOf, makeTestPki, responseOf } from '../../_harness/pki.ts';

const { root, authority, signer } = await makeTestPki();
const responder = await issueResponder(authority);
const crl = await listOf(authority);
const chain = [signer.certificate, authority.certificate, root.certificate];

async function serve(answer: RequestListener) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked, close };
}

type Source = { readonly crl?: string; readonly ocsp?: string };

/** Waits long unless silence is what is asked about: a busy machine is no silent source. */
function clientOf(source: Source, now: () => Date = () => AT, timeoutMs = 60_000) {
  const warnings: unknown[] = [];
  const log = { warn: (about: unknown) => void warnings.push(about) };
  const issuer_sm3 = certificateFingerprint(authority.certificate);
  const client = makeRevocationClient({ ports: httpPorts([{ issuer_sm3, ...source }], timeoutMs), clock: now, log });
  return { ...client, warnings };
}

const bodyOf = async (request: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
};

test('a list is fetched once, asked again after ten minutes, and kept as long as it says when that fails', async (t) => {
  let isDown = false;
  const { url, asked, close } = await serve((_, response) => void response.writeHead(isDown ? 503 : 200).end(crl));
  t.teardown(close);
  let now = AT;
  const { lists, warnings } = clientOf({ crl: url }, () => now);
  const both = await Promise.all([lists(), lists()]);
  t.deepEqual(
    both.map(({ crls }) => crls.length),
    [1, 1],
  );
  await lists();
  t.is(asked(), 1);
  isDown = true;
  now = new Date(AT.getTime() + 3_600_000);
  t.is((await lists()).crls.length, 1);
  t.is(asked(), 2);
  t.is(warnings.length, 1);
  now = new Date(AT.getTime() + 8 * 86_400_000);
  t.is((await lists()).crls.length, 0, 'it has ended');
});

test('collect asks the responder of each issuer that has one, else for its list; of others nothing is had', async (t) => {
  const { url, close } = await serve(async (request, response) => {
    const { ids, nonce } = parseOcspRequest(await bodyOf(request));
    t.is(ids[0]!.serial, signer.certificate.serial);
    response.end(await responseOf(signer.certificate, authority, responder, {}, { nonce }));
  });
  const plain = await serve((_, response) => void response.end(crl));
  t.teardown(close);
  t.teardown(plain.close);
  const byOcsp = await clientOf({ ocsp: url, crl: plain.url }).collect(chain, AT);
  t.is(checkRevocation(signer.certificate, authority.certificate, byOcsp, AT, AT).status, 'good');
  t.deepEqual([byOcsp.crls.length, byOcsp.ocspResponses.length, plain.asked()], [0, 1, 0]);
  const byList = await clientOf({ crl: plain.url }).collect(chain, AT);
  t.deepEqual([byList.crls.length, byList.ocspResponses.length], [1, 0]);
});

test('a responder that answers another nonce, nonsense or a refusal is passed over for the list', async (t) => {
  const plain = await serve((_, response) => void response.end(crl));
  t.teardown(plain.close);
  const earlier = await responseOf(signer.certificate, authority, responder, {}, { nonce: Uint8Array.of(1, 2, 3) });
  for (const answer of [earlier, Uint8Array.of(1), encodeOcspFailure('tryLater')]) {
    const { url, close } = await serve((_, response) => void response.end(answer));
    const found = await clientOf({ ocsp: url, crl: plain.url }).collect(chain, AT);
    t.deepEqual([found.crls.length, found.ocspResponses.length], [1, 0]);
    close();
  }
});

test('silence, redirects, other statuses, nonsense and too much are missing evidence, never an exception', async (t) => {
  const elsewhere = await serve((_, response) => void response.end(crl));
  t.teardown(elsewhere.close);
  const faults: readonly RequestListener[] = [
    () => undefined,
    (_, response) => void response.writeHead(302, { Location: elsewhere.url }).end(),
    (_, response) => void response.writeHead(404).end(crl),
    (_, response) => void response.end('no list'),
    (_, response) => void response.end(Buffer.alloc(9 * 1024 * 1024)),
    (request) => void request.socket.destroy(),
  ];
  await Promise.all(
    faults.map(async (fault) => {
      const { url, close } = await serve(fault);
      const { lists, warnings } = clientOf({ crl: url }, () => AT, 500);
      t.deepEqual(await lists(), { crls: [], ocspResponses: [] });
      t.is(warnings.length, 1);
      close();
    }),
  );
  t.is(elsewhere.asked(), 0);
});
