// Evidence in the document (DSS) and document time stamps: lawful additions behind a seal are imitated, loaded with more,
// taken out, or exchanged.
import { toHex } from '../../../common/bytes.ts';
import { withRevocation } from '../../../common/pki/trust-stores.ts';
import type { Level } from '../../../seal/domain/level.ts';
import { sealDocument } from '../../../seal/flow/seal-document.ts';
import { memorySource } from '../../../seal/pdf/byte-source.ts';
import { readValidationData } from '../../../seal/pdf/validation-data.ts';
import { dict, number, type PdfValue, ref } from '../../../seal/pdf/value.ts';
import { AT, listOf } from '../../_harness/pki.ts';
import { handMade, plainObjects } from '../pdf/hand-made.ts';
import { find, party, pki, sealBytes, signer, stamperOf, tsa } from '../world.ts';
import type { Attack, FailedStep } from './attack.ts';
import { FORM, look, OVERLAY, patch, sealed } from './base.ts';

const CHANGED: FailedStep = { step: 'changes-after-sealing', sub: 'SIG_CONSTRAINTS_FAILURE' };
const minutes = (count: number): Date => new Date(AT.getTime() + count * 60_000);
const NOW = minutes(60);
const week = { thisUpdate: minutes(-5), nextUpdate: minutes(60 * 24 * 7) };
const lists = (async () => [await listOf(pki.authority, [], week), await listOf(pki.root, [], week)])();

const kept = new Map<Level, Promise<Uint8Array>>();
/** FORM sealed at a level that keeps evidence. */
function preserved(level: Level): Promise<Uint8Array> {
  const make = async () => {
    const evidence = { collect: async () => ({ crls: await lists, ocspResponses: [] }) };
    const request = { source: memorySource(FORM), party, level, placement: { xMm: 120, yMm: 200 }, time: AT };
    const means = { signer, stamper: stamperOf(tsa), validation: { evidence, trust: pki.trust } };
    return new Uint8Array(Buffer.concat([FORM, (await sealDocument(means, request)).appended]));
  };
  if (!kept.has(level)) kept.set(level, make());
  return kept.get(level)!;
}

const stream = (bytes: Uint8Array, more = ''): string =>
  `<< /Length ${bytes.length}${more} >>\nstream\n${Buffer.from(bytes).toString('latin1')}\nendstream`;
const CERTIFICATE = stream(pki.authority.certificate.raw);

type Update = (seen: ReturnType<typeof look>) => Readonly<Record<number, string>>;

/** A DSS of 150 put behind a plain seal. */
const added = (
  name: string,
  dss: string,
  more: Update = () => ({}),
  entries: Record<string, PdfValue> = {},
): Attack => ({
  name,
  family: 'evidence',
  claim: 'Only evidence was added',
  found: CHANGED,
  make: async () => {
    const seen = look(await sealed());
    const catalogue = seen.catalogueWith({ DSS: ref(150), ...entries });
    return seen.append({ [seen.root.num]: catalogue, 150: dss, 151: CERTIFICATE, ...more(seen) });
  },
});

const DSS = '<< /Type /DSS /Certs [151 0 R] >>';

/** The first stream of the DSS in a document. */
function evidenceStream(pdf: Uint8Array): number {
  const numbers = [...readValidationData(look(pdf).document)!.streams];
  return numbers[0]!;
}

