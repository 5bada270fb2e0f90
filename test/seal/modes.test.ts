// The three containers: what each carries, what each says of itself, and what none of them lets pass.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { concatBytes, toHex } from '../../common/bytes.ts';
import { makeSealClient } from '../../common/client/seal-client.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { OID } from '../../common/pki/oids.ts';
import { findAttribute, parseSignedData } from '../../common/pki/read-signed-data.ts';
import { assembleSignedData } from '../../common/pki/signed-data.ts';
import { type ContainerMode, DEFAULT_CONTAINERS } from '../../seal/domain/container.ts';
import { containersOf, readContainers } from '../../seal/domain/container-settings.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from '../../seal/domain/seal-attributes.ts';
import { makeContainer } from '../../seal/flow/make-container.ts';
import { openContainer } from '../../seal/flow/open-container.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { prepareParty } from '../../seal/flow/sealing-party.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { checkByteRange } from '../../seal/pdf/byte-range.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';
import { decodeSignature, encodeSignature } from '../../seal/ses/signature-codec.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { ES_ID, startRoom } from './room.ts';
import { find, makePdf, party, pki, say, seal, signer, stamperOf, tsa, verifyBytes, withFile } from './world.ts';

const run = promisify(execFile);
const pdf = await makePdf();
const stamper = stamperOf(tsa, { time: new Date(AT.getTime() + 60_000) });
const verdict = ({ indication, sub_indication: sub }: VerificationReport | SignatureReport) =>
  sub ? `${indication} ${sub}` : indication;
const failed = (report: VerificationReport) =>
  report.signatures[0]!.steps.filter(({ status }) => status === 'failed').map(({ name }) => name);

async function sealIn(mode: ContainerMode, isStamped = false, by = party): Promise<Uint8Array> {
  const request = { source: memorySource(pdf), party: by, mode, placement: {}, time: AT };
  return concatBytes(pdf, (await sealDocument({ signer, stamper: isStamped ? stamper : null }, request)).appended);
}

function contentsOf(document: Uint8Array): Uint8Array {
  const opened = openDocument(memorySource(document));
  const finding = checkByteRange(opened, listSignatureFields(opened)[0]!.dict);
  if (!('signed' in finding)) throw new Error(finding.fault);
  return finding.signed.contents;
}

/** Another DER in the same gap. */
function withContents(document: Uint8Array, der: Uint8Array): Uint8Array {
  const at = find(document, '/Contents <') + '/Contents <'.length;
  const end = find(document, '>', at);
  const copy = Uint8Array.from(document);
  copy.set(Buffer.from(toHex(der).padEnd(end - at, '0'), 'latin1'), at);
  return copy;
}

const bare = { dual: await sealIn('dual'), ses: await sealIn('ses'), cms: await sealIn('cms') };
const stamped = { dual: await sealIn('dual', true), ses: await sealIn('ses', true), cms: await sealIn('cms', true) };

test('Each mode writes its names and its structure, and says what it is', (t) => {
  const NAMES = { dual: 'ETSI.CAdES.detached', ses: 'GM.sm2seal', cms: 'ETSI.CAdES.detached' } as const;
  for (const mode of ['dual', 'ses', 'cms'] as const) {
    const report = verifyBytes(bare[mode]);
    t.is(report.signatures[0]?.container, mode);
    t.truthy(find(bare[mode], `/SubFilter /${NAMES[mode]}`));
    t.is(verdict(report), 'TOTAL-PASSED');
    t.is(report.signatures[0]?.seal?.esID ?? null, mode === 'cms' ? null : seal.content.esID);
  }
  t.truthy(find(bare.ses, '/Filter /Gomain.GMPkiLite'));
  t.regex(verifyBytes(bare.cms).signatures[0]!.seal_status.finding, /no e-seal in it/);
  const sizes = [bare.cms, bare.ses, bare.dual].map(({ length }) => length);
  t.deepEqual(
    sizes,
    sizes.toSorted((a, b) => a - b),
  );
});

