// The catalogue: entries are signed, never change, follow one another, and are believed only with their signature.
import test, { type ExecutionContext } from 'ava';
import { canonicalJson } from '../../../common/canonical-json.ts';
import { generateSm2KeyPair, importSm2PrivateKey, signSm2 } from '../../../common/crypto/sm2.ts';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { makeLog } from '../../../common/log.ts';
import type { LicenseType } from '../../../license/domain/license-type.ts';
import { makeLicenseCatalog } from '../../../license/flow/license-catalog.ts';
import { publishType } from '../../../license/flow/publish-type.ts';
import { testDatabase } from '../../_harness/database.ts';
import { catalogSigner } from '../catalog.ts';
import { NOON } from '../doubles.ts';
import { type as sample } from '../pdf/fixtures.ts';

async function open(t: ExecutionContext) {
  const database = await testDatabase(t);
  const db = database.connect('license', 4);
  const signer = await catalogSigner();
  const lines: string[] = [];
  let now = NOON;
  const ground = { db, clock: () => now, log: makeLog('license', 'debug', { write: (line) => void lines.push(line) }) };
  return {
    db,
    database,
    lines,
    pass: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    catalog: () => makeLicenseCatalog({ ...ground, certificates: [signer.certificate] }),
    publish: (type: object, by = signer) => publishType({ ...ground, signer: by, publishedBy: '示例机构' }, type),
  };
}

async function refuses(t: ExecutionContext, act: Promise<unknown>, code: ProblemCode, says?: RegExp): Promise<void> {
  const error = await t.throwsAsync(act);
  t.true(isTrustError(error, code), String(error));
  if (says) t.regex((error as Error).message, says);
}

test('a published type is read back as it was, with who published it and when', async (t) => {
  const world = await open(t);
  t.true((await world.publish(sample)).published);
  const entry = await world.catalog().findEntry(sample.code);
  t.deepEqual(entry?.type, sample);
  t.is(entry?.publishedBy, '示例机构');
  t.deepEqual(entry?.publishedAt, NOON);
  t.is(await world.catalog().find('11100000MB0D000965999'), null);
  await refuses(t, world.catalog().get('11100000MB0D000965999'), 'license-type-not-found');
  await refuses(t, world.catalog().getVersion(sample.code, 2), 'license-type-not-found');
});

test('a version is published once: the same content again is nothing new, other content is refused where it differs', async (t) => {
  const world = await open(t);
  const both = await Promise.all([world.publish(sample), world.publish(sample)]);
  t.deepEqual(both.map(({ published }) => published).sort(), [false, true]);
  const [first, ...rest] = sample.fields;
  const changed: LicenseType = { ...sample, name_en: 'Other', fields: [{ ...first!, max_length: 41 }, ...rest] };
  await refuses(t, world.publish(changed), 'license-type-conflict', /\/name_en, \/fields\/0\/max_length$/);
});

test('versions follow one another; the newest one is found within seconds, older ones stay', async (t) => {
  const world = await open(t);
  await refuses(t, world.publish({ ...sample, version: 2 }), 'license-type-version', /is 1, not 2/);
  await world.publish(sample);
  const catalog = world.catalog();
  t.is((await catalog.get(sample.code)).version, 1);
  await refuses(t, world.publish({ ...sample, version: 3 }), 'license-type-version', /is 2, not 3/);
  await world.publish({ ...sample, version: 2, name: '第二版' });
  t.is((await catalog.get(sample.code)).version, 1, 'another process believes its number for a few seconds');
  world.pass(5);
  t.is((await catalog.get(sample.code)).version, 2);
  t.is((await catalog.getVersion(sample.code, 1)).name, sample.name);
  t.deepEqual(
    (await catalog.list()).map(({ type }) => type.name),
    ['第二版'],
  );
});

/** As somebody who owns the tables can do it. */
const CHANGES: readonly [string, string][] = [
  ['the document', `document = (replace(document::text, '"max_length":40', '"max_length":400'))::json`],
  ['who published it', `published_by = '别的机构'`],
  ['when it was published', `published_at = published_at + interval '1 second'`],
  ['its version', 'version = 2'],
  ['its code', `code = '11100000MB0D000965009'`],
  ['its SM3', `document_sm3 = decode(repeat('00', 32), 'hex')`],
  ['the certificate', `certificate_sm3 = decode(repeat('00', 32), 'hex')`],
  ['the signature', `signature = set_byte(signature, 20, (get_byte(signature, 20) + 1) % 256)`],
];
for (const [what, change] of CHANGES) {
  test(`a row that somebody changed is refused and logged: ${what}`, async (t) => {
    const world = await open(t);
    await world.publish(sample);
    const owner = world.database.connect('owner', 1);
    await owner.raw('alter table license.catalog_entries disable trigger all');
    await owner.raw(`update license.catalog_entries set ${change}`);
    const [row] = await owner('license.catalog_entries').select('code', 'version');
    await refuses(t, world.catalog().getVersion(row.code, row.version), 'license-type-untrusted');
    t.true(world.lines.some((line) => line.includes('catalogue entry refused') && line.includes('"level":50')));
    t.deepEqual(await world.catalog().list(), []);
  });
}

test('the room can neither change nor delete an entry', async (t) => {
  const world = await open(t);
  await world.publish(sample);
  await t.throwsAsync(() => world.db('license.catalog_entries').update({ version: 9 }));
  await t.throwsAsync(() => world.db('license.catalog_entries').del());
});

test('an entry of another key is refused', async (t) => {
  const world = await open(t);
  const stranger = importSm2PrivateKey(generateSm2KeyPair().privateKeyPem);
  const { certificate } = await catalogSigner();
  await world.publish(sample, { certificate, sign: (message) => signSm2(stranger, message) });
  await refuses(t, world.catalog().get(sample.code), 'license-type-untrusted', /signature is wrong/);
});

test('RFC 8785: one spelling for one document; what JSON does not hold and fractions are refused', (t) => {
  t.is(canonicalJson({ b: [1, null, true], a: '\u00e9"\n', ä: {} }), '{"a":"é\\"\\n","b":[1,null,true],"ä":{}}');
  t.is(canonicalJson({ '\ufb33': 1, '\u{1f600}': 2, '1': -0 }), '{"1":0,"\u{1f600}":2,"\ufb33":1}');
  for (const value of [1.5, Number.NaN, undefined, '\ud800', { a: 2n }]) t.throws(() => canonicalJson(value));
});
