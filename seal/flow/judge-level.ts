// Which level a signature has reached (EN 319 142-1), by what the document itself holds: B as it is, T with a time that is
// proved, LT with evidence that at that time no certificate which the judgement hangs on was revoked, LTA with a time stamp
// over that evidence. A level says how long a signature can be judged, not that it is good.
import { checkRevocation } from '../../common/pki/revocation.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import type { Level } from '../domain/level.ts';
import type { CoveringStamp } from './judge-coverage.ts';
import type { Container } from './open-container.ts';
import type { DocumentEvidence } from './read-evidence.ts';
import { type Chain, chainsOfContainer } from './signature-chains.ts';

export type LevelQuestion = {
  readonly trust: TrustStores;
  readonly now: Date;
  /** Null: no time is proved. */
  readonly provedTime: Date | null;
  /** Of the newest revision. */
  readonly evidence: DocumentEvidence;
  /** Valid document time stamps over the signature. */
  readonly covering: readonly CoveringStamp[];
};

export function judgeLevel(container: Container, question: LevelQuestion): Level {
  const { provedTime, trust, evidence, covering } = question;
  if (!provedTime) return 'B';
  if (isEmpty(evidence)) return 'T';
  const chains = chainsOfContainer(container, { trust, at: provedTime });
  const suffices = (kept: DocumentEvidence): boolean => chains.every((chain) => isProvedGood(chain, kept, question));
  if (!suffices(evidence)) return 'T';
  return covering.some((stamp) => suffices(stamp.evidence())) ? 'LTA' : 'LT';
}

const isEmpty = ({ crls, ocspResponses }: DocumentEvidence): boolean => crls.length + ocspResponses.length === 0;

/** The last one of a chain is trusted, or nobody can say anything of it. */
function isProvedGood(chain: Chain, evidence: DocumentEvidence, { provedTime, now, trust }: LevelQuestion): boolean {
  const top = chain.at(-1)!;
  const isTrusted = [trust.makers, trust.signers, trust.timeStamping].some(({ roots }) =>
    roots.some((root) => Buffer.from(root.raw).equals(top.raw)),
  );
  if (!isTrusted) return false;
  return chain
    .slice(0, -1)
    .every((one, i) => checkRevocation(one, chain[i + 1]!, evidence, provedTime!, now).status === 'good');
}
