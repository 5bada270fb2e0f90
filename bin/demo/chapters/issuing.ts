// The department closes a case and a license is issued; the same case again gives the same license.
import { chinaDate } from '../../../common/codes/calendar-date.ts';
import type { LicenseDocument } from '../../../common/contract/license.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_TYPE } from '../../seed/values.ts';
import { call } from '../api.ts';
import { fetchIssued, type Issued, issue } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';

export async function tellIssuing(world: World, tell: Teller, now: Date): Promise<Issued> {
  tell.chapter('2  A case closes, a license is issued');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const caseId = `CASE-${now.toISOString().replace(/\D/g, '')}`;
  const [{ name, codeType, code }] = CITIZENS;
  const today = chinaDate(now);
  const request = {
    case_id: caseId,
    license_type: LICENSE_TYPE,
    license_number: `示卫健证字〔${today.slice(0, 4)}〕第${caseId.slice(-6)}号`,
    holders: [{ name, code_type: codeType, code }],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: today,
      conclusion: '合格',
    },
  };
  const started = performance.now();
  const first = await issue(world, token, '/v1/licenses', request);
  const milliseconds = Math.round(performance.now() - started);
  tell.check(
    first.status === 201,
    `${ISSUING_DEPARTMENT.name} issues for case ${caseId}: status ${first.status}, ${milliseconds} ms with its token`,
  );
  const issued = await fetchIssued(world, token, first);
  const { license, pdf } = issued;
  tell.say(license.identifier);
  const again = await call('POST', `${world.licenseUrl}/v1/licenses`, { token, json: request });
  tell.check(
    again.status === 200 && again.json<LicenseDocument>().identifier === license.identifier,
    'the same case again returns the same license, status 200',
  );
  const other = await call('POST', `${world.licenseUrl}/v1/licenses`, {
    token,
    json: { ...request, license_number: `${request.license_number.slice(0, -1)}补号` },
  });
  tell.check(other.status === 409, 'the same case with another request is refused, status 409');
  tell.check(pdf.length === license.file.size, `its file is ${license.file.size} bytes, sealed`);
  return issued;
}
