// What a thread of verification is asked, and the reports it gives. The question travels as bytes; certificates as DER.
// No network, no database, no file is opened here: a stranger's document is read by nothing that could reach anything.
import type { VerificationReport } from '../../common/contract/report.ts';
import { makeForeignHash } from '../../common/crypto/foreign-signature.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type TrustStores, withRevocation } from '../../common/pki/trust-stores.ts';
import type { ContainerSettings } from '../domain/container.ts';
import { describeShown } from '../flow/describe-shown.ts';
import { verifyDetached, verifySealFile } from '../flow/verify-detached.ts';
import { verifyDocument } from '../flow/verify-document.ts';
import type { VerificationQuestion } from '../flow/verify-upload.ts';
import { memorySource } from '../pdf/byte-source.ts';
import { openDocument } from '../pdf/document.ts';

type DocumentQuestion = Extract<VerificationQuestion, { readonly kind: 'document' }>;

/** What every judgement of a thread has in common. */
export type VerificationMeans = { readonly trust: TrustStores; readonly containers?: ContainerSettings | undefined };

/** Judges one upload. Codes: those of `openDocument`, `seal-malformed`. */
export function answerQuestion(question: VerificationQuestion, given: VerificationMeans): VerificationReport {
  const { now, revocation } = question;
  const means = revocation ? { ...given, trust: withRevocation(given.trust, { ...revocation, now }) } : given;
  switch (question.kind) {
    case 'document':
      return judgeDocument(question, means);
    case 'seal':
      return verifySealFile(question.bytes, { ...means, now });
    case 'signed-file': {
      const { signature, bytes } = question;
      const digestBy = (oid: string) => digestOf(bytes, oid);
      return verifyDetached(signature, { size: bytes.length, digest: sm3(bytes), digestBy }, { ...means, now });
    }
    case 'detached': {
      const { signature, digest } = question;
      return verifyDetached(signature, { size: 0, digest, digestBy: () => digest }, { ...means, now });
    }
  }
}

function judgeDocument({ bytes, now, password }: DocumentQuestion, means: VerificationMeans): VerificationReport {
  const source = memorySource(bytes);
  const report = verifyDocument(source, { ...means, now, password });
  const shown = describeShown(openDocument(source, password));
  return shown ? { ...report, shown } : report;
}

function digestOf(bytes: Uint8Array, oid: string): Uint8Array | null {
  const hash = makeForeignHash(oid);
  return hash ? new Uint8Array(hash.update(bytes).digest()) : null;
}