export const EVIDENCE: readonly Attack[] = [
  added('a DSS that holds an action', '<< /Type /DSS /Certs [151 0 R] /OpenAction 152 0 R >>', () => ({
    152: '<< /S /JavaScript /JS (1) >>',
  })),
  added('a DSS that lists the page', '<< /Type /DSS /Certs [4 0 R] >>'),
  added('a DSS whose list is the page tree', '<< /Type /DSS /Certs 2 0 R >>'),
  added('a DSS with a picture among its certificates', '<< /Type /DSS /Certs [152 0 R] >>', () => ({ 152: OVERLAY })),
  added('a DSS with a certificate that is a form as well', '<< /Type /DSS /Certs [152 0 R] >>', () => ({
    152: stream(pki.authority.certificate.raw, ' /Type /XObject /Subtype /Form /BBox [0 0 595 842]'),
  })),
  added(
    'a VRI entry that holds more than evidence',
    `<< /Type /DSS /VRI << /${'A'.repeat(40)} << /AP 152 0 R >> >> >>`,
    () => ({
      152: OVERLAY,
    }),
  ),
  added('a VRI entry of another name', '<< /Type /DSS /VRI << /Page 3 0 R >> >>'),
  added('a DSS, and page contents replaced beside it', DSS, () => ({
    4: '<< /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream',
  })),
  added('a DSS, and an action on opening beside it', DSS, () => ({ 152: '<< /S /JavaScript /JS (1) >>' }), {
    OpenAction: ref(152),
  }),
  added('a DSS, and developer extensions that lead elsewhere', DSS, () => ({ 152: '<< /Launch true >>' }), {
    Extensions: dict([['ESIC', ref(152)]]),
  }),
  added('a DSS, and another page layout beside it', DSS, () => ({}), { PageMode: number(1) }),
  {
    name: 'a reference to nothing filled with a certificate of a DSS',
    family: 'evidence',
    claim: 'Only evidence was added',
    found: CHANGED,
    make: async () => {
      const objects = plainObjects({ 3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 77 0 R] >>' });
      const seen = look(await sealBytes(handMade({ objects })));
      return seen.append({
        [seen.root.num]: seen.catalogueWith({ DSS: ref(150) }),
        150: '<< /Type /DSS /Certs [77 0 R] >>',
        77: CERTIFICATE,
      });
    },
  },
  {
    name: 'the evidence taken out of a document that is sealed again',
    family: 'evidence',
    claim: 'There was never any evidence',
    found: CHANGED,
    now: NOW,
    make: async () => {
      const sealedTwice = await sealBytes(await preserved('LT'), { at: { xMm: 5, yMm: 5 }, time: minutes(2) });
      const seen = look(sealedTwice);
      return seen.append({ [seen.root.num]: seen.catalogueWith({ DSS: null }) });
    },
  },
  {
    name: 'a list in the evidence exchanged for another one, behind a second seal',
    family: 'evidence',
    claim: 'The evidence is what it was when the second seal was put on',
    found: { ...CHANGED, at: 1 },
    now: NOW,
    make: async () => {
      const sealedTwice = await sealBytes(await preserved('LT'), { at: { xMm: 5, yMm: 5 }, time: minutes(2) });
      return look(sealedTwice).append({ [evidenceStream(sealedTwice)]: stream(pki.root.certificate.raw) });
    },
    says: /was replaced/,
  },
  {
    name: 'a document time stamp over another document',
    family: 'evidence',
    claim: 'The document existed at that time',
    found: { step: 'document-time-stamp-imprint', sub: 'HASH_FAILURE', at: 1 },
    now: NOW,
    make: async () => {
      const pdf = await preserved('LTA');
      const at = find(pdf, '/Contents <');
      const second = find(pdf, '/Contents <', at + 20) + '/Contents <'.length;
      const length = find(pdf, '>', second) - second;
      const token = await stamperOf(tsa).stamp(new Uint8Array(8));
      return patch(pdf, second, length, toHex(token), '0');
    },
  },
  {
    name: 'a byte in front of the document time stamp changed',
    family: 'evidence',
    claim: 'The evidence is what was stamped',
    found: { step: 'document-time-stamp-imprint', sub: 'HASH_FAILURE', at: 1 },
    now: NOW,
    make: async () => {
      const pdf = Uint8Array.from(await preserved('LTA'));
      const at = find(pdf, '0 0 m 9 9 l');
      pdf[at] = 0x31;
      return pdf;
    },
  },
  {
    name: 'a good list in the document, a revoking one at hand',
    family: 'evidence',
    claim: 'The document proves that nobody was revoked',
    found: { step: 'signer-certificate-revocation', sub: 'REVOKED' },
    now: NOW,
    make: () => preserved('LTA'),
    trust: async () => {
      const entry = { serial: pki.signer.certificate.serial, at: minutes(-30), reason: 'key-compromise' as const };
      const fresh = { thisUpdate: minutes(30), nextUpdate: minutes(60 * 24) };
      const evidence = { crls: [await listOf(pki.authority, [entry], fresh)], ocspResponses: [] };
      return withRevocation(pki.trust, { evidence, isRequired: true, now: NOW });
    },
  },
];
