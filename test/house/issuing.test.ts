// The three rooms together over HTTP: one act across all of them, under repetition, with a room away, with wrong tokens.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { call } from '../../bin/demo/api.ts';
import { CITIZENS, LICENSE_TYPE, SEAL, type StaffLogin } from '../../bin/seed/values.ts';
import type { IssueDocument, LicenseDocument } from '../../common/contract/license.ts';
import type { ProblemDocument } from '../../common/contract/problem.ts';
import { resumeIssues } from '../../license/flow/resume-issues.ts';
import { type House, startHouse } from '../_harness/house.ts';

let house: House;
test.before(async () => {
  house = await startHouse();
});

function makeRequest(caseId = `CASE-${randomBytes(8).toString('hex')}`) {
  const [{ name, codeType, code }] = CITIZENS;
  return {
    case_id: caseId,
    license_type: LICENSE_TYPE,
    license_number: `示卫健证字第${caseId.slice(-6)}号`,
    holders: [{ name, code_type: codeType, code }],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: new Date().toISOString().slice(0, 10),
      conclusion: '合格',
    },
  };
}

const department = () => house.tokenFor('health-commission', 'license', 'license:issue license:change license:revoke');
const problemCode = (bytes: Uint8Array): string =>
  (JSON.parse(Buffer.from(bytes).toString('utf8')) as ProblemDocument).code;

test.serial('fifty parallel issues of one case give one license, sealed once', async (t) => {
  const request = makeRequest();
  const token = await department()();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      call('POST', `${house.urls.license}/v1/licenses`, { token: async () => token, json: request }),
    ),
  );
  const done = answers.filter(({ status }) => status === 200 || status === 201);
  t.is(new Set(done.map((answer) => answer.json<LicenseDocument>().identifier)).size, 1);
  t.is(answers.filter(({ status }) => status === 201).length, 1);
  t.is(done.length, 50);
  const owner = house.database.connect('owner', 1);
  t.is(
    (await owner('license.license_versions').where({ identifier: done[0]!.json<LicenseDocument>().identifier })).length,
    1,
  );
});

test.serial('one request id goes through the license room and the seal room', async (t) => {
  const requestId = `req-${randomBytes(8).toString('hex')}`;
  const response = await fetch(`${house.urls.license}/v1/licenses`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await department()()}`,
      'content-type': 'application/json',
      'x-request-id': requestId,
    },
    body: JSON.stringify(makeRequest()),
  });
  t.is(response.status, 201);
  t.is(response.headers.get('x-request-id'), requestId);
  for (const room of ['license', 'seal'] as const) {
    t.true(
      house.logs[room].some((line) => JSON.stringify(line).includes(requestId)),
      room,
    );
  }
});

test.serial('no log line of any room holds the number of a person', (t) => {
  const text = JSON.stringify(house.logs);
  t.true(text.length > 1000);
  t.false(text.includes(CITIZENS[0].code));
});

test.serial(
  'a token for another room, without the scope, or none at all is refused before anything happens',
  async (t) => {
    const json = makeRequest();
    const issue = (token?: () => Promise<string>) =>
      call('POST', `${house.urls.license}/v1/licenses`, { json, ...(token ? { token } : {}) });
    const cases: readonly [expected: string, status: number, token?: () => Promise<string>][] = [
      ['token-missing', 401],
      ['token-invalid', 401, house.tokenFor('license', 'seal', 'seal:use')],
      ['token-invalid', 401, async () => 'eyJhbGciOiJub25lIn0.e30.'],
      ['scope-missing', 403, house.tokenFor('service-hall', 'license', 'license:redeem')],
    ];
    for (const [expected, status, token] of cases) {
      const answer = await issue(token);
      t.is(answer.status, status, expected);
      t.is(problemCode(answer.bytes), expected);
      t.is(answer.headers.get('content-type')?.split(';')[0], 'application/problem+json');
    }
    const owner = house.database.connect('owner', 1);
    t.deepEqual(await owner('license.issues').where({ case_id: json.case_id }), []);
  },
);

test.serial('with the seal room away the intent stays on record, and is finished once when it is back', async (t) => {
  await house.stopRoom('seal');
  const json = makeRequest();
  const token = department();
  const first = await call('POST', `${house.urls.license}/v1/licenses`, { token, json });
  t.is(first.status, 202);
  t.is(first.json<IssueDocument>().last_problem, 'seal-unavailable');
  await house.startRoom('seal');
  const owner = house.database.connect('owner', 1);
  await owner('license.issues')
    .where({ case_id: json.case_id })
    .update({ next_attempt_at: new Date(0) });
  const results = await Promise.all([resumeIssues(house.license), resumeIssues(house.license)]);
  t.is(
    results.reduce((total, { finished }) => total + finished, 0),
    1,
  );
  const again = await call('POST', `${house.urls.license}/v1/licenses`, { token, json });
  t.is(again.status, 200);
  t.is(again.json<LicenseDocument>().state, 'valid');
});

test.serial("staff of the seed leads the department's seal on, as the persons who made it", async (t) => {
  const act = async (login: StaffLogin, scope: string, path: string, body: object) => {
    const response = await fetch(new URL(path, house.urls.seal), {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await house.staffToken(login, scope)}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': randomBytes(12).toString('hex'),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const at = `/v1/seals/${SEAL.esID}`;
  t.like(await act('yinzhang-baoguan', 'seal:keep', `${at}/suspension`, { reason: '交接' }), { status: 200 });
  const refused = await call('POST', `${house.urls.license}/v1/licenses`, {
    token: department(),
    json: makeRequest(),
  });
  t.is(problemCode(refused.bytes), 'seal-not-usable');
  t.like(await act('yinzhang-baoguan', 'seal:keep', `${at}/resumption`, { reason: '交接完毕' }), { status: 200 });
  const renewal = await act('yinzhang-baoguan', 'seal:keep', `${at}/re-making`, { reason: '换证' });
  const id = renewal.body['application_id'];
  const making = `/v1/seal-applications/${id}/making`;
  t.like((await act('yinzhang-zhizuo', 'seal:make', making, {})).body, { state: 'made', version: 2 });
  t.is((await act('yinzhang-baoguan', 'seal:keep', making, {})).body['code'], 'scope-missing');
  const steps = await house.database.connect('seal')('seal.seal_steps').where({ es_id: SEAL.esID }).orderBy('seq');
  const actorsOf = (step: string) => steps.filter((row) => row.step === step).map(({ actor }) => actor);
  t.is(new Set([...actorsOf('activate'), ...actorsOf('suspend'), ...actorsOf('renew')]).size, 1, 'one keeper, one sub');
  t.is(new Set(actorsOf('make')).size, 1);
});
