// The report about one signature, put together from its steps: the verdict, and five separate facts, each drawn from the
// steps that say something about it.
import { toHex } from '../../common/bytes.ts';
import type {
  Indication,
  ReportFact,
  ReportStep,
  SignatureReport,
  SubIndication,
} from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { concludeSteps } from '../../common/pki/conclude.ts';
import type { Level } from '../domain/level.ts';
import type { ByteRange } from '../pdf/byte-range.ts';
import type { SealSignature } from '../ses/seal.ts';
import { factOfStep } from '../ses/verify-signature.ts';
import type { Container } from './open-container.ts';

export type ReportParts = {
  readonly field: string;
  readonly container: Omit<Container, 'steps'>;
  readonly steps: readonly ReportStep[];
  readonly provedTime: Date | null;
  /** Null where there is none to reach. */
  readonly level: Level | null;
  readonly byteRange: ByteRange | null;
  readonly coversWholeFile: boolean;
};

export function makeReport({
  field,
  container,
  steps,
  provedTime,
  level,
  byteRange,
  coversWholeFile,
}: ReportParts): SignatureReport {
  const { ses, cms, kind } = container;
  const time = provedTime ?? ses?.time ?? null;
  const signer = ses?.signerCertificate ?? cms?.signerCertificate ?? null;
  const verdict = judge(steps);
  const of = (fact: Fact): ReportFact => factOf(fact, steps, { kind, provedTime });
  return {
    field,
    container: kind,
    ...verdict,
    level,
    integrity: of('integrity'),
    cryptography: of('cryptography'),
    certificate_trust: of('certificate_trust'),
    seal_status: of('seal_status'),
    time: of('time'),
    covers_whole_file: coversWholeFile,
    byte_range: byteRange ? [...byteRange] : null,
    signing_time: time?.toISOString() ?? null,
    time_source: time && (provedTime ? 'time_stamp' : 'claimed'),
    signer: signer && describeSigner(signer),
    seal: ses && describeSeal(ses),
    deviations: [...(container.deviations ?? []), ...(ses?.deviations ?? [])],
    steps: [...steps],
  };
}

/** What the steps say; whether there is a seal in it is said beside, and who needs one looks for it (`seal` of the report). */
function judge(steps: readonly ReportStep[]): { indication: Indication; sub_indication: SubIndication | null } {
  const { status, subIndication = null } = concludeSteps(steps);
  if (status === 'failed') return { indication: 'TOTAL-FAILED', sub_indication: subIndication };
  if (status === 'indeterminate') return { indication: 'INDETERMINATE', sub_indication: subIndication };
  return { indication: 'TOTAL-PASSED', sub_indication: null };
}

type Fact = 'integrity' | 'cryptography' | 'certificate_trust' | 'seal_status' | 'time';

const OWN_FACTS: Readonly<Record<string, Fact>> = {
  'byte-range': 'integrity',
  'changes-after-sealing': 'integrity',
  'cms-message-digest': 'integrity',
  container: 'cryptography',
  'cms-algorithms': 'cryptography',
  'cms-content-type': 'cryptography',
  'cms-signing-certificate': 'cryptography',
  'cms-signature-value': 'cryptography',
  'document-time-stamp-format': 'cryptography',
  'document-time-stamp-imprint': 'integrity',
  'document-time-stamp-signature': 'cryptography',
  'document-time-stamp-order': 'time',
};

const WELL: Readonly<Record<Fact, string>> = {
  integrity: 'What was sealed is unchanged.',
  cryptography: 'The signatures verify.',
  certificate_trust: 'The certificate of the signer leads to a trusted root.',
  seal_status: 'The seal is genuine, belongs to the signer and was valid when used.',
  time: 'The signing time is the one that the signer claims; there is no time stamp.',
};

const factOfKind = (name: string): Fact =>
  name.startsWith('document-time-stamp-certificate-') ? 'certificate_trust' : factOfStep(name);

function factOf(
  fact: Fact,
  steps: readonly ReportStep[],
  { kind, provedTime }: { readonly kind: SignatureReport['container']; readonly provedTime: Date | null },
): ReportFact {
  const own = steps.filter(({ name }) => (OWN_FACTS[name] ?? factOfKind(name)) === fact);
  const { status, subIndication } = concludeSteps(own);
  if (!own.some((step) => step.status === 'passed' || step.status === 'failed')) {
    return {
      status: 'indeterminate',
      finding: fact === 'seal_status' && kind !== 'unknown' ? 'There is no e-seal in it.' : 'Nothing could be judged.',
    };
  }
  if (status === 'passed') return { status, finding: wellOf(fact, provedTime) };
  const telling = own.find((step) => step.status === 'failed' && step.sub_indication === subIndication);
  return { status, finding: telling?.finding ?? WELL[fact] };
}

function wellOf(fact: Fact, provedTime: Date | null): string {
  if (fact !== 'time' || !provedTime) return WELL[fact];
  return `A time stamp proves that the signature existed at ${provedTime.toISOString()}.`;
}

function describeSigner(certificate: Certificate): NonNullable<SignatureReport['signer']> {
  return {
    subject: certificate.subject,
    common_name: certificate.commonName,
    organization: certificate.organization,
    serial_number: certificate.serial,
    valid_from: certificate.notBefore.toISOString(),
    valid_to: certificate.notAfter.toISOString(),
  };
}

/** What a report says about a seal. */
export function describeSeal({ seal }: Pick<SealSignature, 'seal'>): NonNullable<SignatureReport['seal']> {
  const { esID, property, header } = seal.content;
  return {
    esID,
    name: property.name,
    version: header.version,
    valid_from: property.validStart.toISOString(),
    valid_to: property.validEnd.toISOString(),
    maker: seal.makerCertificate.subject,
    eseal_sm3: toHex(sm3(seal.raw)),
  };
}
