// seal.seal_codes and its counters: codes are given once. The counter of a frame (area, as a rule) is one row, so that
// parallel applications wait for each other there; a code that is taken already, as by a seal from elsewhere, is passed over.
import type { Knex } from 'knex';
import { type SealCodeRule, sealCodeOf } from '../domain/seal-code.ts';

/** Gives the next free code to an owner. Code: `seal-codes-exhausted`. */
export async function takeSealCode(trx: Knex, rule: SealCodeRule, ownerCode: string, at: Date): Promise<string> {
  const { before, after } = rule.frame(ownerCode);
  for (;;) {
    const [row] = await trx('seal.seal_code_counters')
      .insert({ frame: `${before}|${after}`, last: 1 })
      .onConflict('frame')
      .merge({ last: trx.raw('seal_code_counters.last + 1') })
      .returning<{ last: string }[]>('last');
    const esID = sealCodeOf(rule, ownerCode, Number(row!.last));
    const inserted = await trx('seal.seal_codes')
      .insert({ es_id: esID, owner_code: ownerCode, given_at: at })
      .onConflict('es_id')
      .ignore()
      .returning('es_id');
    if (inserted.length === 1) return esID;
  }
}
