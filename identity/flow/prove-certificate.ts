// 证书登录: who signed our challenge with a certificate that may say who he is? The number in the certificate has to be that
// of the account; at its first use the certificate is bound to the account, and a person can take it away again for good.
import type { Knex } from 'knex';
import { parseDer } from '../../common/asn1/der.ts';
import { fromHex } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { certificateAnswer, certificateLoginMessage } from '../../common/contract/certificate-agent.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { namePart, readName } from '../../common/pki/name.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import {
  type CertificateRefusal,
  describeCertificate,
  faultOf,
  holderNumberOf,
  isSignedBy,
  judgeChain,
  readPresented,
} from '../domain/certificate-login.ts';
import type { ChallengeUse } from '../domain/challenge.ts';
import { readAnswer } from '../domain/passkey.ts';
import { findFactorByLookup, insertFactor, isFactorRemoved, markFactorUsed } from '../store/factors.ts';
import type { Challenges } from './challenges.ts';
import type { CertificateTrust } from './open-certificate-trust.ts';

export type CertificateDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly challenges: Challenges;
  /** The room's public URL, the origin that is signed. */
  readonly issuer: string;
  readonly trust: CertificateTrust;
  readonly findAccountByNumber: (citizenNumber: string) => Promise<Account | null>;
};

export type CertificateProof =
  | { readonly outcome: 'accepted'; readonly account: Account; readonly isNew: boolean }
  | { readonly outcome: 'refused'; readonly fault: CertificateRefusal; readonly sub?: string };

type Order = {
  /** The form's field, JSON. */
  readonly answer: string;
  /** Whose it has to be; null for anybody's. */
  readonly account: Account | null;
  /** Runs in the transaction that binds the certificate to the account. */
  readonly bound: (trx: Knex, account: Account, label: string) => Promise<void>;
};

/** A login or step-up in this interaction. */
export async function logInByCertificate(
  deps: CertificateDeps,
  interactionUid: string,
  order: Order,
): Promise<CertificateProof> {
  const judged = await judgeAnswer(deps, { purpose: 'certificate-login', binding: interactionUid }, order.answer);
  if ('fault' in judged) return refused(judged.fault);
  const account = await deps.findAccountByNumber(judged.number);
  if (order.account !== null && account?.id !== order.account.id) return refused({ kind: 'other-person' });
  if (account === null || !mayLogIn(account)) return refused({ kind: 'no-account' });
  const lookup = digestOf(judged.leaf);
  const known = await findFactorByLookup(deps.db, 'certificate', lookup);
  if (known === null) {
    if (await isFactorRemoved(deps.db, { accountId: account.id, kind: 'certificate', lookup }))
      return refused({ kind: 'removed' }, account);
    return bind(deps, account, judged.leaf, order.bound);
  }
  if (known.accountId !== account.id) return refused({ kind: 'other-person' }, account);
  await markFactorUsed(deps.db, known, { usedAt: deps.clock() });
  return { outcome: 'accepted', account, isNew: false };
}

/** A person who is logged in adds a certificate; one that he took off before comes back by this. */
export async function enrolCertificate(
  deps: CertificateDeps,
  sessionUid: string,
  order: Order & { readonly account: Account },
): Promise<CertificateProof> {
  const judged = await judgeAnswer(deps, { purpose: 'certificate-enrolment', binding: sessionUid }, order.answer);
  if ('fault' in judged) return refused(judged.fault);
  const account = await deps.findAccountByNumber(judged.number);
  if (account?.id !== order.account.id) return refused({ kind: 'other-person' });
  return bind(deps, order.account, judged.leaf, order.bound);
}

async function judgeAnswer(
  deps: CertificateDeps,
  use: ChallengeUse,
  text: string,
): Promise<{ readonly leaf: Certificate; readonly number: string } | { readonly fault: CertificateRefusal }> {
  // 1. Something that is a certificate.
  const answer = readAnswer(certificateAnswer, text);
  const presented = answer && readPresented(answer);
  if (!answer || !presented) return { fault: { kind: 'unreadable' } };
  // 2. Our challenge, used now, signed by its key for our origin.
  if (!(await deps.challenges.take(use, answer.challenge))) return { fault: { kind: 'challenge' } };
  const message = certificateLoginMessage(deps.issuer, answer.challenge);
  const signature = new Uint8Array(Buffer.from(answer.signature, 'base64'));
  if (!isSignedBy(presented.leaf, message, signature)) return { fault: { kind: 'signature' } };
  // 3. A chain to whom we believe; only then is anybody asked about it.
  const now = deps.clock();
  const path = judgeChain(presented, deps.trust.roots, now);
  const fault = faultOf(path, now);
  if (fault) return { fault };
  const revocation = await deps.trust.revocationOf(path.chain);
  const revoked = faultOf(judgeChain(presented, deps.trust.roots, now, revocation), now);
  if (revoked) return { fault: revoked };
  // 4. Whom it names.
  const number = holderNumberOf(presented.leaf);
  return number === null ? { fault: { kind: 'no-number' } } : { leaf: presented.leaf, number };
}

async function bind(
  { db, clock }: CertificateDeps,
  account: Account,
  leaf: Certificate,
  bound: Order['bound'],
): Promise<CertificateProof> {
  // The subject may spell out the number; the authority never does.
  const label = namePart(readName(parseDer(leaf.issuerRaw)), 'CN') || leaf.issuer;
  const isAdded = await db.transaction(async (trx) => {
    const added = await insertFactor(trx, {
      accountId: account.id,
      kind: 'certificate',
      label,
      lookup: digestOf(leaf),
      public: describeCertificate(leaf),
      addedAt: clock(),
    });
    if (added) await bound(trx, account, label);
    return added;
  });
  return isAdded ? { outcome: 'accepted', account, isNew: true } : refused({ kind: 'taken' }, account);
}

function refused(fault: CertificateRefusal, account?: Account): CertificateProof {
  return { outcome: 'refused', fault, ...(account ? { sub: account.sub } : {}) };
}

/** SM3 of the certificate. */
const digestOf = (leaf: Certificate): Uint8Array => fromHex(describeCertificate(leaf).sm3);