test('GB/T 38540-2020: at level T the token of a bare SES_Signature stands in timeStamp [0], over its value', (t) => {
  const { timeStamp } = decodeSignature(contentsOf(stamped.ses));
  t.truthy(timeStamp);
  for (const mode of ['dual', 'ses', 'cms'] as const) {
    const [signature] = verifyBytes(stamped[mode]).signatures;
    t.is(signature?.time_source, 'time_stamp', mode);
    t.is(signature?.signing_time, '2026-06-01T08:01:00.000Z');
  }
  t.is(
    decodeSignature(
      findAttribute(parseSignedData(contentsOf(stamped.dual)).unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!,
    ).timeStamp,
    null,
  );
});

test('GB/T 38540-2020: a bare SES_Signature with a changed document, value, seal or token does not pass', async (t) => {
  const plain = decodeSignature(contentsOf(stamped.ses));
  const wrongToken = await stamper.stamp(plain.tbsRaw);
  const changes: readonly (readonly [Uint8Array, string])[] = [
    [stamped.ses.with(20, stamped.ses[20]! ^ 1), 'document-digest'],
    [
      withContents(
        stamped.ses,
        encodeSignature({ ...plain, signature: plain.signature.with(10, plain.signature[10]! ^ 1) }),
      ),
      'signature-value',
    ],
    [withContents(stamped.ses, encodeSignature({ ...plain, timeStamp: wrongToken })), 'ses-time-stamp-imprint'],
    [
      withContents(stamped.ses, encodeSignature({ ...plain, signerCertificate: pki.maker.certificate })),
      'signature-value',
    ],
  ];
  for (const [document, step] of changes) {
    const report = verifyBytes(document);
    t.is(report.indication, 'TOTAL-FAILED', step);
    t.true(failed(report).includes(step), `${step}: ${failed(report)}`);
  }
});

test('A seal taken out of its CMS, or a CMS where a seal is named, is a failure by the names that are signed', async (t) => {
  const cms = parseSignedData(contentsOf(bare.dual));
  const ses = findAttribute(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!;
  const order = { signerCert: cms.signerCertificate!, certs: cms.certificates };
  const stripped = assembleSignedData(order, cms.signedAttributesRaw, cms.signature);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [withContents(bare.dual, ses), 'container'],
    [withContents(bare.dual, stripped), 'seal-binding'],
    [withContents(bare.ses, await remade('cms')), 'container'],
  ];
  for (const [document, step] of cases) {
    const report = verifyBytes(document);
    t.is(report.indication, 'TOTAL-FAILED');
    t.true(failed(report).includes(step), `${failed(report)}`);
  }
});

/** A container of another mode over the bytes of `bare.ses`, as someone with the key would make it. */
function remade(mode: ContainerMode): Promise<Uint8Array> {
  const { dataHash } = decodeSignature(contentsOf(bare.ses));
  return makeContainer(party, mode, { dataHash, time: AT, sign: pki.signer.sign });
}

test('Names and attributes follow the setting; verification knows the default ones and those set, and no others', async (t) => {
  const containers = readContainers({
    XINJI_SEAL_CMS_NAMES: 'GM.PKILite/Example.cms',
    XINJI_SEAL_SES_NAMES: 'Example/Example.ses',
    XINJI_SEAL_ATTRIBUTES: '1.2.156.10001.2, 1.2.156.10001.3',
  });
  t.deepEqual(readContainers({}), DEFAULT_CONTAINERS);
  const own = await prepareParty({
    seal: seal.raw,
    signerCertificate: pki.signer.certificate,
    chain: [pki.authority.certificate],
    keyRef: 'signer-1',
    now: AT,
    containers,
  });
  const ask = (document: Uint8Array, known = containers) =>
    verdict(verifyDocument(memorySource(document), { trust: pki.trust, now: AT, containers: known }));
  const dual = await sealIn('dual', true, own);
  t.truthy(find(dual, '/Filter /GM.PKILite /SubFilter /Example.cms'));
  t.truthy(findAttribute(parseSignedData(contentsOf(dual)).signedAttributes, '1.2.156.10001.2'));
  t.is(ask(dual), 'TOTAL-PASSED');
  t.is(ask(await sealIn('ses', false, own)), 'TOTAL-PASSED');
  t.is(ask(bare.dual), 'TOTAL-PASSED');
  t.is(ask(bare.ses), 'TOTAL-PASSED');
  t.is(ask(dual, DEFAULT_CONTAINERS), 'INDETERMINATE GENERIC', 'a name that nobody set is not judged');
  const attributesOnly = containersOf({
    cmsNames: DEFAULT_CONTAINERS.cms,
    sesNames: DEFAULT_CONTAINERS.ses,
    sealAttributes: containers.attributes,
  });
  const hidden = await sealIn('dual', false, { ...own, containers: attributesOnly });
  t.is(ask(hidden), 'TOTAL-PASSED');
  const unknown = verifyDocument(memorySource(hidden), { trust: pki.trust, now: AT }).signatures[0]!;
  t.deepEqual([unknown.container, unknown.seal], ['cms', null], 'attributes that nobody set are no seal');
  for (const [name, value] of [
    ['XINJI_SEAL_CMS_NAMES', 'Adobe.PPKLite'],
    ['XINJI_SEAL_SES_NAMES', 'a b/c'],
    ['XINJI_SEAL_ATTRIBUTES', '1.2.3.4'],
    ['XINJI_SEAL_ATTRIBUTES', '1.2.3.4,1.2.3.4'],
    ['XINJI_SEAL_ATTRIBUTES', '1.2.840.113549.1.9.4,1.2.3.4'],
  ] as const) {
    t.throws(() => readContainers({ [name]: value }), { code: 'config-invalid' }, value);
  }
});

test('A seal under two known attributes at once is refused: nobody could say which is meant', async (t) => {
  const cms = parseSignedData(contentsOf(bare.dual));
  const ses = findAttribute(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!;
  const order = { signerCert: cms.signerCertificate!, certs: [] };
  const doubled = [...cms.unsignedAttributes, { oid: '1.2.156.10001.3', values: [ses] }];
  const der = assembleSignedData({ ...order, unsignedAttributes: doubled }, cms.signedAttributesRaw, cms.signature);
  const attributes = { sealDigest: SEAL_DIGEST_ATTRIBUTE, sesSignature: '1.2.156.10001.3' };
  const opened = openContainer(der, null, { ...DEFAULT_CONTAINERS, attributes });
  t.is(opened.kind, 'cms');
  t.regex(opened.steps[0]!.finding, /two attributes say the same/);
  t.is(openContainer(der, null, DEFAULT_CONTAINERS).kind, 'dual');
});

judge(
  test,
  'qpdf',
  'pdfsig',
)('qpdf finds every mode clean, and pdfsig the whole document signed', async (t) => {
  for (const mode of ['dual', 'ses', 'cms'] as const) {
    t.regex(await say('qpdf', stamped[mode], '--check'), /No syntax or stream encoding errors/);
    t.regex(await say('pdfsig', stamped[mode]), /Total document signed/, mode);
  }
});

judge(test, 'openssl')('openssl reads the bare SES_Signature: five elements, the last under [0]', async (t) => {
  await withFile(contentsOf(stamped.ses), async (path, folder) => {
    const { stdout } = await run('openssl', ['asn1parse', '-inform', 'DER', '-in', path], { maxBuffer: 1 << 24 });
    const top = stdout.split('\n').filter((line) => /d=1 /.test(line));
    t.is(top.length, 5);
    t.regex(top[4]!, /cont \[ 0 \]/);
    const token = decodeSignature(contentsOf(stamped.ses)).timeStamp!;
    await writeFile(join(folder, 'token.der'), token);
    const args = ['ts', '-reply', '-token_in', '-in', join(folder, 'token.der'), '-token_out', '-text'];
    t.regex((await run('openssl', args)).stdout, /Hash Algorithm: sm3/);
  });
});

test('The room seals in the mode that is asked, and says it in the usage log', async (t) => {
  const room = await startRoom();
  try {
    const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
    for (const mode of ['ses', 'cms'] as const) {
      const { pdf: sealed } = await client.seal(pdf, { seal: ES_ID, mode }, `mode-${mode}-act`);
      const report = await client.verify(sealed);
      t.is(report.signatures[0]?.container, mode);
      t.is(report.signatures[0]?.time_source, 'time_stamp');
    }
    t.is(room.signatures(), 2, 'one signature each');
    const rows = await room.db('seal.audit_entries').select('detail').orderBy('number');
    t.deepEqual(
      rows.map(({ detail }) => detail.mode),
      ['ses', 'cms'],
    );
    await t.throwsAsync(client.seal(pdf, { seal: ES_ID, mode: 'xades' as 'cms' }, 'mode-wrong-act'), {
      code: 'invalid-request',
    });
  } finally {
    await room.close();
  }
});

test('RFC 5652: a plain CMS has the three attributes that are always there, and a token beside its value', (t) => {
  const cms = parseSignedData(contentsOf(stamped.cms));
  t.deepEqual(
    cms.signedAttributes.map(({ oid }) => oid).toSorted(),
    [OID.contentType, OID.messageDigest, OID.signingCertificateV2].toSorted(),
  );
  t.deepEqual(
    cms.unsignedAttributes.map(({ oid }) => oid),
    [OID.signatureTimeStamp],
  );
});
