// Proves that events are what the hash chain says: each event gives its leaf and stands in a chain once with that leaf, each
// row of a chain has its event. So rows that were changed, removed or put in by whoever owns the tables are found, even with
// a leaf that was made anew. That the chain itself is whole is common/audit's to prove. Reads in pages.
import type { EventFinding, EventVerifier } from '../../common/audit/verify-audit.ts';
import { toHex } from '../../common/bytes.ts';
import { leafOf } from '../domain/license-event.ts';
import {
  type ChainProof,
  countWaiting,
  type EventProof,
  listChainProofs,
  listEventProofs,
} from '../store/event-proofs.ts';

const PAGE = 1000;

type Fault = Parameters<Parameters<EventVerifier>[1]>[0];

/** To be called within one snapshot. */
export const verifyEvents: EventVerifier = async (db, add): Promise<EventFinding> => {
  let events = 0;
  for (let last: EventProof | null = null; ; ) {
    const page: readonly EventProof[] = await listEventProofs(db, last?.event ?? null, PAGE);
    for (const proof of page) judgeEvent(proof).forEach(add);
    events += page.length;
    last = page.at(-1) ?? null;
    if (page.length < PAGE) break;
  }
  for (let last: { chain: number; row: number } = { chain: 0, row: 0 }; ; ) {
    const page = await listChainProofs(db, last, PAGE);
    for (const proof of page) judgeRow(proof).forEach(add);
    last = page.at(-1) ?? last;
    if (page.length < PAGE) break;
  }
  const { waiting, lost } = await countWaiting(db);
  if (lost > 0) add({ kind: 'event-missing', detail: `${lost} events that wait for their chain are not in the table` });
  return { events, waiting };
};

function judgeEvent({ event, leaf, times, chainedLeaf, isWaiting }: EventProof): readonly Fault[] {
  const fault = (kind: Fault['kind'], detail: string): readonly Fault[] => [{ kind, event: event.eventId, detail }];
  if (toHex(leafOf(event)) !== toHex(leaf)) return fault('event-changed', 'its columns do not give its leaf');
  if (isWaiting && times === 0) return [];
  if (isWaiting || times > 1) return fault('event-doubled', `it stands in chains ${times + Number(isWaiting)} times`);
  if (times === 0) return fault('event-unchained', 'no chain has it, and it does not wait for one');
  return chainedLeaf === toHex(leaf) ? [] : fault('event-changed', 'its leaf is not the one that the chain has');
}

/** An event whose leaf differs was named on its own way; here only what the table lacks. */
function judgeRow({ chain, row, eventId, tableLeaf }: ChainProof): readonly Fault[] {
  if (tableLeaf !== null) return [];
  const named = eventId === null ? {} : { event: eventId };
  return [{ kind: 'event-missing', chain, row, ...named, detail: 'the event that this row names is not in the table' }];
}
