// A certificate judged for what it did: its chain has to end in the store of that purpose. One that is trusted for something
// else only has failed, not merely gone unproved: a signer's certificate makes no seal.
import type { Certificate } from './certificate.ts';
import { concludeSteps, failedStep } from './conclude.ts';
import type { TrustStores } from './trust-stores.ts';
import { type ChainReport, type ChainUsage, verifyChain } from './verify-chain.ts';

export type Purpose = keyof TrustStores;

const USAGES: Readonly<Record<Purpose, ChainUsage>> = {
  makers: 'seal-making',
  signers: 'document-signing',
  timeStamping: 'time-stamping',
};

/**
 * The report of `verifyChain` against the store of `purpose` at the time `at`. `provedBy` is when what was signed is proved
 * to have existed, the time of the judgement where nothing proves it; `at` unless given.
 */
export function verifyTrusted(
  stores: TrustStores,
  purpose: Purpose,
  leaf: Certificate,
  at: Date,
  provedBy?: Date,
): ChainReport {
  const report = verifyChain({ ...stores[purpose], leaf, at, provedBy, usage: USAGES[purpose] });
  if (isAnchored(report)) return report;
  const others = (Object.keys(USAGES) as Purpose[]).filter((other) => other !== purpose);
  const other = others.find((name) => isAnchored(verifyChain({ ...stores[name], leaf, at, usage: USAGES[name] })));
  if (!other) return report;
  const found = `The authority of ${leaf.subject} is trusted for ${USAGES[other]}, not for ${USAGES[purpose]}.`;
  const steps = report.steps.map((step) =>
    step.name === 'certificate-chain' ? failedStep(step.name, step.clause, found, 'CHAIN_CONSTRAINTS_FAILURE') : step,
  );
  return { ...report, ...concludeSteps(steps), steps };
}

function isAnchored({ steps }: ChainReport): boolean {
  return steps.some(({ name, status }) => name === 'certificate-chain' && status === 'passed');
}
