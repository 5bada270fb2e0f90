import test from 'ava';
import fc from 'fast-check';
import { parseDer } from '../../common/asn1/der.ts';
import { readOctetString } from '../../common/asn1/der-read.ts';
import { derOctetString } from '../../common/asn1/der-write.ts';
import { concatBytes } from '../../common/bytes.ts';
import { type SignatureReport, type VerificationReport, verificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import { OID } from '../../common/pki/oids.ts';
import { findAttribute, parseSignedData } from '../../common/pki/read-signed-data.ts';
import { type Attribute, assembleSignedData, makeSignedData } from '../../common/pki/signed-data.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from '../../seal/domain/seal-attributes.ts';
import { makeContainer } from '../../seal/flow/make-container.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { makeSealingUpdate } from '../../seal/pdf/sealing-update.ts';
import { serialize } from '../../seal/pdf/serialize.ts';
import { fillContents } from '../../seal/pdf/signature-dictionary.ts';
import { ref, withEntries } from '../../seal/pdf/value.ts';
import { makeSignature } from '../../seal/ses/make-signature.ts';
import { AT, issue, issueAuthority, makeTestPki, sameTrust } from '../_harness/pki.ts';
import { appendUpdate, handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, find, flip, makePdf, makeTestSeal, party, pki, seal, sealBytes, verifyBytes } from './world.ts';

const sealed = await sealBytes(await makePdf());
const twice = await sealBytes(sealed, { at: { xMm: 5, yMm: 5 } });
const verdict = ({ indication, sub_indication: sub }: VerificationReport | SignatureReport) =>
  sub ? `${indication} ${sub}` : indication;
const failed = (report: VerificationReport, at = 0) =>
  report.signatures[at]!.steps.filter((step) => step.status === 'failed').map((step) => step.name);

test('EN 319 102-1: an untouched sealed document is TOTAL-PASSED, all five facts passed', (t) => {
  const report = verifyBytes(sealed);
  t.notThrows(() => verificationReport.parse(report));
  t.is(verdict(report), 'TOTAL-PASSED');
  const [signature] = report.signatures;
  for (const fact of ['integrity', 'cryptography', 'certificate_trust', 'seal_status', 'time'] as const) {
    t.is(signature![fact].status, 'passed', fact);
  }
  t.is(signature!.container, 'dual');
  t.is(signature!.signing_time, AT.toISOString());
  t.is(signature!.seal?.esID, '36010000000001');
  t.snapshot(signature!.steps.map(({ name, clause, status }) => `${name} | ${clause} | ${status}`));
});

test('EN 319 102-1: a changed byte inside the ByteRange is TOTAL-FAILED HASH_FAILURE', (t) => {
  const report = verifyBytes(flip(sealed, find(sealed, 'stream\n') + 9));
  t.is(verdict(report), 'TOTAL-FAILED HASH_FAILURE');
  t.is(report.signatures[0]!.integrity.status, 'failed');
  t.is(report.signatures[0]!.cryptography.status, 'passed');
  t.deepEqual(failed(report), ['cms-message-digest', 'document-digest']);
});

test('ISO 32000: changed padding in /Contents is FORMAT_FAILURE', (t) => {
  const last = find(sealed, '>>\nendobj', find(sealed, '/Contents <')) - 2;
  const padded = Uint8Array.from(sealed);
  // Two signatures of the greatest length leave no padding; then this is the last digit of a signature value.
  padded[last] = padded[last] === 0x30 ? 0x31 : 0x30;
  t.regex(verdict(verifyBytes(padded)), /TOTAL-FAILED (FORMAT_FAILURE|SIG_CRYPTO_FAILURE)/);
});

test('ISO 32000: padding of many zeros is accepted, one byte other than zero in it is not', async (t) => {
  const document = await handSealed({ room: 60_000 });
  t.is(verdict(verifyBytes(document)), 'TOTAL-PASSED');
  const end = find(document, '>>\nendobj', find(document, '/Contents <'));
  for (const back of [2, 100]) t.is(verdict(verifyBytes(flip(document, end - back))), 'TOTAL-FAILED FORMAT_FAILURE');
});

test('ISO 32000: white space and other characters in /Contents are FORMAT_FAILURE', (t) => {
  const at = find(sealed, '/Contents <') + 11;
  for (const byte of [0x20, 0x0a]) {
    const changed = Uint8Array.from(sealed);
    changed[at] = byte;
    t.is(verdict(verifyBytes(changed)), 'TOTAL-FAILED FORMAT_FAILURE');
  }
});

test('ISO 32000: a byte range that is shifted, shortened or begins later is FORMAT_FAILURE', (t) => {
  const [, start, end, tail] = verifyBytes(sealed).signatures[0]!.byte_range!;
  const was = find(sealed, '/ByteRange [') + 12;
  for (const [range, said] of [
    [[0, start - 1, end, tail], /other bytes than/],
    [[0, start, end + 1, tail - 1], /other bytes than/],
    [[1, start - 1, end, tail], /begins at byte 1/],
    [[0, start, end, tail + 1], /leaves the file/],
    [[0, end, start, tail], /no gap/],
  ] as const) {
    const changed = Uint8Array.from(sealed);
    const slots = range.map(String);
    changed.set(
      ascii(
        `${slots[0]} ${slots
          .slice(1)
          .map((text) => text.padEnd(12))
          .join(' ')}`,
      ),
      was,
    );
    const report = verifyBytes(changed);
    t.is(verdict(report), 'TOTAL-FAILED FORMAT_FAILURE');
    t.regex(report.summary, said);
  }
});

test('ISO 32000: a byte range that leaves the end of the revision out does not pass', (t) => {
  const [, start, end, tail] = verifyBytes(sealed).signatures[0]!.byte_range!;
  const changed = Uint8Array.from(sealed);
  changed.set(
    ascii(`0 ${[start, end, tail - 20].map((value) => String(value).padEnd(12)).join(' ')}`),
    find(sealed, '/ByteRange [') + 12,
  );
  t.is(verdict(verifyBytes(changed)), 'TOTAL-FAILED HASH_FAILURE');
});

test('ISO 32000: bytes appended behind the last revision do not pass', (t) => {
  const report = verifyBytes(concatBytes(sealed, ascii('% nothing but a remark\n')));
  t.is(verdict(report), 'TOTAL-FAILED SIG_CONSTRAINTS_FAILURE');
  t.regex(report.changes_after_sealing[0]!, /23 bytes follow the signed revision/);
});

const updates: Readonly<Record<string, [Record<number, string>, RegExp | null]>> = {
  'a page replaced': [{ 3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>' }, /Object 3 was replaced/],
  'an object that nothing refers to': [{ 99: '<< /New true >>' }, /added behind every signature/],
  'the catalogue given an action': [
    { 1: '<< /Type /Catalog /Pages 2 0 R /OpenAction 99 0 R >>' },
    /Object 1 was replaced/,
  ],
};
for (const [what, [objects, said]] of Object.entries(updates)) {
  test(`ISO 32000: an update after sealing, ${what}, is told from a further signature`, (t) => {
    const startxref = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(Buffer.from(sealed.subarray(-60)).toString('latin1'))![1];
    const root = /\/Root (\d+ 0 R)/.exec(Buffer.from(sealed).toString('latin1'))![1]!;
    const trailer = `/Size 100 /Root ${root} /Prev ${startxref}`;
    const catalogue = openDocument(memorySource(sealed)).catalogue;
    const changed = serialize(withEntries(catalogue, { OpenAction: ref(99) }));
    const written = 0 in objects ? { [Number.parseInt(root, 10)]: changed } : objects;
    const report = verifyBytes(appendUpdate(sealed, written, trailer));
    t.is(report.indication, said ? 'TOTAL-FAILED' : 'TOTAL-PASSED', report.summary);
    t.false(report.signatures[0]!.covers_whole_file);
    if (said) t.regex(report.changes_after_sealing.join(), said);
  });
}

test('ISO 32000: a change between two seals is held against the first, the second covers it', async (t) => {
  const startxref = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(Buffer.from(sealed.subarray(-60)).toString('latin1'))![1];
  const root = /\/Root (\d+ 0 R)/.exec(Buffer.from(sealed).toString('latin1'))![1];
  const info = /\/Info (\d+) 0 R/.exec(Buffer.from(sealed).toString('latin1'))![1]!;
  const changed = appendUpdate(
    sealed,
    { [info]: '<< /Title (another) >>' },
    `/Size 50 /Root ${root} /Info ${info} 0 R /Prev ${startxref}`,
  );
  const report = verifyBytes(await sealBytes(changed, { at: { xMm: 5, yMm: 5 } }));
  t.deepEqual(report.signatures.map(verdict), ['TOTAL-FAILED SIG_CONSTRAINTS_FAILURE', 'TOTAL-PASSED']);
  t.regex(report.changes_after_sealing.join(), /the document information/);
});

test('The first of two seals is judged by its revision: a byte changed behind it leaves its digest alone', (t) => {
  const report = verifyBytes(flip(twice, find(twice, '/Matrix', sealed.length) + 9));
  t.deepEqual(failed(report, 0), [], JSON.stringify(report.changes_after_sealing));
  t.is(verdict(report.signatures[1]!), 'TOTAL-FAILED HASH_FAILURE');
});

test('A document without signatures is INDETERMINATE NO_SIGNATURE_FOUND', async (t) => {
  t.is(verdict(verifyBytes(await makePdf())), 'INDETERMINATE NO_SIGNATURE_FOUND');
});

test('A document of more signatures than anybody gives is refused before any work is done', (t) => {
  const fields = Array.from({ length: 101 }, (_, i) => `<< /FT /Sig /T (S${i}) /V 5 0 R >>`).join(' ');
  const objects = plainObjects({
    1: `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [${fields}] /SigFlags 3 >> >>`,
    5: '<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>',
  });
  t.throws(() => verifyBytes(handMade({ objects })), { code: 'pdf-too-large' });
});

test('Without roots nothing is TOTAL-PASSED, and what was changed is TOTAL-FAILED all the same', (t) => {
  t.is(verdict(verifyBytes(sealed, null)), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  t.is(verdict(verifyBytes(flip(sealed, find(sealed, 'stream\n') + 9), null)), 'TOTAL-FAILED HASH_FAILURE');
});

test('RFC 5280: roots of somebody else make it INDETERMINATE', async (t) => {
  const other = await issueAuthority('别的根', null, 1);
  t.is(
    verdict(verifyBytes(sealed, sameTrust({ roots: [other.certificate], intermediates: [] }))),
    'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND',
  );
});

test('Authorities carried in the CMS suffice: the verifier brings the root alone', (t) => {
  t.is(verdict(verifyBytes(sealed, sameTrust({ roots: pki.chainTrust.roots, intermediates: [] }))), 'TOTAL-PASSED');
});

test('A claimed time in the future does not pass', (t) => {
  const early = verifyDocument(memorySource(sealed), { trust: pki.trust, now: new Date(AT.getTime() - 3_600_000) });
  t.is(verdict(early), 'TOTAL-FAILED SIG_CONSTRAINTS_FAILURE');
  t.is(early.signatures[0]!.time.status, 'failed');
});

/** A document sealed by hand: the container of `edit` in a /Contents of `room` bytes. */
async function handSealed(options: {
  readonly room?: number;
  readonly names?: { readonly filter: string; readonly subFilter: string };
  readonly edit?: (parts: ContainerParts) => Promise<Uint8Array>;
}): Promise<Uint8Array> {
  const pdf = await makePdf();
  const { names, room: contentsBytes = 60_000 } = options;
  const layout = { ...party, names, page: 1, placement: {}, contentsBytes, time: AT, signerName: 'x' };
  const update = makeSealingUpdate(openDocument(memorySource(pdf)), layout);
  const digest = sm3(pdf, update.appended.subarray(0, update.gap.start), update.appended.subarray(update.gap.end));
  const dual = await makeContainer(party, 'dual', { dataHash: digest, time: AT, sign: pki.signer.sign });
  fillContents(update, options.edit ? await options.edit({ digest, dual }) : dual);
  return concatBytes(pdf, update.appended);
}

type ContainerParts = { readonly digest: Uint8Array; readonly dual: Uint8Array };
const carried = { signerCert: pki.signer.certificate, certs: [pki.authority.certificate] };

/** The signed attributes of a dual container with other unsigned ones around them. */
function repack(dual: Uint8Array, unsignedAttributes: readonly Attribute[]): Uint8Array {
  const cms = parseSignedData(dual);
  return assembleSignedData({ ...carried, unsignedAttributes }, cms.signedAttributesRaw, cms.signature);
}

test('A seal stripped from the CMS is found: the signed digest of the seal remains', async (t) => {
  const report = verifyBytes(await handSealed({ edit: async ({ dual }) => repack(dual, []) }));
  t.is(verdict(report), 'TOTAL-FAILED SIG_CONSTRAINTS_FAILURE');
  t.regex(report.summary, /has been taken out/);
  t.is(report.signatures[0]!.seal_status.status, 'failed');
  t.is(report.signatures[0]!.cryptography.status, 'passed');
});

test('Another genuine seal put into the CMS is found', async (t) => {
  const other = await makeTestSeal('36010000000009');
  const edit = async ({ dual, digest }: ContainerParts) => {
    const order = {
      seal: other,
      signerCertificate: pki.signer.certificate,
      dataHash: digest,
      propertyInfo: 'PDF ByteRange',
      time: AT,
    };
    return repack(dual, [
      { oid: SES_SIGNATURE_ATTRIBUTE, values: [await makeSignature({ ...order, sign: pki.signer.sign })] },
    ]);
  };
  const report = verifyBytes(await handSealed({ edit }));
  t.is(verdict(report), 'TOTAL-FAILED SIG_CONSTRAINTS_FAILURE');
  t.deepEqual(failed(report), ['seal-binding']);
});

test('A genuine seal signature over another document is found', async (t) => {
  const edit = async ({ dual }: ContainerParts) => {
    const old = findAttribute(parseSignedData(contentsOf(sealed)).unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!;
    return repack(dual, [{ oid: SES_SIGNATURE_ATTRIBUTE, values: [old] }]);
  };
  const report = verifyBytes(await handSealed({ edit }));
  t.is(verdict(report), 'TOTAL-FAILED HASH_FAILURE');
  t.deepEqual(failed(report), ['document-digest']);
});

test('A seal by a signer whom it does not list is found', async (t) => {
  const other = await issue('36010000000007', pki.authority);
  const edit = async ({ digest, dual }: ContainerParts) => {
    const cms = parseSignedData(dual);
    const seals = findAttribute(cms.signedAttributes, SEAL_DIGEST_ATTRIBUTE)!;
    const own = findAttribute(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE)!;
    return makeSignedData({
      digest,
      signerCert: other.certificate,
      certs: [pki.authority.certificate],
      signedAttributes: [{ oid: SEAL_DIGEST_ATTRIBUTE, values: [derOctetString(readOctetString(parseDer(seals)))] }],
      unsignedAttributes: [{ oid: SES_SIGNATURE_ATTRIBUTE, values: [own] }],
      sign: other.sign,
    });
  };
  const report = verifyBytes(await handSealed({ edit }));
  t.is(verdict(report), 'TOTAL-FAILED SIG_CONSTRAINTS_FAILURE');
  t.regex(report.summary, /different certificates/);
});

test('A CMS signature without any seal passes as a signature, and the report says that there is no e-seal', async (t) => {
  const edit = ({ digest }: ContainerParts) => makeSignedData({ digest, ...carried, sign: pki.signer.sign });
  const report = verifyBytes(await handSealed({ edit }));
  t.is(verdict(report), 'TOTAL-PASSED');
  t.is(report.summary, 'The signature passed: the document is as it was signed. There is no e-seal in it.');
  t.is(report.signatures[0]!.container, 'cms');
  t.is(report.signatures[0]!.seal, null);
  t.is(report.signatures[0]!.seal_status.finding, 'There is no e-seal in it.');
  t.is(verdict(verifyBytes(await handSealed({ edit }), null)), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  const stranger = await makeTestPki();
  t.is(verdict(verifyBytes(await handSealed({ edit }), stranger.trust)), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  t.is(report.signatures[0]!.cryptography.status, 'passed');
});

test('GB/T 38540-2020: a bare SES_Signature in /Contents is judged as such', async (t) => {
  const edit = ({ digest }: ContainerParts) =>
    makeSignature({
      seal,
      signerCertificate: pki.signer.certificate,
      dataHash: digest,
      propertyInfo: 'PDF',
      time: AT,
      sign: pki.signer.sign,
    });
  const names = { filter: 'Gomain.GMPkiLite', subFilter: 'GM.sm2seal' };
  const report = verifyBytes(await handSealed({ edit, names }), pki.trust);
  t.is(verdict(report), 'TOTAL-PASSED', report.summary);
  t.is(report.signatures[0]!.container, 'ses');
  t.is(verdict(verifyBytes(await handSealed({ edit }))), 'TOTAL-FAILED FORMAT_FAILURE', 'under the name of a CMS');
});

test('RFC 5652: bytes that are neither CMS nor seal are FORMAT_FAILURE', async (t) => {
  const report = verifyBytes(await handSealed({ edit: async () => Uint8Array.of(0x30, 3, 2, 1, 5) }));
  t.is(verdict(report), 'TOTAL-FAILED FORMAT_FAILURE');
  t.is(report.signatures[0]!.seal_status.finding, 'Nothing could be judged.', 'whether there is a seal is not known');
});

test('RFC 5652: a signature by a key other than the certificate says is SIG_CRYPTO_FAILURE', async (t) => {
  const edit = ({ digest }: ContainerParts) => makeSignedData({ digest, ...carried, sign: pki.maker.sign });
  t.is(verdict(verifyBytes(await handSealed({ edit }))), 'TOTAL-FAILED SIG_CRYPTO_FAILURE');
});

test('Property: no byte inside the ByteRange can be changed without the verdict', (t) => {
  const [, gapStart, gapEnd] = verifyBytes(sealed).signatures[0]!.byte_range!;
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.nat(sealed.length - 1 - (gapEnd - gapStart)), fc.integer({ min: 1, max: 255 }), (nth, mask) => {
        try {
          const at = nth < gapStart ? nth : nth + (gapEnd - gapStart);
          return verifyBytes(flip(sealed, at, mask)).indication !== 'TOTAL-PASSED';
        } catch (error) {
          return isTrustError(error);
        }
      }),
      { numRuns: 150 },
    ),
  );
});

test('Property: a changed byte of /Contents either fails or changes nothing that is reported', (t) => {
  // Certificates that the CMS carries along are not signed, and hexadecimal digits have two cases.
  const [, gapStart, gapEnd] = verifyBytes(sealed).signatures[0]!.byte_range!;
  const said = JSON.stringify(verifyBytes(sealed).signatures);
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.integer({ min: gapStart, max: gapEnd - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        try {
          const report = verifyBytes(flip(sealed, at, mask));
          return report.indication !== 'TOTAL-PASSED' || JSON.stringify(report.signatures) === said;
        } catch (error) {
          return isTrustError(error);
        }
      }),
      { numRuns: 150 },
    ),
  );
});

test('Property: a sealed document that was cut off passes nowhere', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.nat(sealed.length - 2), (length) => {
        try {
          return verifyBytes(sealed.subarray(0, length)).indication !== 'TOTAL-PASSED';
        } catch (error) {
          return isTrustError(error);
        }
      }),
      { numRuns: 60 },
    ),
  );
});

test('The signed attributes are those of RFC 5652, RFC 5035 and one of ours', (t) => {
  const oids = parseSignedData(contentsOf(sealed)).signedAttributes.map(({ oid }) => oid);
  t.deepEqual(
    [...oids].sort(),
    [OID.contentType, OID.messageDigest, OID.signingCertificateV2, SEAL_DIGEST_ATTRIBUTE].sort(),
  );
});

/** DER in the /Contents of the first signature. */
function contentsOf(pdf: Uint8Array): Uint8Array {
  const start = find(pdf, '/Contents <') + 11;
  const hex = Buffer.from(pdf.subarray(start, find(pdf, '>', start))).toString('latin1');
  const bytes = Buffer.from(hex, 'hex');
  const length = 4 + bytes.readUInt16BE(2);
  return new Uint8Array(bytes.subarray(0, length));
}
