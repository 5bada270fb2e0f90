// A department sends a list: every row is judged before anything is issued, a bad one with its reason; the good ones are
// issued after the confirmation, each once.
import { setTimeout as sleep } from 'node:timers/promises';
import { chinaDate } from '../../../common/codes/calendar-date.ts';
import type { LicenseDocument } from '../../../common/contract/license.ts';
import type { BatchDocument, batchRows } from '../../../common/contract/license-batch.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_TYPE } from '../../seed/values.ts';
import { call } from '../api.ts';
import { fetchIssued, type Issued, lookUp } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';

const DAY_MS = 86_400_000;
/** Of a year: certificates of then may be renewed now. */
const DAYS_AGO = 330;
const [, LISI, WANGFANG] = CITIZENS;

/** Returns the certificate of 李四, which ends within weeks. */
export async function tellIssuingInBulk(world: World, tell: Teller, now: Date): Promise<Issued> {
  tell.chapter('4  A list of last year is issued');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const stamp = now.toISOString().replace(/\D/g, '');
  const send = async (method: 'GET' | 'POST', path: string) => call(method, `${world.licenseUrl}${path}`, { token });
  const sent = await call('POST', `${world.licenseUrl}/v1/batches?license_type=${LICENSE_TYPE}`, {
    token,
    csv: listOf(stamp, chinaDate(new Date(now.getTime() - DAYS_AGO * DAY_MS))),
    idempotencyKey: `list-${stamp}`,
  });
  const batch = sent.json<BatchDocument>();
  tell.check(
    sent.status === 201 && batch.rows.good === 2 && batch.rows.bad === 1,
    `a list of 3 rows is judged before anything is issued: ${batch.rows.good} good, ${batch.rows.bad} bad`,
  );
  const at = `/v1/batches/${batch.batch_id}`;
  const [bad] = (await send('GET', `${at}/rows?state=bad`)).json<Rows>().rows;
  tell.check(
    bad?.line === 4 && bad.column === '体检结论' && bad.fault !== null,
    `line ${bad?.line}, column ${bad?.column}: ${bad?.fault}`,
  );
  const confirmed = await send('POST', `${at}/confirmation`);
  tell.check(confirmed.status === 200, 'the department confirms the good rows');
  while ((await send('GET', at)).json<BatchDocument>().state === 'running') await sleep(100);
  const { rows } = (await send('GET', `${at}/rows?state=issued`)).json<Rows>();
  tell.check(rows.length === 2, `${rows.length} licenses are issued, the bad row is not`);
  const found = await send('GET', `/v1/licenses/${rows[0]?.identifier}`);
  const issued = await fetchIssued(world, token, found);
  const [holder] = found.json<LicenseDocument>().holders;
  const { sealed, state } = await lookUp(world, issued);
  tell.check(sealed && state === 'valid', `that of ${holder?.name} is sealed and ${state}`);
  return issued;
}

type Rows = (typeof batchRows)['_output'];

/** Lines of the list in the words of the template; the last one states a conclusion that the type does not know. */
function listOf(stamp: string, day: string): string {
  const titles = '办件编号,证照编号,持证主体名称,持证主体代码,颁发日期,工种,体检机构,体检日期,体检结论';
  const people = [
    { ...LISI, conclusion: '合格' },
    { ...WANGFANG, conclusion: '合格' },
    { ...WANGFANG, conclusion: '不合格' },
  ];
  const rows = people.map(({ name, code, conclusion }, index) => {
    const number = `示卫健证字〔${day.slice(0, 4)}〕第${stamp.slice(-7)}${index}号`;
    const caseId = `LIST-${stamp}-${index + 1}`;
    return [caseId, number, name, code, day, '餐饮服务', '示例市第一人民医院', day, conclusion].join(',');
  });
  return [titles, ...rows].join('\r\n');
}
