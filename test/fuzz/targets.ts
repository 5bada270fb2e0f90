// What the fuzzing feeds: the readers that meet bytes of strangers. A reader may refuse by code; anything else is a find.
import { parseDer } from '../../common/asn1/der.ts';
import { isTrustError } from '../../common/errors.ts';
import { parseCertificate } from '../../common/pki/certificate.ts';
import { parseCertificateList } from '../../common/pki/certificate-list.ts';
import { parseOcspRequest } from '../../common/pki/ocsp-request.ts';
import { parseOcspResponse } from '../../common/pki/ocsp-response.ts';
import { parsePkcs10 } from '../../common/pki/pkcs10.ts';
import { parseForeignSignedData, parseSignedData } from '../../common/pki/read-signed-data.ts';
import { parseTimeStampToken } from '../../common/pki/time-stamp.ts';
import { parseTimeStampRequest } from '../../common/pki/time-stamp-protocol.ts';
import { verifyDetached, verifySealFile } from '../../seal/flow/verify-detached.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import type { SealAppearance } from '../../seal/pdf/appearance.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { findChangesAfter } from '../../seal/pdf/changes-after-sealing.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { countPages, findPage } from '../../seal/pdf/page.ts';
import { makeSealingUpdate } from '../../seal/pdf/sealing-update.ts';
import { dict } from '../../seal/pdf/value.ts';
import { decodeSignature } from '../../seal/ses/signature-codec.ts';

export const TARGETS = ['der', 'pdf'] as const;
export type Target = (typeof TARGETS)[number];

const NOW = new Date('2026-06-01T00:00:00Z');
const QUESTION = { trust: null, now: NOW };
const PIXELS = { header: dict([]), stream: new Uint8Array(8) };
const APPEARANCE: SealAppearance = { widthMm: 20, heightMm: 20, color: PIXELS, mask: PIXELS };
const LAYOUT = { appearance: APPEARANCE, contentsBytes: 100, time: NOW, signerName: 'x' };

type Reader = (bytes: Uint8Array) => unknown;

const DER_READERS: readonly Reader[] = [
  parseDer,
  parseCertificate,
  parseCertificateList,
  parseOcspRequest,
  parseOcspResponse,
  parsePkcs10,
  parseSignedData,
  parseForeignSignedData,
  parseTimeStampToken,
  parseTimeStampRequest,
  decodeSignature,
  (der) => verifySealFile(der, QUESTION),
  (der) => verifyDetached(der, { size: 0, digest: new Uint8Array(32), digestBy: () => new Uint8Array(32) }, QUESTION),
];

const PDF_READERS: readonly Reader[] = [
  (pdf) => verifyDocument(memorySource(pdf), QUESTION),
  (pdf) => {
    const document = openDocument(memorySource(pdf));
    findPage(document, countPages(document));
  },
  (pdf) => findChangesAfter(openDocument(memorySource(pdf)), pdf.length >> 1, new Map()),
  ...['1', 'all'].map(
    (pages): Reader =>
      (pdf) =>
        makeSealingUpdate(openDocument(memorySource(pdf)), { ...LAYOUT, placement: { pages, withDate: true } }),
  ),
];

const READERS: Readonly<Record<Target, readonly Reader[]>> = { der: DER_READERS, pdf: PDF_READERS };

/** Feeds every reader of the target; the first fault that is no problem code, or null. */
export function feed(target: Target, bytes: Uint8Array): string | null {
  for (const read of READERS[target]) {
    try {
      read(bytes);
    } catch (error) {
      if (!isTrustError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  }
  return null;
}
