import test, { type ExecutionContext } from 'ava';
import { concatBytes, toHex, utf8 } from '../../../common/bytes.ts';
import type { SealedPdf } from '../../../common/client/seal-client.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../../common/errors.ts';
import { parseLicenseIdentifier } from '../../../license/domain/license-identifier.ts';
import type { License } from '../../../license/domain/license-record.ts';
import type { LicenseDeps } from '../../../license/flow/deps.ts';
import { getLicense } from '../../../license/flow/open-license.ts';
import { readLicenseFile } from '../../../license/flow/read-license.ts';
import { registerIssuingAuthority } from '../../../license/flow/register.ts';
import { publishHere } from '../catalog.ts';
import {
  AUTHORITY,
  DEPARTMENT,
  issueAs,
  LISI,
  makeRequest,
  OTHER_AUTHORITY,
  OTHER_DEPARTMENT,
  registerDepartment,
  TYPE,
  tryIssue,
  ZHANGSAN,
  zhangsanKey,
} from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

const count = async ({ db }: World, table: string): Promise<number> =>
  Number((await db(`license.${table}`).count({ n: '*' }))[0]?.['n']);
const refuses = async (t: ExecutionContext, work: Promise<unknown>, code: ProblemCode, pointer?: string) => {
  const error = await t.throwsAsync(work);
  t.true(isTrustError(error, code), String(error));
  if (pointer !== undefined) t.is(isTrustError(error) ? error.pointer : undefined, pointer);
  return error;
};

test('a license is issued: identifier, sealed file, way from the holder, event; nobody in clear in any table', async (t) => {
  const world = await makeWorld(t);
  const { license, created } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  t.true(created);
  const { content, version, head } = license;
  const parts = parseLicenseIdentifier(content.identifier);
  t.is(parts.licenseType, TYPE);
  t.is(parts.issuingAuthority, AUTHORITY.code);
  t.is(parts.version, 1);
  t.is(content.validTo, '2027-11-19');
  t.regex(content.verifyCode, /^[0-9A-HJKMNP-TV-Z]{16}$/);
  t.is(license.state, 'valid');
  t.true(license.isCurrent);
  t.is(head.region, '360100');
  t.is(content.holders[0].code, ZHANGSAN.code);
  t.is((await readLicenseFile(world.deps, license)).length, version.file.size);
  // The answer is made from what was recorded; who reads the record finds the same.
  t.deepEqual(inHex(license), inHex(await getLicense(world.deps, content.identifier)));
  const holders = await world.db('license.holder_licenses').select('holder_key', 'license_id');
  t.is(toHex(holders[0].holder_key), toHex(zhangsanKey));
  t.is(holders[0].license_id, head.licenseId);
  const events = await world.db('license.events').select('kind', 'identifier', 'actor', 'organisation', 'basis');
  t.deepEqual(events, [
    {
      kind: 'issued',
      identifier: content.identifier,
      actor: DEPARTMENT,
      organisation: AUTHORITY.code,
      basis: 'authority',
    },
  ]);
  t.is(await count(world, 'unchained_events'), 1, 'the chain takes it from there');
  for (const table of ['issues', 'licenses', 'license_versions', 'holder_licenses', 'events', 'license_numbers']) {
    const { rows } = await world.db.raw(`select x::text from license.${table} x`);
    const text = JSON.stringify(rows);
    for (const secret of [ZHANGSAN.code, ZHANGSAN.name, '第000001号', '餐饮服务']) {
      t.false(text.includes(secret), table);
      t.false(text.includes(Buffer.from(secret).toString('hex')), table);
    }
  }
});

test('the same case with the same request is the same license; the order of fields and the spelling of the code do not matter', async (t) => {
  const world = await makeWorld(t);
  const first = await issueAs(world.deps, DEPARTMENT, makeRequest());
  const request = makeRequest({ holders: [{ ...ZHANGSAN, code: '３６０１０２199003077718' }] });
  const fields = Object.fromEntries(Object.entries(request.fields).reverse());
  const again = await issueAs(world.deps, DEPARTMENT, { ...request, fields, authority_code: AUTHORITY.code });
  t.false(again.created);
  t.is(again.license.content.identifier, first.license.content.identifier);
  t.is(world.seal.made.length, 1);
  t.is(await count(world, 'licenses'), 1);
});

