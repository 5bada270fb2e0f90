// What the revocation of a certificate on a chain means for what was signed with it (GB/T 38540-2020, RFC 5280, RFC 3161):
// revoked before it was used: invalid; revoked later: valid where a proved time shows that it was used before, else open.
import type { ReportStep, SubIndication } from '../contract/report.ts';
import type { Certificate } from './certificate.ts';
import type { CrlReason } from './certificate-list.ts';
import { failedStep, passedStep } from './conclude.ts';
import { checkRevocation, type RevocationEvidence, type RevocationFinding } from './revocation.ts';

export type Revocation = {
  readonly evidence: RevocationEvidence;
  /** True: a certificate of which nothing is known leaves the question open. False: it is said, and no more. */
  readonly isRequired: boolean;
  readonly now: Date;
};

export type RevocationQuestion = {
  /** Leaf first, the trusted one last; that one is trusted whatever others say of it. */
  readonly chain: readonly Certificate[];
  /** The time of use. */
  readonly at: Date;
  /** When what was signed is proved to have existed; the time of the judgement where nothing proves it earlier. */
  readonly provedBy: Date;
  readonly isTimeStamping: boolean;
  readonly revocation: Revocation | undefined;
};

const NAME = 'certificate-revocation';
const CLAUSE = 'RFC 5280, RFC 6960';

type Judged = { readonly finding: string; readonly fault: SubIndication | null };

/** One step over the whole chain: the worst finding is the step's. */
export function judgeRevocation(question: RevocationQuestion): ReportStep {
  const { chain, revocation } = question;
  const notChecked = (finding: string): ReportStep => ({ name: NAME, clause: CLAUSE, status: 'not_checked', finding });
  if (!revocation) return notChecked('Nothing was given to tell revoked certificates by.');
  const judged = chain.slice(0, -1).map((certificate, index) => judge(certificate, chain[index + 1]!, question));
  const worst = ORDER.map((fault) => judged.find((one) => one.fault === fault)).find(Boolean);
  if (!worst)
    return passedStep(NAME, CLAUSE, judged.map(({ finding }) => finding).join(' ') || 'It is itself trusted.');
  if (worst.fault === 'TRY_LATER' && !revocation.isRequired) return notChecked(worst.finding);
  return failedStep(NAME, CLAUSE, worst.finding, worst.fault!);
}

const ORDER: readonly SubIndication[] = ['REVOKED', 'REVOKED_NO_POE', 'TRY_LATER'];

function judge(certificate: Certificate, issuer: Certificate, question: RevocationQuestion): Judged {
  const { evidence, now } = question.revocation!;
  const found = checkRevocation(certificate, issuer, evidence, question.provedBy, now);
  if (found.status === 'good') return { finding: `${certificate.subject}: ${found.finding}`, fault: null };
  if (found.status === 'unknown') return { finding: found.finding, fault: 'TRY_LATER' };
  return judgeRevoked(certificate, found, question);
}

// RFC 3161: the reasons that leave the tokens of an authority valid that it gave before.
const HARMLESS: readonly (CrlReason | null)[] = [
  'unspecified',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
];

function judgeRevoked(
  { subject }: Certificate,
  { at: since, reason, finding }: Extract<RevocationFinding, { status: 'revoked' }>,
  { at, provedBy, isTimeStamping }: RevocationQuestion,
): Judged {
  const said = `${subject}: ${finding}`;
  if (since <= at) return { finding: `${said} It was used at ${at.toISOString()}.`, fault: 'REVOKED' };
  if (since > provedBy)
    return { finding: `${said} That was after ${provedBy.toISOString()}, by when it had been used.`, fault: null };
  if (isTimeStamping && HARMLESS.includes(reason))
    return { finding: `${said} Time stamps that it gave before stay valid.`, fault: null };
  return { finding: `${said} Nothing proves that it was used before.`, fault: 'REVOKED_NO_POE' };
}
