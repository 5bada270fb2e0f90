// kill -9 of the seal room while callers seal: what was acknowledged is logged and can be had again, byte for byte, and no
// request sealed twice. The room runs as `xinji serve` starts it. 40 sealings and 2 kills in the suite; with
// TEST_KILL_SEALINGS=1000 a thousand and 20 kills.
import { PDFDocument } from '@cantoo/pdf-lib';
import test from 'ava';
import { ROOMS } from '../../bin/rooms.ts';
import { SEAL } from '../../bin/seed/values.ts';
import { type Children, makeChildren } from '../../bin/serve/children.ts';
import { verifyAudit } from '../../common/audit/verify-audit.ts';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { readRoomConfig } from '../../seal/config.ts';
import { type House, startHouse } from '../_harness/house.ts';

const TOTAL = Number(process.env['TEST_KILL_SEALINGS'] ?? 40);
const KILLS = Math.max(2, Math.floor(TOTAL / 50));
const CALLERS = 8;
const MAX_TRIES = 10;

type Answer = { readonly sealingId: string; readonly bytes: Uint8Array };

let house: House;
let env: NodeJS.ProcessEnv;
let children: Children;
/** Resolves when the room can be called. */
let up: Promise<void>;

test.before(async () => {
  house = await startHouse();
  await house.stopRoom('seal');
  const { env: given } = house.environments.find(({ room }) => room.name === 'seal')!;
  env = { ...given, XINJI_LOG_LEVEL: 'fatal' };
  up = startSealRoom();
  await up;
});

test.after.always(() => children?.stop());

async function startSealRoom(): Promise<void> {
  children = makeChildren({ stopSeconds: 20 });
  const { main } = ROOMS.find(({ name }) => name === 'seal')!;
  await children.start([{ name: 'seal', main, env }]);
}

/** The process is gone at once; what it had sent to the database still happens. Its leases are then as good as expired. */
async function killAndRestart(): Promise<void> {
  children.kill();
  await children.stop();
  const owner = house.database.connect('owner', 1);
  const role = new URL(house.database.urls.seal).username;
  const countBackends = async (): Promise<number> => {
    const { rows } = await owner.raw(
      'select 1 from pg_stat_activity where usename = ? and datname = current_database()',
      [role],
    );
    return rows.length;
  };
  while ((await countBackends()) > 0) await owner.raw('select pg_sleep(0.02)');
  await owner('seal.sealings')
    .where({ state: 'intended' })
    .update({ lease_until: new Date(0) });
  await startSealRoom();
}

async function makeDocument(number: number): Promise<Uint8Array<ArrayBuffer>> {
  const document = await PDFDocument.create();
  document.addPage([595, 842]).drawText(`Case ${number}`, { x: 60, y: 700 });
  return new Uint8Array(await document.save());
}

const token = () => house.tokenFor('license', 'seal', 'seal:use');

/** One request; null when the room died under it. */
async function request(bearer: string, key: string, pdf: Uint8Array<ArrayBuffer>): Promise<Answer | null> {
  const query = new URLSearchParams({ seal: SEAL.esID, class: 'license', level: 'B' });
  const headers = {
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/pdf',
    'idempotency-key': key,
  };
  try {
    const response = await fetch(`${house.urls.seal}/v1/sealings?${query}`, { method: 'POST', headers, body: pdf });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 201) throw new Error(`${response.status}: ${Buffer.from(bytes).toString('utf8')}`);
    return { sealingId: response.headers.get('Sealing-Id')!, bytes };
  } catch (error) {
    if (error instanceof TypeError) return null; // what fetch throws when a connection fails
    throw error;
  }
}

test.serial('every acknowledged sealing is logged and can be had again, and none is doubled', async (t) => {
  t.timeout(TOTAL * 2_000);
  const documents = await Promise.all(Array.from({ length: TOTAL }, (_, number) => makeDocument(number)));
  const bearer = token();
  const acknowledged = new Map<number, Answer>();
  const killAfter = Array.from({ length: KILLS }, (_, kill) => Math.ceil(((kill + 1) * TOTAL) / (KILLS + 1)));
  let [next, broken, kills] = [0, 0, 0];

  const seal = async (number: number): Promise<void> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await up;
      const answer = await request(await bearer(), `killed-case-${number}`, documents[number]!);
      if (answer) {
        acknowledged.set(number, answer);
        return;
      }
      broken += 1;
    }
    t.fail(`case ${number} was not answered in ${MAX_TRIES} tries`);
  };
  const callAll = async (): Promise<void> => {
    while (next < TOTAL) {
      await seal(next++);
      if (kills === KILLS || acknowledged.size < killAfter[kills]!) continue;
      kills += 1;
      up = up.then(killAndRestart);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, callAll));
  t.is(acknowledged.size, TOTAL);
  t.is(kills, KILLS);

  // Each again: the same bytes under the same identifier.
  await up;
  const repeatAll = async (numbers: Iterator<number>): Promise<void> => {
    for (let step = numbers.next(); !step.done; step = numbers.next()) {
      const first = acknowledged.get(step.value)!;
      const again = await request(await bearer(), `killed-case-${step.value}`, documents[step.value]!);
      t.is(again?.sealingId, first.sealingId);
      t.is(Buffer.compare(again!.bytes, first.bytes), 0);
    }
  };
  const numbers = acknowledged.keys();
  await Promise.all(Array.from({ length: CALLERS }, () => repeatAll(numbers)));
  t.is(new Set([...acknowledged.values()].map(({ sealingId }) => sealingId)).size, TOTAL);

  // One released sealing a request, and one row of the log for each, with the digest of what the caller got.
  const owner = house.database.connect('owner', 1);
  const sealings = await owner('seal.sealings').select('sealing_id', 'state', 'attempt');
  t.is(sealings.length, TOTAL);
  t.true(sealings.every(({ state }) => state === 'released'));
  const rows = await owner('seal.audit_entries').select('detail').where({ kind: 'sealing.released' });
  const logged = new Map(rows.map(({ detail }) => [detail.sealing_id as string, detail.update_sm3 as string]));
  t.is(rows.length, TOTAL);
  for (const [number, { sealingId, bytes }] of acknowledged) {
    t.is(logged.get(sealingId), toHex(sm3(bytes.subarray(documents[number]!.length))));
  }
  const { checkpointCertificates: certificates, checkpointFolder: copyFolder } = readRoomConfig(env);
  await children.stop();
  const finding = await verifyAudit({ db: owner, schema: 'seal', room: 'seal', certificates, copyFolder });
  t.deepEqual(finding.faults, []);
  const takenOver = sealings.filter(({ attempt }) => attempt > 1).length;
  t.log(`${TOTAL} sealings, ${KILLS} kills, ${broken} requests broken, ${takenOver} begun sealings taken over`);
});
