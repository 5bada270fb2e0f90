// Verification of what stands in no document: a seal by itself (.esl), and a detached signature beside its file or digest.
// The same checks and the same report as for documents; the signature is one entry, named "seal" or "detached".
import { toHex } from '../../common/bytes.ts';
import type { ReportFact, ReportStep, SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { concludeSteps } from '../../common/pki/conclude.ts';
import { NO_TRUST } from '../../common/pki/trust-stores.ts';
import type { Seal } from '../ses/seal.ts';
import { decodeSeal } from '../ses/seal-codec.ts';
import { verifySeal } from '../ses/verify-seal.ts';
import { describeSeal } from './signature-report.ts';
import { concludeReport, type DocumentQuestion } from './verify-document.ts';
import { verifyField } from './verify-field.ts';

const INDICATIONS = { passed: 'TOTAL-PASSED', failed: 'TOTAL-FAILED', indeterminate: 'INDETERMINATE' } as const;

/** Judges a SESeal at the time `now`. Code: `seal-malformed` for what cannot be read. */
export function verifySealFile(der: Uint8Array, { trust, now }: DocumentQuestion): VerificationReport {
  const seal = decodeSeal(der);
  const {
    steps,
    deviations,
    status,
    subIndication = null,
  } = verifySeal(seal, { trust: trust ?? NO_TRUST, at: now, now });
  const signature: SignatureReport = {
    field: 'seal',
    container: 'seal',
    indication: INDICATIONS[status],
    sub_indication: subIndication,
    level: null,
    ...factsOf(seal, steps),
    covers_whole_file: true,
    byte_range: null,
    signing_time: null,
    time_source: null,
    signer: null,
    seal: describeSeal({ seal }),
    deviations: [...deviations],
    steps: [...steps],
  };
  return whole(der.length, sm3(der), now, signature);
}

export type DetachedContent = {
  readonly size: number;
  /** SM3 of the content. */
  readonly digest: Uint8Array;
  /** Its digest by another algorithm, when the signature asks for one; null when it cannot be had. */
  readonly digestBy: (oid: string) => Uint8Array | null;
};

/** Judges a CMS or SES_Signature over a content that stands beside it; what cannot be read is a finding. */
export function verifyDetached(
  signature: Uint8Array,
  content: DetachedContent,
  { trust, now, containers }: DocumentQuestion,
): VerificationReport {
  const { size, digest, digestBy } = content;
  const { report } = verifyField({
    document: null,
    digestBy,
    field: 'detached',
    finding: { signed: { byteRange: [0, size, size, 0], end: size, contents: signature, padded: signature } },
    signedFields: new Map(),
    digest,
    trust: trust ?? NO_TRUST,
    now,
    containers,
  });
  return whole(size, digest, now, report);
}

function whole(size: number, digest: Uint8Array, now: Date, signature: SignatureReport) {
  return concludeReport({
    verified_at: now.toISOString(),
    file: { size, sm3: toHex(digest) },
    changes_after_sealing: [],
    signatures: [signature],
  });
}

function factsOf(seal: Seal, steps: readonly ReportStep[]) {
  const { validStart, validEnd } = seal.content.property;
  const of = (isOwn: (name: string) => boolean, well: string): ReportFact => {
    const own = steps.filter(({ name }) => isOwn(name));
    const { status, subIndication } = concludeSteps(own);
    const telling = own.find((step) => step.status === 'failed' && step.sub_indication === subIndication);
    return { status, finding: telling?.finding ?? well };
  };
  return {
    integrity: of((name) => name === 'seal-signature', 'The seal is as its maker signed it.'),
    cryptography: of((name) => name === 'seal-format' || name === 'seal-signature', 'The signatures verify.'),
    certificate_trust: of((name) => name.startsWith('maker-'), 'The seal maker leads to a trusted root.'),
    seal_status: of(() => true, 'The seal is genuine and valid now.'),
    time: of(
      (name) => name === 'seal-period',
      `The seal is valid from ${validStart.toISOString()} to ${validEnd.toISOString()}.`,
    ),
  };
}
