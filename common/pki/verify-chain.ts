// Certificate chains (RFC 5280) judged at a time T, with SM2/SM3 signatures over the TBS bytes as received,
// or RSA and ECDSA with SHA-2 of other authorities.
// A failed judgement is a report, not an error. Not here: name constraints and policies.

import { equalBytes } from '../bytes.ts';
import type { ReportStep, SubIndication } from '../contract/report.ts';
import type { Certificate } from './certificate.ts';
import { judgeRevocation, type Revocation } from './chain-revocation.ts';
import { type Conclusion, concludeSteps, failedStep, passedStep } from './conclude.ts';
import { OID } from './oids.ts';
import { isSignedBy } from './verify-signed-by.ts';

export type Trust = {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** What tells revoked certificates; left out: the step says that it was not checked. */
  readonly revocation?: Revocation | undefined;
};

export type ChainUsage = 'document-signing' | 'seal-making' | 'time-stamping' | 'authentication';

export type ChainQuestion = Trust & {
  readonly leaf: Certificate;
  /** The time T at which everything has to be valid. */
  readonly at: Date;
  /** When what was signed is proved to have existed; `at` unless given. */
  readonly provedBy?: Date | undefined;
  readonly usage: ChainUsage;
};

/** `indeterminate` only when no chain to a given root was found. */
export type ChainReport = Conclusion & {
  /** Leaf first; as far as it could be built. */
  readonly chain: readonly Certificate[];
  readonly steps: readonly ReportStep[];
};

type Path = {
  readonly chain: readonly Certificate[];
  readonly isAnchored: boolean;
  readonly badSignature: string | null;
};
type Finding =
  | { readonly fault: string; readonly subIndication: SubIndication }
  | { readonly fault: null; readonly finding: string };
type Check = {
  readonly name: string;
  readonly clause: string;
  readonly run: (path: Path, question: ChainQuestion) => Finding;
};

const MAX_CHAIN = 8;
const MAX_SIGNATURES = 32;

const CHECKS: readonly Check[] = [
  { name: 'certificate-signatures', clause: 'RFC 5280, GB/T 35276', run: checkSignatures },
  { name: 'certificate-chain', clause: 'RFC 5280', run: checkAnchored },
  { name: 'certificate-period', clause: 'RFC 5280', run: checkPeriods },
  { name: 'certificate-constraints', clause: 'RFC 5280', run: checkConstraints },
  { name: 'certificate-usage', clause: 'RFC 5280, GB/T 20518', run: checkUsage },
];

/** Builds a chain from the leaf to one of the roots and runs every check on it; never throws for what it is given. */
export function verifyChain(question: ChainQuestion): ChainReport {
  const path = buildPath(question);
  const steps = CHECKS.map(({ name, clause, run }): ReportStep => {
    const result = run(path, question);
    if (result.fault === null) return passedStep(name, clause, result.finding);
    return failedStep(name, clause, result.fault, result.subIndication);
  });
  const all = [...steps, revocationStep(path, question)];
  return { ...concludeSteps(all), chain: path.chain, steps: all };
}

/** Of a chain that ends nowhere nobody could say it: its own step fails already. */
function revocationStep(
  { chain, isAnchored }: Path,
  { at, provedBy = at, usage, revocation }: ChainQuestion,
): ReportStep {
  const isTimeStamping = usage === 'time-stamping';
  return judgeRevocation({ chain, at, provedBy, isTimeStamping, revocation: isAnchored ? revocation : undefined });
}

/**
 * Depth first: a root as issuer is preferred; a wrong signature is remembered only when nothing better is found.
 * Certificates come from strangers: each is entered once, and the number of signatures tried is bounded.
 */
function buildPath(question: ChainQuestion): Path {
  const candidates = [...question.roots, ...question.intermediates];
  const entered = new Set<Certificate>();
  let triesLeft = MAX_SIGNATURES;
  const isRoot = (certificate: Certificate) => question.roots.some((root) => equalBytes(root.raw, certificate.raw));
  const walk = (chain: readonly Certificate[]): Path => {
    const last = chain.at(-1)!;
    if (isRoot(last)) return { chain, isAnchored: true, badSignature: null };
    let best: Path = { chain, isAnchored: false, badSignature: null };
    for (const issuer of chain.length < MAX_CHAIN ? candidates : []) {
      if (entered.has(issuer) || !isNamedIssuer(issuer, last) || equalBytes(issuer.raw, last.raw)) continue;
      if (triesLeft-- <= 0) break;
      const isSigned = isSignedBy(last, issuer);
      if (isSigned === null) continue;
      if (isSigned) entered.add(issuer);
      const path = isSigned ? walk([...chain, issuer]) : { ...best, badSignature: last.subject };
      if (path.isAnchored) return path;
      if (path.chain.length > best.chain.length || (!best.badSignature && path.badSignature)) best = path;
    }
    return best;
  };
  return walk([question.leaf]);
}