test('the same case with another request is a case-conflict that names what differs and no value', async (t) => {
  const world = await makeWorld(t);
  const { license } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  const changes: readonly [Parameters<typeof makeRequest>[0], string][] = [
    [{ holders: [LISI] }, '/holders/0/code, /holders/0/name'],
    [{ license_number: '示例健证（2026）第000002号' }, '/license_number'],
    [{ issued_on: '2026-11-19' }, '/issued_on'],
    [
      { valid_to: '2027-01-01', fields: { ...makeRequest().fields, occupation: '保洁' } },
      '/fields/occupation, /valid_to',
    ],
  ];
  for (const [change, differences] of changes) {
    const error = await refuses(t, tryIssue(world.deps, DEPARTMENT, makeRequest(change)), 'case-conflict');
    t.true(error?.message.endsWith(`: ${differences}`), error?.message);
    t.false(/李四|保洁|3601/.test(String(error?.message)));
  }
  const other = await issueAs(world.deps, OTHER_DEPARTMENT, makeRequest());
  t.not(other.license.content.identifier, license.content.identifier, 'another organisation, another case');
  const second = await issueAs(world.deps, DEPARTMENT, makeRequest({ item: 2 }));
  t.not(second.license.content.identifier, license.content.identifier, 'another item of the case');
  t.is(await count(world, 'licenses'), 3);
});

test('two systems of one organisation share its cases', async (t) => {
  const world = await makeWorld(t);
  await registerDepartment(world.deps, 'health-window', { ...AUTHORITY, sealEsID: '36010000000001' });
  const first = await issueAs(world.deps, DEPARTMENT, makeRequest());
  const again = await issueAs(world.deps, 'health-window', makeRequest());
  t.false(again.created);
  t.is(again.license.content.identifier, first.license.content.identifier);
});

test('32 parallel issues of one case give one license and one sealing', async (t) => {
  const world = await makeWorld(t);
  const outcomes = await Promise.all(Array.from({ length: 32 }, () => issueAs(world.deps, DEPARTMENT, makeRequest())));
  t.is(new Set(outcomes.map(({ license }) => license.content.identifier)).size, 1);
  t.is(outcomes.filter(({ created }) => created).length, 1);
  t.is(world.seal.calls, 1);
  t.is(await count(world, 'licenses'), 1);
  t.is(await count(world, 'events'), 1);
});

const REFUSED: readonly [string, Parameters<typeof makeRequest>[0], ProblemCode, string | undefined][] = [
  [
    'a wrong check character of the holder',
    { holders: [{ ...ZHANGSAN, code: '360102199003077719' }] },
    'code-check',
    '/holders/0/code',
  ],
  ['more holders than the type has', { holders: [ZHANGSAN, LISI] }, 'license-fields-invalid', '/holders'],
  [
    'a field against its rule',
    { fields: { occupation: '厨师' } },
    'license-fields-invalid',
    '/fields/examining_institution',
  ],
  ['a photo that is none', { photo: Buffer.from('GIF89a…').toString('base64') }, 'license-fields-invalid', '/photo'],
  ['an unknown license type', { license_type: '11100000MB0D000965009' }, 'license-type-not-found', '/license_type'],
  ['an authority that is not the client’s', { authority_code: OTHER_AUTHORITY.code }, 'issuing-not-allowed', undefined],
];
for (const [what, change, code, pointer] of REFUSED) {
  test(`refused before any intent: ${what}`, async (t) => {
    const world = await makeWorld(t);
    await refuses(t, tryIssue(world.deps, DEPARTMENT, makeRequest(change)), code, pointer);
    t.is(await count(world, 'issues'), 0);
    t.is(world.seal.calls, 0);
  });
}

