import test from 'ava';
import { concatBytes, utf8 } from '../../../common/bytes.ts';
import { fileVerification } from '../../../common/contract/license.ts';
import type { SignatureReport, VerificationReport } from '../../../common/contract/report.ts';
import { actOnLicense } from '../../../license/flow/change-state.ts';
import { authorityClient } from '../../../license/flow/issuer.ts';
import { listHolderLicenses } from '../../../license/flow/open-license.ts';
import { getIssuedLicense, getOwnLicense, readLicenseFile } from '../../../license/flow/read-license.ts';
import { findLicenseFact, verifyFile } from '../../../license/flow/verify-file.ts';
import { DEPARTMENT, issueAs, LISI, lisiKey, makeRequest, OTHER_DEPARTMENT, zhangsanKey } from '../doubles.ts';
import { makeWorld } from '../world.ts';

test('the registered file is known by its SM3; a changed one only names its license; state is a separate fact', async (t) => {
  const world = await makeWorld(t);
  const { license } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  const { identifier } = license.content;
  const file = await readLicenseFile(world.deps, license);
  const whole = await verifyFile(world.deps, file);
  t.notThrows(() => fileVerification.parse(whole));
  t.is(whole.license.identifier, identifier);
  t.is(whole.license.status, 'valid');
  t.true(whole.license.registered_file);

  const changed = file.slice();
  changed[20] = (changed[20] ?? 0) ^ 1;
  const other = await findLicenseFact(world.deps, changed);
  t.is(other.identifier, identifier);
  t.is(other.status, 'valid');
  t.false(other.registered_file);

  const actor = await authorityClient(world.deps, DEPARTMENT);
  await actOnLicense(world.deps, actor, { identifier, act: 'revoke', reason: 'x', idempotencyKey: 'revoke-000001' });
  const revoked = await findLicenseFact(world.deps, file);
  t.is(revoked.status, 'revoked');
  t.true(revoked.registered_file);
  world.setTime(new Date('2028-01-01T00:00:00Z'));
  t.is((await findLicenseFact(world.deps, file)).status, 'revoked', 'a revoked license does not become expired');
});

test('a signature without an e-seal, however valid, never passes for a sealed license', async (t) => {
  const { deps } = await makeWorld(t);
  const fact = { status: 'passed', finding: 'well' } as const;
  const signature = (seal: SignatureReport['seal']): SignatureReport => ({
    field: 'Signature1',
    container: seal ? 'dual' : 'cms',
    indication: 'TOTAL-PASSED',
    sub_indication: null,
    integrity: fact,
    cryptography: fact,
    certificate_trust: fact,
    seal_status: fact,
    time: fact,
    level: 'B' as const,
    covers_whole_file: true,
    byte_range: [0, 1, 2, 3],
    signing_time: null,
    time_source: null,
    signer: null,
    seal,
    deviations: [],
    steps: [],
  });
  const [valid_from, valid_to] = ['2026-01-01T00:00:00Z', '2030-01-01T00:00:00Z'];
  const seal = {
    esID: '36010000000001',
    name: '示例',
    version: 4,
    valid_from,
    valid_to,
    maker: 'CN=x',
    eseal_sm3: '5b'.repeat(32),
  };
  const verify = async (...signatures: readonly SignatureReport[]) => {
    const answer = async (pdf: Uint8Array): Promise<VerificationReport> => ({
      ...(await deps.seal.verify(pdf)),
      indication: 'TOTAL-PASSED',
      sub_indication: null,
      signatures: [...signatures],
    });
    const { report } = await verifyFile({ ...deps, seal: { ...deps.seal, verify: answer } }, utf8('%PDF-1.7'));
    return `${report.indication} ${report.sub_indication}`;
  };
  t.is(await verify(signature(null)), 'INDETERMINATE NO_SIGNATURE_FOUND');
  t.is(await verify(signature(seal)), 'TOTAL-PASSED null');
  t.is(await verify(signature(null), signature(seal)), 'TOTAL-PASSED null');
});

test('files that are no license, name an unknown, a broken or two licenses', async (t) => {
  const { deps } = await makeWorld(t);
  const claim = (text: string): Uint8Array => utf8(`%PDF-1.7 <zz:ZZBS>${text}</zz:ZZBS>`);
  const unknown = '1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U';
  t.is((await findLicenseFact(deps, utf8('%PDF-1.7'))).status, 'not_a_license');
  const foreign = await findLicenseFact(deps, claim(unknown));
  t.is(foreign.status, 'unknown');
  t.is(foreign.identifier, unknown);
  const broken = await findLicenseFact(deps, claim(`${unknown.slice(0, -1)}V`));
  t.is(broken.status, 'unknown');
  t.is(broken.identifier, null);
  const two = await findLicenseFact(deps, concatBytes(claim(unknown), claim('x')));
  t.is(two.status, 'unknown');
  t.is(two.identifier, null);
});

test('a department reads what its own authority issued, a holder what is his', async (t) => {
  const { deps } = await makeWorld(t);
  const { license } = await issueAs(deps, DEPARTMENT, makeRequest());
  const { identifier } = license.content;
  await issueAs(deps, OTHER_DEPARTMENT, makeRequest({ holders: [LISI] }));
  const read = async (clientId: string) => getIssuedLicense(deps, await authorityClient(deps, clientId), identifier);
  t.is((await read(DEPARTMENT)).content.identifier, identifier);
  await t.throwsAsync(read(OTHER_DEPARTMENT), { message: /no such license/ });
  t.is((await getOwnLicense(deps, zhangsanKey, identifier)).content.identifier, identifier);
  await t.throwsAsync(getOwnLicense(deps, lisiKey, identifier), { message: /no such license/ });
  const own = await listHolderLicenses(deps, zhangsanKey);
  t.deepEqual(
    own.map((row) => row.content.identifier),
    [identifier],
  );
  t.is((await listHolderLicenses(deps, lisiKey)).length, 1);
  t.deepEqual(await listHolderLicenses(deps, new Uint8Array(32)), []);
});