function isNamedIssuer(issuer: Certificate, subject: Certificate): boolean {
  if (!equalBytes(issuer.subjectRaw, subject.issuerRaw)) return false;
  const [wanted, given] = [subject.authorityKeyId, issuer.subjectKeyId];
  return !wanted || !given || equalBytes(wanted, given);
}

function checkSignatures(path: Path): Finding {
  if (path.badSignature)
    return {
      fault: `The signature on the certificate of ${path.badSignature} is not by the issuer it names.`,
      subIndication: 'SIG_CRYPTO_FAILURE',
    };
  return passed(`Each certificate of the chain (${path.chain.length}) is signed by the next.`);
}

function checkAnchored(path: Path): Finding {
  const top = path.chain.at(-1)!;
  if (path.isAnchored) return passed(`The chain ends in the trusted root ${top.subject}.`);
  return {
    fault: `No trusted root: the issuer ${top.issuer} is not among the certificates given.`,
    subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
  };
}

function checkPeriods(path: Path, { at }: ChainQuestion): Finding {
  for (const { subject, notBefore, notAfter } of path.chain) {
    const period = `${notBefore.toISOString()} to ${notAfter.toISOString()}`;
    const found = `The certificate of ${subject} is valid from ${period}, not at ${at.toISOString()}.`;
    if (at < notBefore) return { fault: found, subIndication: 'NOT_YET_VALID' };
    if (at > notAfter) return { fault: found, subIndication: 'EXPIRED' };
  }
  return passed(`All certificates are valid at ${at.toISOString()}.`);
}

const UNDERSTOOD: readonly string[] = [OID.keyUsage, OID.basicConstraints, OID.extendedKeyUsage];

function checkConstraints(path: Path): Finding {
  const wrong = (fault: string): Finding => ({ fault, subIndication: 'CHAIN_CONSTRAINTS_FAILURE' });
  for (const [depth, certificate] of path.chain.entries()) {
    const unknown = certificate.extensions.find(({ critical, oid }) => critical && !UNDERSTOOD.includes(oid));
    if (unknown) return wrong(`The critical extension ${unknown.oid} of ${certificate.subject} is not understood.`);
    if (depth === 0) continue;
    if (!certificate.isCa) return wrong(`${certificate.subject} has issued a certificate but is no authority (cA).`);
    if (!certificate.keyUsage?.includes('keyCertSign'))
      return wrong(`The key usage of ${certificate.subject} does not allow issuing certificates (keyCertSign).`);
    const below = path.chain.slice(1, depth).filter(({ subjectRaw, issuerRaw }) => !equalBytes(subjectRaw, issuerRaw));
    if (certificate.pathLength !== null && below.length > certificate.pathLength)
      return wrong(
        `${certificate.subject} allows ${certificate.pathLength} authorities below it, not ${below.length}.`,
      );
  }
  return passed('Every issuer is an authority and within its path length.');
}

function checkUsage({ chain }: Path, { usage }: ChainQuestion): Finding {
  const leaf = chain[0]!;
  const wrong = (fault: string): Finding => ({ fault, subIndication: 'CHAIN_CONSTRAINTS_FAILURE' });
  const purposes = leaf.extendedKeyUsage;
  if (leaf.isCa) return wrong(`${leaf.subject} is an authority (cA), not a signer.`);
  if (!leaf.keyUsage?.some((bit) => bit === 'digitalSignature' || bit === 'nonRepudiation'))
    return wrong(`The key usage of ${leaf.subject} does not allow signatures.`);
  if (usage === 'authentication') return checkAuthentication(leaf);
  const isTimeStamping = purposes?.purposes.includes(OID.timeStamping) ?? false;
  if (usage !== 'time-stamping') {
    if (isTimeStamping) return wrong(`${leaf.subject} is certified for time stamps, not for ${usage}.`);
    return passed(`The key usage allows ${usage}.`);
  }
  // RFC 3161: id-kp-timeStamping, critical, alone.
  if (!isTimeStamping || !purposes?.critical || purposes.purposes.length !== 1)
    return wrong(`${leaf.subject} is not certified for time stamps alone, critically.`);
  return passed('The certificate is for time stamps alone.');
}

/** To show who one is takes digitalSignature; who is certified for named purposes only needs this one among them. */
function checkAuthentication({ subject, keyUsage, extendedKeyUsage }: Certificate): Finding {
  const wrong = (fault: string): Finding => ({ fault, subIndication: 'CHAIN_CONSTRAINTS_FAILURE' });
  if (!keyUsage?.includes('digitalSignature'))
    return wrong(`The key usage of ${subject} does not allow authentication (digitalSignature).`);
  if (extendedKeyUsage && !extendedKeyUsage.purposes.includes(OID.clientAuth))
    return wrong(`${subject} is certified for other purposes than authentication.`);
  return passed('The key usage allows authentication.');
}

function passed(finding: string): Finding {
  return { fault: null, finding };
}
