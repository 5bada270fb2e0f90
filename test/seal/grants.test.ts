// Grants: client, seal, class of document, count, period. Counts are exact under real concurrency.
import test from 'ava';
import { makeSealClient } from '../../common/client/seal-client.ts';
import type { SealGrant } from '../../seal/domain/seal-grant.ts';
import { insertGrant, markWithdrawn, useGrant } from '../../seal/store/seal-grants.ts';
import { AT } from '../_harness/pki.ts';
import { keepSeal } from './active-seal.ts';
import { ES_ID, startRoom, type TestRoom } from './room.ts';
import { makePdf } from './world.ts';

const pdf = await makePdf();
const day = (days: number): Date => new Date(AT.getTime() + days * 86_400_000);
let room: TestRoom;

test.before(async () => {
  room = await startRoom();
});
test.after.always(() => room.close());

const give = async (grant: Partial<SealGrant> & Pick<SealGrant, 'grantId' | 'clientId'>): Promise<void> =>
  insertGrant(room.db, {
    esID: ES_ID,
    documentClass: 'contract',
    maxUses: null,
    validFrom: day(-1),
    validTo: day(1),
    grantedAt: AT,
    grantedBy: 'keeper-1',
    ...grant,
  });

const seal = (clientId: string, key: string, documentClass?: string) =>
  makeSealClient({ baseUrl: room.url, getToken: () => room.token({ clientId }) }).seal(
    pdf,
    { seal: ES_ID, level: 'B', ...(documentClass === undefined ? {} : { documentClass }) },
    key,
  );

const usedOf = async (grantId: string): Promise<number> =>
  (await room.db('seal.seal_grants').where({ grant_id: grantId }).first('used')).used;

test('A grant holds for its class of documents, from its beginning until before its end', async (t) => {
  await give({ grantId: 'grant_period', clientId: 'periodic', validFrom: AT, validTo: day(1) });
  const use = { clientId: 'periodic', esID: ES_ID, documentClass: 'contract' };
  t.is(await useGrant(room.db, { ...use, at: AT }), 'grant_period');
  t.is(await useGrant(room.db, { ...use, at: new Date(AT.getTime() - 1) }), null);
  t.is(await useGrant(room.db, { ...use, at: day(1) }), null);
  t.is(await useGrant(room.db, { ...use, documentClass: 'general', at: AT }), null);
  t.is(await useGrant(room.db, { ...use, clientId: 'another', at: AT }), null);
});

test('Of ten parallel sealings under a grant for three, three are sealed; a repetition uses nothing', async (t) => {
  await give({ grantId: 'grant_three', clientId: 'counted', maxUses: 3 });
  const keys = Array.from({ length: 10 }, (_, i) => `counted-act-${i}`);
  const answers = await Promise.allSettled(keys.map((key) => seal('counted', key, 'contract')));
  t.is(answers.filter(({ status }) => status === 'fulfilled').length, 3);
  for (const answer of answers) if (answer.status === 'rejected') t.is(answer.reason.code, 'seal-not-granted');
  t.is(await usedOf('grant_three'), 3);
  const sealed = keys[answers.findIndex(({ status }) => status === 'fulfilled')]!;
  await seal('counted', sealed, 'contract');
  t.is(await usedOf('grant_three'), 3);
  const rows = await room.db('seal.sealings').where({ client_id: 'counted' });
  t.is(rows.length, 3, 'a refusal leaves no intent');
  t.true(rows.every(({ grant_id }) => grant_id === 'grant_three'));
});

test('A sealing that cannot be done uses nothing; one without class is a general document', async (t) => {
  await give({ grantId: 'grant_one', clientId: 'careful', maxUses: 1 });
  await t.throwsAsync(seal('careful', 'careful-general'), { code: 'seal-not-granted' });
  const client = makeSealClient({ baseUrl: room.url, getToken: () => room.token({ clientId: 'careful' }) });
  const place = { seal: ES_ID, documentClass: 'contract', page: 9 };
  await t.throwsAsync(client.seal(pdf, place, 'careful-page-9'), { code: 'placement-invalid' });
  await t.throwsAsync(client.seal(pdf, { ...place, documentClass: 'No class' }, 'careful-name'), {
    code: 'invalid-request',
  });
  t.is(await usedOf('grant_one'), 0);
  await t.notThrowsAsync(seal('careful', 'careful-act-1', 'contract'));
  t.is(await usedOf('grant_one'), 1);
});

