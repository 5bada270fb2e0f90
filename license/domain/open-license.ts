// A stored license becomes readable: its holder code is taken out of the box, its state is judged at an instant.
// For authorised readers only; a list or a public answer has no use for it.
import { utf8 } from '../../common/bytes.ts';
import { type BoxKey, closeBox, openBox } from '../../common/crypto/sealed-box.ts';
import type { License, StoredLicense } from './license-record.ts';
import { stateAt } from './license-states.ts';

/** Throws `sealed-box-corrupt` when the box does not belong to this license and key. */
export function openLicense(boxKey: BoxKey, stored: StoredLicense, now: Date): License {
  const { holder, stored: state, ...rest } = stored;
  const code = new TextDecoder().decode(openBox(boxKey, holder.codeBox, boxContext(stored.identifier)));
  return {
    ...rest,
    holder: { name: holder.name, codeType: holder.codeType, code },
    state: stateAt(state, stored.validTo, now),
  };
}

/** The box of a holder code, bound to the license that it belongs to. */
export function closeHolderCode(boxKey: BoxKey, code: string, identifier: string): Uint8Array {
  return closeBox(boxKey, utf8(code), boxContext(identifier));
}

function boxContext(identifier: string): string {
  return `license.licenses.holder_code ${identifier}`;
}
