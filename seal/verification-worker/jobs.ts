// What a thread of verification is asked, and the reports it gives. The question travels as bytes; certificates as DER.
// No network, no database, no file is opened here: a stranger's document is read by nothing that could reach anything.
import type { VerificationReport } from '../../common/contract/report.ts';
import { parseCertificate } from '../../common/pki/certificate.ts';
import type { Trust } from '../../common/pki/verify-chain.ts';
import type { ContainerSettings } from '../domain/container.ts';
import { verifyDetached, verifySealFile } from '../flow/verify-detached.ts';
import { verifyDocument } from '../flow/verify-document.ts';
import type { VerificationQuestion } from '../flow/verify-upload.ts';
import { memorySource } from '../pdf/byte-source.ts';

/** The trusted certificates as they cross to a thread. */
export type TrustBytes = { readonly roots: readonly Uint8Array[]; readonly intermediates: readonly Uint8Array[] };

export function trustBytes({ roots, intermediates }: Trust): TrustBytes {
  return { roots: roots.map(({ raw }) => raw), intermediates: intermediates.map(({ raw }) => raw) };
}

export function readTrustBytes({ roots, intermediates }: TrustBytes): Trust {
  return { roots: roots.map(parseCertificate), intermediates: intermediates.map(parseCertificate) };
}

/** What every judgement of a thread has in common. */
export type VerificationMeans = { readonly trust: Trust; readonly containers?: ContainerSettings | undefined };

/** Judges one upload. Codes: those of `openDocument`, `seal-malformed`. */
export function answerQuestion(question: VerificationQuestion, means: VerificationMeans): VerificationReport {
  const { now } = question;
  switch (question.kind) {
    case 'document':
      return verifyDocument(memorySource(question.bytes), { ...means, now, password: question.password });
    case 'seal':
      return verifySealFile(question.bytes, { ...means, now });
    case 'detached': {
      const { signature, digest } = question;
      return verifyDetached(signature, { size: 0, digest, digestBy: () => digest }, { ...means, now });
    }
  }
}
