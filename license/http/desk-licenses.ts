// /desk/{org}/licenses: a clerk finds what his organisation issued, sees it with its record, changes its state.
import type Koa from 'koa';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { HOLDER_CODE_TYPES, PERSON_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { actRequest, STATE_ACTS, VERSION_OPERATIONS } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { makeToken } from '../../common/ids.ts';
import { holderCodeWords } from '../../common/web/holder-code-words.ts';
import { LICENSE_EVENT_KINDS } from '../domain/license-event.ts';
import type { License } from '../domain/license-record.ts';
import { nextState, type StateAct, TRANSITIONS } from '../domain/license-states.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { renewalWindow } from '../domain/next-version.ts';
import { maskNames } from '../domain/shown-parts.ts';
import { readFileAsAuthority, recordReadings } from '../flow/authority-readings.ts';
import { actOnLicense } from '../flow/change-state.ts';
import { findIssuedLicenses, findLicensesOfHolder } from '../flow/desk-search.ts';
import { authorityClerk } from '../flow/issuer.ts';
import { checkIsCurrent } from '../flow/open-license.ts';
import { readEvents } from '../flow/read-events.ts';
import { getIssuedLicense } from '../flow/read-license.ts';
import { listLicenseVersions } from '../store/versions.ts';
import { deskActPage } from '../web/desk-act-page.ts';
import { eventEntry } from '../web/desk-event-words.ts';
import { deskPath } from '../web/desk-frame.ts';
import { deskLicensePage, deskSearchPage } from '../web/desk-license-pages.ts';
import { type AtDesk, atDesk, type DeskParts, readerOf } from './desk-person.ts';
import { groupsOf } from './license-details.ts';
import { identifierOf, sendPdf } from './licenses.ts';
import { paramOf } from './person.ts';
import { stateView } from './wallet.ts';

export type DeskLicenseHandlers = Readonly<
  Record<'search' | 'searchHolder' | 'show' | 'file' | 'askAct' | 'act', Handler>
>;

const RECORD = 50;
const KEY_CHARACTERS = 26;
const WORDS = 128;

export function makeDeskLicenseHandlers(parts: DeskParts): DeskLicenseHandlers {
  const { deps, sessions } = parts;
  const sendFound = (ctx: Koa.Context, at: AtDesk, { words, found, isReading }: Found): void => {
    const views = found?.map((license) => ({
      license: isReading ? license : { ...license, content: maskNames(license.content) },
      view: stateView(license, deps.clock()),
    }));
    const frame = pageFrame(ctx);
    const codeTypes = CODE_TYPES.map((value) => ({ value, label: holderCodeWords(frame.lang, value) }));
    sendPage(ctx, deskSearchPage(frame, at.desk, { words, codeTypes, found: views ?? null }));
  };
  const find = async (ctx: Koa.Context): Promise<{ at: AtDesk; license: License }> => {
    const at = await atDesk(parts, ctx);
    return { at, license: await getIssuedLicense(deps, authorityClerk(at.clerk), identifierOf(ctx)) };
  };
  return {
    search: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const words = String(ctx.query['words'] ?? '')
        .normalize('NFC')
        .trim()
        .slice(0, WORDS);
      const found = words === '' ? null : await findIssuedLicenses(deps, at.clerk, words);
      sendFound(ctx, at, { words, found, isReading: false });
    },
    // Answered at once: a holder's code stands in no address.
    searchHolder: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const form = await readForm(ctx);
      sessions.checkCsrf(ctx, form);
      const holder = { codeType: form['code_type'] ?? '', code: (form['code'] ?? '').slice(0, WORDS) };
      const found = await findLicensesOfHolder(deps, at.clerk, at.desk.organisation.name, holder);
      sendFound(ctx, at, { words: '', found, isReading: true });
    },
    show: async (ctx) => {
      const { at, license } = await find(ctx);
      const page = await showLicense(parts, ctx, at, license);
      await recordReadings(deps, readerOf(at), 'page', [license]);
      sendPage(ctx, page);
    },
    file: async (ctx) => {
      const { at, license } = await find(ctx);
      sendPdf(ctx, license, await readFileAsAuthority(deps, readerOf(at), license));
    },
    askAct: async (ctx) => {
      const { at, license } = await find(ctx);
      const act = await lawfulAct(parts, ctx, license);
      const key = makeToken(KEY_CHARACTERS);
      const page = { act, key, license: maskNames(license.content), reason: '', isFaulty: false };
      sendPage(ctx, deskActPage(pageFrame(ctx), at.desk, page));
    },
    act: (ctx) => actHere(parts, ctx, find),
  };
}

