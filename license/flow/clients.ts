// The system that calls, and how it is answered: the addresses to which a citizen may be sent back, the SM2 key for encrypted
// answers.
import { readSm2Point } from '../../common/crypto/sm2-encryption.ts';
import { TrustError } from '../../common/errors.ts';
import { type ClientAnswers, findClient, type LicenseClient, updateClientAnswers } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';
import { adminEvent } from './admin-event.ts';
import type { LicenseDeps } from './deps.ts';

/** Throws client-not-registered. */
export async function getClient(deps: Pick<LicenseDeps, 'db'>, clientId: string): Promise<LicenseClient> {
  const client = await findClient(deps.db, clientId);
  if (!client) throw new TrustError('client-not-registered', 'this client is not registered with an organisation');
  return client;
}

/** Throws client-not-registered, key-malformed, invalid-request for an address that is no plain http(s) address. */
export async function changeClientAnswers(
  deps: Pick<LicenseDeps, 'db' | 'clock'>,
  by: string,
  wanted: ClientAnswers,
): Promise<LicenseClient> {
  await getClient(deps, wanted.clientId);
  if (wanted.sm2PublicKey !== null) readSm2Point(wanted.sm2PublicKey);
  for (const [index, address] of wanted.returnAddresses.entries()) checkReturnAddress(address, index);
  await deps.db.transaction(async (trx) => {
    await updateClientAnswers(trx, wanted);
    await insertEvent(trx, adminEvent('client-changed', by, `client:${wanted.clientId}`, deps.clock()));
  });
  return getClient(deps, wanted.clientId);
}

/** An address of a page: no fragment, no user, and a browser reads it as it is written. */
function checkReturnAddress(address: string, index: number): void {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isPlain = url !== null && url.href === address && url.hash === '' && url.username === '' && url.password === '';
  const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
  if (isPlain && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) return;
  throw new TrustError(
    'invalid-request',
    'a return address is an https address as browsers write it, without fragment',
    {
      pointer: `/return_addresses/${index}`,
    },
  );
}
