// /verify without a file: the QR code of a face leads here with identifier and code; an identifier is asked for two facts.
import type Koa from 'koa';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { readLicenseIdentifier } from '../domain/read-identifier.ts';
import { type CheckDeps, type CheckedLicense, checkByFace, checkByFacts } from '../flow/check-license.ts';
import type { WrongTries } from '../flow/wrong-tries.ts';
import { type CheckPage, checkPage, factWords } from '../web/check-page.ts';
import { checkResultPage } from '../web/check-result-page.ts';
import { VERIFY_PATH } from '../web/service.ts';
import { readAskedDay } from './asked-day.ts';

export const FACTS_PATH = `${VERIFY_PATH}/facts`;

export type CheckParts = { readonly deps: CheckDeps; readonly tries: WrongTries };

/** What the QR code of a face opened. */
export async function showFaceCheck({ deps }: CheckParts, ctx: Koa.Context, id: string, code: string): Promise<void> {
  const checked = await checkByFace(deps, { identifier: id, date: null }, code);
  sendResult(deps, ctx, checked, []);
}

/** The form for the facts; false when the identifier is none of a license type that is known here. */
export async function showFactsForm({ deps }: CheckParts, ctx: Koa.Context, typed: string): Promise<boolean> {
  const asked = await readAsked(deps, typed);
  if (!asked) return false;
  sendForm(ctx, asked, { values: ['', '', ''], faults: [] });
  return true;
}

/** POST /verify/facts. */
export async function checkFacts({ deps, tries }: CheckParts, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  const asked = await readAsked(deps, form['identifier'] ?? '');
  if (!asked) return sendResult(deps, ctx, null, []);
  const values = [form['fact-1'] ?? '', form['fact-2'] ?? '', form['date'] ?? ''] as const;
  const { date, fault } = readAskedDay(values[2], chinaDate(deps.clock()));
  const faults = [...missingFacts(values), ...(fault === null ? [] : [{ field: 'date', kind: fault }])];
  if (faults.length > 0) return sendForm(ctx, asked, { values, faults }, 422);
  const names = asked.type.verify_facts;
  const facts = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  const checked = await checkByFacts(deps, tries, { identifier: asked.identifier, date }, facts);
  const { lang } = pageFrame(ctx, VERIFY_PATH);
  sendResult(
    deps,
    ctx,
    checked,
    names.map((name) => factWords(lang, asked.type, name)),
  );
}

type Asked = { readonly identifier: string; readonly type: LicenseType };

async function readAsked(deps: CheckDeps, typed: string): Promise<Asked | null> {
  const { canonical, parts } = readLicenseIdentifier(typed);
  if (canonical === null || parts === null) return null;
  const type = await deps.catalog.find(parts.licenseType);
  return type && { identifier: canonical, type };
}

function missingFacts([first, second]: CheckPage['values']): CheckPage['faults'] {
  return [first, second].flatMap((value, index) =>
    value.trim() === '' ? [{ field: `fact-${index + 1}`, kind: 'fact-missing' }] : [],
  );
}

function sendForm(ctx: Koa.Context, asked: Asked, rest: Pick<CheckPage, 'values' | 'faults'>, status = 200): void {
  sendPage(ctx, checkPage(pageFrame(ctx, VERIFY_PATH), { action: FACTS_PATH, ...asked, ...rest }), status);
}

function sendResult(deps: CheckDeps, ctx: Koa.Context, checked: CheckedLicense | null, shown: readonly string[]): void {
  const license = checked && {
    identifier: checked.identifier,
    isCurrent: checked.identifier === checked.currentIdentifier,
    name: checked.name,
    authority: checked.issuingAuthority.name,
    state: checked.state,
    stateAt: checked.stateAt,
    holders: checked.holders,
    shown,
  };
  sendPage(ctx, checkResultPage(pageFrame(ctx, VERIFY_PATH), { license, now: deps.clock() }));
}
