// An order to shred 张三 and its confirmation, and an issue that names him.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type ShreddingOutcome, shredHolder } from '../../license/flow/shred-holder.ts';
import { AUTHORITY, NOON, type SharingWorld, ZHANGSAN } from './sharing-world.ts';

export const ADMIN = 'sub-of-the-administrator';
export const REASON = '依据行政复议决定书〔2026〕17号';
export const nonce = () => randomBytes(16);
export const order = (change: Partial<Parameters<typeof shredHolder>[2]> = {}) => ({
  holder: ZHANGSAN,
  reason: REASON,
  ...change,
});
export const askedOf = (outcome: ShreddingOutcome) => ('asked' in outcome ? outcome.asked : null)!;

export async function confirm(world: SharingWorld, change: Partial<Parameters<typeof shredHolder>[2]> = {}) {
  const { confirmation } = askedOf(await shredHolder(world.deps, ADMIN, order(change)));
  return shredHolder(world.deps, ADMIN, order({ ...change, confirmation }));
}

type Intended = {
  licenseId: string;
  type: string;
  identifier: string;
  holderKeys: readonly Uint8Array[];
  wrappedKeys: readonly Uint8Array[];
};

export async function putIntent(db: Knex, intended: Intended, askedBox: Uint8Array, state = 'done'): Promise<void> {
  const { licenseId, type, identifier, holderKeys, wrappedKeys } = intended;
  await db('license.issues').insert({
    ...{
      organisation: AUTHORITY.code,
      case_id: `${licenseId} ${state}`,
      license_type: type,
      operation: 'issue',
      item: 1,
    },
    ...{
      issue_id: `iss_${licenseId}`,
      client_id: 'case-system',
      actor: 'case-system',
      license_id: licenseId,
      version: 1,
    },
    ...{ identifier, fingerprint: sm3(askedBox), asked_box: askedBox, number_key: sm3(askedBox), region: '360100' },
    ...{ holder_keys: [...holderKeys], wrapped_keys: [...wrappedKeys], seal_esid: '36010000000001', state },
    ...{ content_box: state === 'done' ? null : askedBox, next_attempt_at: NOON, created_at: NOON },
  });
}