test('a client that is not registered for the type may not issue it; one of several authorities must be named', async (t) => {
  const world = await makeWorld(t);
  await refuses(t, tryIssue(world.deps, 'service-hall', makeRequest()), 'issuing-not-allowed');
  const grant = { clientId: DEPARTMENT, license_type: TYPE, authority_code: OTHER_AUTHORITY.code };
  await world.db('license.issuing_clients').insert({
    client_id: grant.clientId,
    license_type: TYPE,
    authority_code: grant.authority_code,
    granted_at: world.deps.clock(),
  });
  await refuses(t, tryIssue(world.deps, DEPARTMENT, makeRequest()), 'invalid-request', '/authority_code');
  const named = makeRequest({ authority_code: OTHER_AUTHORITY.code });
  t.is((await issueAs(world.deps, DEPARTMENT, named)).license.content.issuingAuthority.name, OTHER_AUTHORITY.name);
});

test('an authority whose right has ended issues no more', async (t) => {
  const world = await makeWorld(t);
  await world
    .db('license.issuing_authorities')
    .where({ authority_code: AUTHORITY.code })
    .update({ ended_at: new Date() });
  await refuses(t, tryIssue(world.deps, DEPARTMENT, makeRequest()), 'issuing-not-allowed');
});

test('a number that the type gives once is taken by one case: of ten at once too', async (t) => {
  const world = await makeWorld(t);
  const type = await world.deps.catalog.get(TYPE);
  await publishHere(world.deps, { ...type, version: 2, numbering: { ...type.numbering, unique: 'authority' } });
  const cases = Array.from({ length: 10 }, (_, index) => makeRequest({ case_id: `CASE-${index}` }));
  const results = await Promise.allSettled(cases.map((request) => issueAs(world.deps, DEPARTMENT, request)));
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results) {
    if (result.status === 'rejected') t.true(isTrustError(result.reason, 'license-number-taken'));
  }
  t.is(await count(world, 'issues'), 1);
  await issueAs(world.deps, OTHER_DEPARTMENT, makeRequest());
  t.is(await count(world, 'licenses'), 2, 'another authority counts by itself');
});

test('the next version of a published type is used for new cases, a begun case keeps its own', async (t) => {
  const world = await makeWorld(t);
  const type = await world.deps.catalog.get(TYPE);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  t.is((await tryIssue(world.deps, DEPARTMENT, makeRequest())).kind, 'pending');
  await publishHere(world.deps, { ...type, version: 2, name: '第二版（样例）' });
  world.seal.before = () => {};
  const begun = await issueAs(world.deps, DEPARTMENT, makeRequest());
  t.is(begun.license.content.typeVersion, 1);
  const fresh = await issueAs(world.deps, DEPARTMENT, makeRequest({ case_id: 'CASE-2' }));
  t.is(fresh.license.content.name, '第二版（样例）');
});

test('registrations with a wrong check character are refused', async (t) => {
  const { deps } = await makeWorld(t);
  const right = {
    licenseType: TYPE,
    authorityName: 'x',
    authorityCode: '11360100MB0D00010K',
    region: '360100',
    sealEsID: '1',
  };
  await refuses(t, registerIssuingAuthority(deps, right), 'code-check', '/authority_code');
});

test('the seal room is away: the license is promised, and the next request with the same case finishes it', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'no answer');
  };
  const outcome = await tryIssue(world.deps, DEPARTMENT, makeRequest());
  if (outcome.kind !== 'pending') return t.fail();
  t.is(outcome.issue.lastError, 'seal-unavailable');
  t.deepEqual(outcome.issue.promisedAt, world.deps.clock());
  t.is(await count(world, 'licenses'), 0);
  world.seal.before = () => {};
  const { created } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  t.true(created);
  t.is(world.seal.made.length, 1);
});

test('what the seal room refuses for good is told and gives nothing; the same request again is a new attempt', async (t) => {
  const world = await makeWorld(t);
  const type = await world.deps.catalog.get(TYPE);
  await publishHere(world.deps, { ...type, version: 2, numbering: { ...type.numbering, unique: 'type' } });
  world.seal.before = () => {
    throw new TrustError('seal-not-granted', 'no grant');
  };
  await refuses(t, tryIssue(world.deps, DEPARTMENT, makeRequest()), 'seal-not-granted');
  const [row] = await world.db('license.issues').select('state', 'last_error');
  t.deepEqual(row, { state: 'given_up', last_error: 'seal-not-granted' });
  t.is(await count(world, 'license_numbers'), 0, 'its number is free again');
  await refuses(t, tryIssue(world.deps, DEPARTMENT, makeRequest()), 'seal-not-granted');
  world.seal.before = () => {};
  const { license } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  t.is(await count(world, 'license_numbers'), 1);
  t.is(await count(world, 'licenses'), 1);
  t.is(license.state, 'valid');
});