type Found = {
  readonly words: string;
  readonly found: readonly License[] | null;
  /** It is on record that the clerk was told: names are shown whole. */
  readonly isReading: boolean;
};

/** Persons first: that is what most clerks look for. */
const CODE_TYPES = [...HOLDER_CODE_TYPES.keys()].sort((one, other) => rankOf(one) - rankOf(other));

function rankOf(codeType: string): number {
  return codeType === '111' ? 0 : codeType === '001' ? 1 : PERSON_CODE_TYPES.includes(codeType) ? 2 : 3;
}

/** What the state, the type and the day allow, for what the organisation issues still. */
function nextVersions({ rights }: AtDesk, { head, state, content }: License, type: LicenseType, today: string) {
  const isIssued = rights.some(({ licenseType }) => licenseType === head.licenseType);
  const lawful = VERSION_OPERATIONS.filter(
    (act) => isIssued && TRANSITIONS[state][act] !== undefined && type.acts.includes(act),
  );
  const window = lawful.includes('renew') ? renewalWindow(type, content) : null;
  const isOpen = window === null || (today >= window.opens && today <= window.closes);
  return {
    isPending: head.pendingIssue !== null,
    operations: isOpen ? lawful : lawful.filter((act) => act !== 'renew'),
    window: isOpen ? null : window,
  };
}

async function showLicense({ deps }: DeskParts, ctx: Koa.Context, at: AtDesk, license: License): Promise<string> {
  const { desk } = at;
  const frame = pageFrame(ctx);
  const { head } = license;
  const [groups, versions, type, { entries }] = await Promise.all([
    groupsOf(deps, frame, license),
    listLicenseVersions(deps.db, head.licenseId),
    deps.catalog.get(head.licenseType),
    readEvents(deps, license, { kinds: LICENSE_EVENT_KINDS, before: null, limit: RECORD }),
  ]);
  const open = TRANSITIONS[license.state];
  return deskLicensePage(frame, desk, {
    license,
    view: stateView(license, deps.clock()),
    groups,
    acts: STATE_ACTS.filter((act) => open[act] !== undefined && type.acts.includes(act)),
    next: nextVersions(at, license, type, chinaDate(deps.clock())),
    versions,
    record: entries.map((entry) => eventEntry(frame.lang, desk.organisation, entry)),
    recordLimit: RECORD,
  });
}

/** Throws not-found for a word that is no act, license-superseded and license-state-forbids. */
async function lawfulAct({ deps }: DeskParts, ctx: Koa.Context, { head, content, state }: License): Promise<StateAct> {
  const act = STATE_ACTS.find((known) => known === paramOf(ctx, 'act'));
  if (act === undefined) throw new TrustError('not-found', 'there is no such act');
  checkIsCurrent(head, content.identifier);
  nextState(state, act, (await deps.catalog.get(head.licenseType)).acts);
  return act;
}

async function actHere(
  parts: DeskParts,
  ctx: Koa.Context,
  find: (ctx: Koa.Context) => Promise<{ at: AtDesk; license: License }>,
): Promise<void> {
  const { deps, sessions } = parts;
  const { at, license } = await find(ctx);
  const form = await readForm(ctx);
  sessions.checkCsrf(ctx, form);
  const { identifier } = license.content;
  const path = deskPath(at.desk, 'licenses', identifier);
  const act = STATE_ACTS.find((known) => known === paramOf(ctx, 'act'));
  if (act === undefined) throw new TrustError('not-found', 'there is no such act');
  const reason = (form['reason'] ?? '').normalize('NFC').trim();
  const key = (form['key'] ?? '').slice(0, 64);
  if (!actRequest.safeParse({ act, reason }).success) {
    const page = { act, key, license: maskNames(license.content), reason, isFaulty: true };
    return sendPage(ctx, deskActPage(pageFrame(ctx, `${path}/acts/${act}`), at.desk, page), 422);
  }
  // Sent twice by the same clerk it is one act.
  const idempotencyKey = `desk-${at.clerk.account}-${key}`;
  await actOnLicense(deps, authorityClerk(at.clerk), { identifier, act, reason, idempotencyKey });
  seeOther(ctx, path);
}
