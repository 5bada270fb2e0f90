// What a sealing thread asks of the room, answered from the job that it works on.
import { TrustError } from '../../common/errors.ts';
import { parseCertificate } from '../../common/pki/certificate.ts';
import { trustBytes } from '../../common/pki/trust-bytes.ts';
import type { DocumentOrder } from '../flow/lodged-document.ts';
import type { Outside } from '../flow/means.ts';
import type { PartyBytes, RoomQuestion } from './messages.ts';
import { nameParty } from './party-name.ts';

/** Null: nothing outside is to be asked, as when a document is only checked. */
export type ThreadJob = { readonly orders: readonly DocumentOrder[]; readonly outside: Outside | null };

export async function answerThread(jobs: ReadonlyMap<number, ThreadJob>, question: RoomQuestion): Promise<unknown> {
  const job = jobs.get(question.job);
  if (!job) throw new TrustError('internal', 'a thread asks for work that is over');
  if (question.want === 'party') return partyBytes(job.orders, question.partyName);
  const { outside } = job;
  if (!outside) throw new TrustError('internal', `a thread asks for ${question.want} without a right to it`);
  switch (question.want) {
    case 'signature':
      return outside.signer.sign(question.keyRef, question.message);
    case 'token-bytes':
      return needed(outside.stamper).measure();
    case 'token':
      return needed(outside.stamper).stampDigest(question.digest);
    case 'trust':
      return trustBytes(needed(outside.validation).trust);
    case 'evidence': {
      const { crls, ocspResponses } = await needed(outside.validation).evidence.collect(
        question.chain.map(parseCertificate),
        question.at,
      );
      return { crls, ocspResponses };
    }
  }
}

/** Cut out of what they were read in: a view would take the whole of it along. */
function partyBytes(orders: readonly DocumentOrder[], partyName: string): PartyBytes {
  const order = orders.find(({ party, partySm3 }) => nameParty(party, partySm3) === partyName);
  if (!order) throw new TrustError('internal', 'a thread asks for a party that has nothing to do with its work');
  const { seal, signerCertificate, authorities, keyRef, containers } = order.party;
  return {
    seal: seal.raw.slice(),
    signerCertificate: signerCertificate.raw.slice(),
    authorities: authorities.map(({ raw }) => raw.slice()),
    keyRef,
    containers,
  };
}

function needed<T>(port: T | null): T {
  if (port) return port;
  throw new TrustError('internal', 'a thread asks for what this room has not');
}
