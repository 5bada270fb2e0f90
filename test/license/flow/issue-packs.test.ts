// Every good case of every pack of the house is issued, drawn and sealed, joint holders and photos included; every refused
// one is refused before anything is on record.
import { basename } from 'node:path';
import test from 'ava';
import { judgeRequest } from '../../../bin/type-packs/judge-request.ts';
import { type CaseRequest, mergePatch, readPackCases } from '../../../bin/type-packs/pack-cases.ts';
import { listPacks, readPackType } from '../../../bin/type-packs/read-pack.ts';
import { issueRequest } from '../../../common/contract/license.ts';
import { isTrustError } from '../../../common/errors.ts';
import { parseLicenseType } from '../../../license/domain/license-type.ts';
import { readLicenseFile } from '../../../license/flow/read-license.ts';
import { publishHere } from '../catalog.ts';
import { AUTHORITY, DEPARTMENT, issueAs, registerDepartment } from '../doubles.ts';
import { makeWorld } from '../world.ts';

test('the cases of the packs hold in the room as they hold at the desk', async (t) => {
  const world = await makeWorld(t);
  for (const folder of await listPacks()) {
    const pack = basename(folder);
    const { type } = await publishHere(world.deps, parseLicenseType(await readPackType(folder)));
    await registerDepartment(world.deps, DEPARTMENT, { ...AUTHORITY, sealEsID: '36010000000001' }, type.code);
    const { good, refused } = await readPackCases(folder);
    const requestOf = (request: CaseRequest, item: number) =>
      issueRequest.safeParse({ ...request, case_id: `CASE-${pack}-${item}`, license_type: type.code });
    for (const [item, { says, request }] of good.entries()) {
      const { license } = await issueAs(world.deps, DEPARTMENT, requestOf(request, item).data!);
      t.is(license.state, 'valid', `${pack}: ${says}`);
      t.is(license.content.holders.length, (request['holders'] as unknown[]).length);
      t.is((await readLicenseFile(world.deps, license)).length, license.version.file.size);
    }
    const before = world.seal.calls;
    for (const [item, one] of refused.entries()) {
      const from = good.find(({ says }) => says === one.from) ?? good[0]!;
      const changed = mergePatch(from.request, one.change) as CaseRequest;
      const parsed = requestOf(changed, item + good.length);
      const verdict = judgeRequest(type, changed, { today: '2026-11-20' });
      const error = parsed.success ? await t.throwsAsync(issueAs(world.deps, DEPARTMENT, parsed.data)) : null;
      t.true(error === null || isTrustError(error, one.code), `${pack}: ${one.says}: ${String(error)}`);
      t.is('code' in verdict ? verdict.code : null, one.code);
    }
    t.is(world.seal.calls, before);
  }
});
