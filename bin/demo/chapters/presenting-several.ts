// 一业一证: an enterprise shows two licenses of two authorities by one code; it is read once, as far as was chosen.
import { chinaDate } from '../../../common/codes/calendar-date.ts';
import type { RedemptionDocument } from '../../../common/contract/presentation.ts';
import type { ProblemDocument } from '../../../common/contract/problem.ts';
import {
  FOOD_PERMIT,
  HYGIENE_PERMIT,
  ISSUING_DEPARTMENT,
  MARKET_REGULATOR,
  UNITS,
  VERIFIER,
} from '../../seed/values.ts';
import { call } from '../api.ts';
import { type Browser, makeBrowser, type Page } from '../browser.ts';
import { fetchIssued, type Issued, issue, lookUp } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';
import { logIn } from './single-sign-on.ts';

const [UNIT] = UNITS;

export async function tellPresentingSeveral(world: World, tell: Teller, now: Date): Promise<void> {
  tell.chapter('6  Two licenses, one code (一业一证)');
  const permits = await issuePermits(world, now);
  for (const { license } of permits) {
    tell.check(license.state === 'valid', `${license.issuing_authority.name} issues ${license.name} to ${UNIT.name}`);
  }
  const browser = makeBrowser();
  const choice = await openAsUnit(world, browser, `/present?license=${permits[0]!.license.identifier}`);
  tell.check(choice.text.includes(UNIT.name), `王芳 logs in to act for ${UNIT.name}`);
  const page = await browser.submit(choice, tick(choice, permits), '/present');
  const code = readCode(page);
  tell.check(code !== '', 'she ticks both permits and makes one code');

  const token = world.tokenFor(VERIFIER.clientId, VERIFIER.scopes.join(' '));
  const redeem = (key: string) =>
    call('POST', `${world.licenseUrl}/v1/redemptions`, { token, json: { code }, idempotencyKey: key });
  const first = await redeem(`several-${code.slice(3, 15)}-1`);
  const { licenses } = first.json<RedemptionDocument>();
  const numbers = new Set(licenses.map((one) => one.license_number));
  tell.check(
    first.status === 201 &&
      licenses.length === 2 &&
      permits.every(({ license }) => numbers.has(license.license_number)),
    `${VERIFIER.name} reads ${licenses.map(({ name, state }) => `${name}, ${state}`).join('; ')}`,
  );
  tell.check(
    licenses.every(({ fields, holders }) => fields === undefined && holders?.every((one) => one.code === undefined)),
    'and no field or code that she did not tick',
  );
  const second = await redeem(`several-${code.slice(3, 15)}-2`);
  tell.check(
    second.status === 409 && second.json<ProblemDocument>().code === 'code-used',
    'a replay is refused: code-used',
  );
  const states = await Promise.all(permits.map((permit) => lookUp(world, permit)));
  tell.check(
    states.every(({ sealed, state }) => sealed && state === 'valid'),
    'both files are sealed, each by its own authority, and valid',
  );
}

/** One permit of each authority; numbers are of this minute, because both types give a number once. */
async function issuePermits(world: World, now: Date): Promise<readonly Issued[]> {
  const stamp = now.toISOString().replace(/\D/g, '');
  const today = chinaDate(now);
  const holders = [{ name: UNIT.name, code_type: '001', code: UNIT.code }];
  const food = {
    license_type: FOOD_PERMIT,
    license_number: `JY1${stamp.slice(2, 15)}`,
    fields: {
      person_in_charge: '王芳',
      domicile: '示例市东湖区青山路18号',
      premises: '示例市东湖区青山路18号一层',
      business_form: '1',
      network_operation: '否',
      items: '散装食品销售；预包装食品销售',
      supervisor: MARKET_REGULATOR.name,
      hotline: '12315',
      signatory: '周明',
    },
  };
  const hygiene = {
    license_type: HYGIENE_PERMIT,
    license_number: `示卫公证字〔${today.slice(0, 4)}〕第${stamp.slice(7, 15)}号`,
    fields: {
      person_in_charge: '王芳',
      address: '示例市东湖区青山路18号二层',
      place_kind: 'barber',
      area: '45',
      examined_on: today,
      examining_institution: '示例市疾病预防控制中心',
    },
  };
  const asked = [
    { department: MARKET_REGULATOR, request: food },
    { department: ISSUING_DEPARTMENT, request: hygiene },
  ];
  return Promise.all(
    asked.map(async ({ department, request }) => {
      const token = world.tokenFor(department.clientId, department.scopes.join(' '));
      const answer = await issue(world, token, '/v1/licenses', { ...request, case_id: `CASE-${stamp}`, holders });
      return fetchIssued(world, token, answer);
    }),
  );
}

/** Logs in as the unit's legal representative, who is asked in whose name she acts. */
async function openAsUnit(world: World, browser: Browser, path: string): Promise<Page> {
  const question = await logIn(browser, `${world.licenseUrl}${path}`, world.passwords.wangfang, 'wangfang');
  return browser.submit(question, { acting_for: UNIT.code }, '/act-as');
}

/** The boxes of these licenses, wherever they stand in the list. */
function tick({ text }: Page, permits: readonly Issued[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    permits.map(({ license: { identifier } }) => {
      const boxes = [...text.matchAll(/name="(license\.\d+)" value="([^"]+)"/g)];
      return [boxes.find(([, , value]) => value === identifier)?.[1] ?? 'license', identifier];
    }),
  );
}

/** The code that a page of 亮证 shows. */
export function readCode({ text }: Page): string {
  return /lz_[0-9a-z]{26}/.exec(text.replaceAll(/<[^>]+>|\s/g, ''))?.[0] ?? '';
}