test('A grant without a count comes first, then the one that ends first; a withdrawn one is no grant', async (t) => {
  await give({ grantId: 'grant_late', clientId: 'several', maxUses: 1, validTo: day(9) });
  await give({ grantId: 'grant_soon', clientId: 'several', maxUses: 1, validTo: day(2) });
  await give({ grantId: 'grant_any', clientId: 'several', documentClass: '*' });
  const use = { clientId: 'several', esID: ES_ID, documentClass: 'contract', at: AT };
  t.is(await useGrant(room.db, use), 'grant_any');
  const withdrawal = { by: 'keeper-1', reason: 'the system is replaced', at: AT };
  t.true(await markWithdrawn(room.db, 'grant_any', withdrawal));
  t.false(await markWithdrawn(room.db, 'grant_any', withdrawal));
  t.is(await useGrant(room.db, use), 'grant_soon');
  t.is(await useGrant(room.db, use), 'grant_late');
  t.is(await useGrant(room.db, use), null);
});

test('The database keeps the count itself, and the grant of a sealing is one of its client and seal', async (t) => {
  await give({ grantId: 'grant_held', clientId: 'held', maxUses: 1 });
  const grant = () => room.owner('seal.seal_grants').where({ grant_id: 'grant_held' });
  await t.throwsAsync(async () => grant().update({ used: 2 }), { message: /seal_grants_count/ });
  await t.throwsAsync(async () => grant().update({ used: -1 }), { message: /seal_grants_count/ });
  await t.throwsAsync(async () => grant().update({ withdrawn_at: AT }), { message: /seal_grants_withdrawal/ });
  await t.notThrowsAsync(seal('held', 'held-act-1', 'contract'));
  await give({ grantId: 'grant_foreign', clientId: 'foreign' });
  const sealing = room.owner('seal.sealings').where({ idempotency_key: 'held-act-1' });
  await t.throwsAsync(async () => sealing.update({ grant_id: 'grant_foreign' }), { message: /foreign key/ });
});

/** The state in which a crash after the intent leaves a sealing. */
async function crash(idempotencyKey: string): Promise<void> {
  const undone = {
    signed_at: null,
    field: null,
    data_sm3: null,
    update_sm3: null,
    update_size: null,
    released_at: null,
  };
  const lease = { lease_until: new Date(AT.getTime() + 5_000) };
  await room
    .owner('seal.sealings')
    .where({ idempotency_key: idempotencyKey })
    .update({ state: 'intended', ...undone, ...lease });
}

test.serial(
  'After a crash the last use of a grant is still that of the sealing, unless the grant was withdrawn',
  async (t) => {
    for (const grantId of ['grant_last', 'grant_gone']) {
      const clientId = `client-${grantId}`;
      const key = `${grantId}-crashed`;
      await give({ grantId, clientId, maxUses: 1 });
      const { sealingId } = await (async () => {
        const client = makeSealClient({ baseUrl: room.url, getToken: () => room.token({ clientId }) });
        return client.seal(pdf, { seal: ES_ID, level: 'B', documentClass: 'contract' }, key);
      })();
      await crash(key);
      room.setNow(new Date(AT.getTime() + 6_000));
      await t.throwsAsync(seal(clientId, `${grantId}-other`, 'contract'), { code: 'seal-not-granted' });
      if (grantId === 'grant_gone') {
        await markWithdrawn(room.db, grantId, { by: 'keeper-1', reason: 'no longer needed', at: AT });
        await t.throwsAsync(seal(clientId, key, 'contract'), { code: 'seal-not-granted' });
      } else {
        t.is((await seal(clientId, key, 'contract')).sealingId, sealingId);
        t.is(await usedOf(grantId), 1);
      }
      room.setNow(AT);
    }
  },
);

test.serial('A seal suspended while a repetition waits for a crashed act is not used', async (t) => {
  await give({ grantId: 'grant_wait', clientId: 'waiting' });
  await seal('waiting', 'waiting-crashed', 'contract');
  await crash('waiting-crashed');
  const repeated = seal('waiting', 'waiting-crashed', 'contract');
  // The repetition has planned with an active seal once it asks again and again for what it waits for.
  const refusal = t.throwsAsync(repeated, { code: 'seal-not-usable' });
  const looks = async () => (await room.db('seal.sealings').where({ client_id: 'waiting' }).first('attempt')).attempt;
  t.is(await looks(), 1);
  await keepSeal(room.db, ES_ID, 'suspend', AT);
  room.setNow(new Date(AT.getTime() + 6_000));
  await refusal;
  t.is(await looks(), 1, 'the act was not taken over');
  room.setNow(AT);
  await keepSeal(room.db, ES_ID, 'resume', AT);
});