test('what was promised is not given up, whatever the seal room says', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  await tryIssue(world.deps, DEPARTMENT, makeRequest());
  world.seal.before = () => {
    throw new TrustError('seal-not-usable', 'suspended');
  };
  world.pass(10);
  const outcome = await tryIssue(world.deps, DEPARTMENT, makeRequest());
  t.is(outcome.kind, 'pending');
  const [row] = await world.db('license.issues').select('state', 'last_error');
  t.deepEqual(row, { state: 'intended', last_error: 'seal-not-usable' });
});

test('a request that takes too long is promised its license, which comes while nobody waits', async (t) => {
  const world = await makeWorld(t);
  const gate = Promise.withResolvers<void>();
  world.seal.before = () => gate.promise;
  const outcome = await tryIssue(world.deps, DEPARTMENT, makeRequest(), { waitMs: 0 });
  t.is(outcome.kind, 'pending');
  t.is((await tryIssue(world.deps, DEPARTMENT, makeRequest(), { waitMs: 0 })).kind, 'pending');
  const waiting = issueAs(world.deps, DEPARTMENT, makeRequest());
  gate.resolve();
  t.is((await waiting).license.state, 'valid');
  t.is(world.seal.calls, 1);
});

test('a sealed file that does not begin with our bytes, or that nobody verified, is not believed', async (t) => {
  const world = await makeWorld(t);
  const refusing = async (answer: (pdf: Uint8Array) => Partial<SealedPdf>) => {
    const seal: LicenseDeps['seal'] = {
      ...world.seal,
      seal: async (pdf) => {
        const sealed = concatBytes(pdf, utf8('%'));
        return { pdf: sealed, sm3: toHex(sm3(sealed)), sealingId: 'x', isVerified: true, ...answer(pdf) };
      },
    };
    t.is((await tryIssue({ ...world.deps, seal }, DEPARTMENT, makeRequest())).kind, 'pending');
    t.is(await count(world, 'licenses'), 0);
    world.pass(3);
  };
  await refusing((pdf) => ({ pdf: pdf.slice(1) }));
  await refusing((pdf) => ({ pdf }));
  await refusing(() => ({ isVerified: false }));
});

test('an issue that is resumed after the seal room has let its answer go is sealed under the next key', async (t) => {
  const world = await makeWorld(t);
  const keys: string[] = [];
  const seal: LicenseDeps['seal'] = {
    ...world.seal,
    seal: (pdf, place, key) => {
      keys.push(key);
      if (keys.length === 1) throw new TrustError('answer-gone', 'sealed 31 days ago');
      return world.seal.seal(pdf, place, key);
    },
  };
  const { license } = await issueAs({ ...world.deps, seal }, DEPARTMENT, makeRequest());
  t.truthy(license.version.file.sm3);
  t.deepEqual(keys, [keys[0]!, `${keys[0]}-2`]);
  const never: LicenseDeps['seal'] = { ...seal, seal: async () => Promise.reject(new TrustError('answer-gone', 'x')) };
  const another = makeRequest({ case_id: 'another-case' });
  t.is((await tryIssue({ ...world.deps, seal: never }, DEPARTMENT, another)).kind, 'pending');
});

test('events are append-only for the room', async (t) => {
  const world = await makeWorld(t);
  await issueAs(world.deps, DEPARTMENT, makeRequest());
  await t.throwsAsync(world.db('license.events').delete());
  await t.throwsAsync(world.db('license.events').update({ actor: 'x' }));
});

/** Bytes as hexadecimal, whatever holds them; without the data key, which the payload and the file show to be right. */
function inHex(license: License): unknown {
  const { dataKey: _, ...rest } = license;
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (value instanceof Date) return value.toISOString();
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
  };
  return plain(rest);
}
