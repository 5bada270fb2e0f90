// What a document itself brings along for its judgement (DSS): certificates that help to find chains, and revocation evidence.
// Nothing of it is believed here; what cannot be read helps nobody and is left out.
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import type { PdfDocument } from '../pdf/document.ts';
import { readValidationData, type ValidationData } from '../pdf/validation-data.ts';
import { attempt } from './open-container.ts';

export type DocumentEvidence = Pick<ValidationData, 'crls' | 'ocspResponses'> & {
  readonly certificates: readonly Certificate[];
};

export const NO_DOCUMENT_EVIDENCE: DocumentEvidence = { certificates: [], crls: [], ocspResponses: [] };

/** More could not be searched through in time; a document of twenty seals has some dozens. */
const MAX_CERTIFICATES = 500;

export function readEvidence(document: PdfDocument): DocumentEvidence {
  const store = readValidationData(document);
  if (!store || store.fault !== null) return NO_DOCUMENT_EVIDENCE;
  const { certificates, crls, ocspResponses } = store.data;
  const parsed = certificates.slice(0, MAX_CERTIFICATES).flatMap((der) => {
    const certificate = attempt(() => parseCertificate(der));
    return typeof certificate === 'string' ? [] : [certificate];
  });
  return { certificates: parsed, crls, ocspResponses };
}
