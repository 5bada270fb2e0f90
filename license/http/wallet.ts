// 我的证照: the list, one license with who read it, its file, and what is asked of its authority. Every act is POST, 303, GET.
import type Koa from 'koa';
import { z } from 'zod';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isDatabaseUnavailable } from '../../common/db/errors.ts';
import { isTrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import type { Flashes } from '../../common/http/flash.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import type { TimelineEntry } from '../../common/web/records.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { License } from '../domain/license-record.ts';
import { isPresentable } from '../domain/license-states.ts';
import { askCorrection, listOwnCorrections } from '../flow/corrections.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { listHolderNotices } from '../flow/holder-notices.ts';
import { listHolderLicenses } from '../flow/open-license.ts';
import { getOwnLicense, readLicenseFile } from '../flow/read-license.ts';
import { findOrganisationNames } from '../store/clients.ts';
import { listWaitingRequests } from '../store/consent-requests.ts';
import { listLicenseVersions } from '../store/versions.ts';
import { type CorrectionFault, correctionPage } from '../web/correction-page.ts';
import { licensePage } from '../web/license-page.ts';
import { daysLeft, type StateView } from '../web/license-words.ts';
import { newsEntry } from '../web/news-words.ts';
import { readingEntry } from '../web/reading-words.ts';
import { CONSENTS_PATH, PRESENT_PATH, WALLET_PATH } from '../web/service.ts';
import { WALLET_FILTERS, type WalletLicense, walletPage } from '../web/wallet-page.ts';
import type { LastLists } from './last-lists.ts';
import { groupsOf, placeQuery, readConsents, readReadings } from './license-details.ts';
import { identifierOf, sendPdf } from './licenses.ts';
import { personOf } from './person.ts';
import type { HolderSession } from './session-box.ts';
import type { SessionGate } from './session-gate.ts';

export type WalletHandlers = Readonly<Record<'list' | 'show' | 'file' | 'showCorrection' | 'askCorrection', Handler>>;
export type WalletParts = {
  readonly deps: LicenseDeps;
  readonly sessions: SessionGate;
  readonly flashes: Flashes;
  readonly lastLists: LastLists;
};

/** Newest messages under the list. */
const NEWS = 5;
const ASKED = 'correction-asked';

const TEXTS = {
  asked: {
    zh: '纠错申请已提交给颁发机构，答复会显示在本页。',
    en: 'Your request went to the issuing authority; its answer will stand on this page.',
  },
} satisfies Texts;

export function makeWalletHandlers(parts: WalletParts): WalletHandlers {
  return {
    list: (ctx) => showList(parts, ctx),
    show: (ctx) => showLicense(parts, ctx),
    file: async (ctx) => {
      const license = await findOwn(parts, ctx);
      sendPdf(ctx, license, await readLicenseFile(parts.deps, license));
    },
    showCorrection: async (ctx) => sendCorrection(parts, ctx, await findOwn(parts, ctx), '', null),
    askCorrection: (ctx) => ask(parts, ctx),
  };
}

const pathOf = (identifier: string): string => `${WALLET_PATH}/${identifier}`;
const correctionPath = (identifier: string): string => `${pathOf(identifier)}/corrections`;

function findOwn({ deps, sessions }: WalletParts, ctx: Koa.Context): Promise<License> {
  return getOwnLicense(deps, sessions.sessionOf(ctx).holderKey, identifierOf(ctx));
}

const filterQuery = z.object({
  name: z.string().trim().max(100).catch(''),
  state: z.enum(WALLET_FILTERS).catch('all'),
});

async function showList(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { sessions } = parts;
  const frame = pageFrame(ctx);
  const filter = filterQuery.parse({ ...ctx.query });
  const person = personOf(sessions, ctx);
  sendPage(ctx, walletPage(frame, { person, filter, ...(await readList(parts, ctx, frame)) }));
}

type List = {
  readonly licenses: readonly WalletLicense[];
  readonly news: readonly TimelineEntry[];
  readonly waiting: number;
  readonly asOf: Date | null;
};

/** As it is now; while the database cannot be reached, as it was seen last. */
async function readList({ deps, sessions, lastLists }: WalletParts, ctx: Koa.Context, frame: PageFrame): Promise<List> {
  const session = sessions.sessionOf(ctx);
  try {
    const own = await listHolderLicenses(deps, session.holderKey);
    const licenses = own.map((license) => walletLicense(license, deps.clock()));
    const news = await readNews(deps, frame, own);
    lastLists.keep(session, licenses);
    const waiting = (await listWaitingRequests(deps.db, session.holderKey, deps.clock())).length;
    return { licenses, news, waiting, asOf: null };
  } catch (error) {
    const last = isDatabaseUnavailable(error) ? lastLists.recallList(session) : null;
    if (last === null) throw error;
    return { licenses: last.licenses, news: [], waiting: 0, asOf: last.at };
  }
}

async function readNews(
  deps: LicenseDeps,
  { lang }: PageFrame,
  own: readonly License[],
): Promise<readonly TimelineEntry[]> {
  const notices = await listHolderNotices(
    deps,
    own.map(({ head }) => head.licenseId),
    NEWS,
  );
  const readers = notices.flatMap((notice) => (notice.kind === 'new-reader' ? [notice.reader] : []));
  const names = readers.length === 0 ? new Map<string, string>() : await findOrganisationNames(deps.db, readers);
  return notices.flatMap((notice) => {
    const license = own.find(({ head }) => head.licenseId === notice.licenseId);
    if (!license) return [];
    const unit = notice.kind === 'new-reader' ? (names.get(notice.reader) ?? notice.reader) : null;
    const { name, identifier } = license.content;
    return [newsEntry(lang, { ...notice, name, href: pathOf(identifier), unit })];
  });
}

function walletLicense(license: License, now: Date): WalletLicense {
  const { identifier, name, licenseNumber, issuingAuthority, validTo } = license.content;
  return {
    ...stateView(license, now),
    href: pathOf(identifier),
    name,
    licenseNumber,
    issuingAuthority: issuingAuthority.name,
    validTo,
  };
}

/** How a license looks in a list. */
export function stateView({ state, head }: License, now: Date): StateView {
  return { state, daysLeft: daysLeft(head.validTo, chinaDate(now)) };
}

async function showLicense(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions, flashes } = parts;
  const session = sessions.sessionOf(ctx);
  const frame = pageFrame(ctx);
  const license = await findOwn(parts, ctx);
  const { head, content } = license;
  const [groups, versions, readings, corrections, consents] = await Promise.all([
    groupsOf(deps, frame, license),
    listLicenseVersions(deps.db, head.licenseId),
    readReadings(deps, ctx, license),
    listOwnCorrections(deps, session.holderKey, head.licenseId),
    readConsents(deps, frame, session, license),
  ]);
  const { identifier, issuedOn, validFrom, validTo, name, licenseNumber, issuingAuthority, holders } = content;
  const href = pathOf(identifier);
  const page = licensePage(frame, {
    ...stateView(license, deps.clock()),
    ...{ identifier, issuedOn, validFrom, validTo, name, licenseNumber, issuingAuthority, holders, groups },
    person: personOf(sessions, ctx),
    stateReason: license.stateReason,
    stateChangedAt: head.stateChangedAt,
    presentHref:
      license.isCurrent && isPresentable(license.state)
        ? `${PRESENT_PATH}?${new URLSearchParams({ license: identifier })}`
        : null,
    fileHref: `${href}/file`,
    currentHref: license.isCurrent ? null : pathOf(head.identifier),
    versions: versions.map((version) => ({
      ...version,
      href: pathOf(version.identifier),
      fileHref: `${pathOf(version.identifier)}/file`,
    })),
    readings: {
      entries: readings.entries.map((entry) => readingEntry(frame.lang, entry, readings.type)),
      olderHref: readings.older === null ? null : `${href}?${new URLSearchParams(placeQuery(readings.older))}`,
      newestHref: readings.isFirst ? null : href,
    },
    consents,
    consentsHref: CONSENTS_PATH,
    corrections,
    correctionHref: correctionPath(identifier),
    message: flashes.take(ctx, session.token)?.code === ASKED ? sayIn(frame.lang)(TEXTS.asked) : null,
  });
  sendPage(ctx, page);
}

async function ask(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions, flashes } = parts;
  const session = sessions.sessionOf(ctx);
  const form = await readForm(ctx);
  sessions.checkCsrf(ctx, form);
  const license = await findOwn(parts, ctx);
  const text = form['text'] ?? '';
  try {
    const { identifier } = license.content;
    await askCorrection(deps, presenterOf(session), identifier, { kind: 'correction', text });
    flashes.leave(ctx, { code: ASKED }, session.token);
    seeOther(ctx, `${pathOf(identifier)}#corrections`);
  } catch (error) {
    const fault = correctionFault(error, text);
    if (fault === null) throw error;
    sendCorrection(parts, ctx, license, text, fault);
  }
}

export function presenterOf({ holderKey, sub }: HolderSession) {
  return { holderKey, account: sub };
}

/** What the person in front of the form can do something about. */
export function correctionFault(error: unknown, text: string): CorrectionFault | null {
  if (isTrustError(error, 'corrections-open')) return 'too-many';
  if (!isTrustError(error, 'invalid-request')) return null;
  return text.trim() === '' ? 'missing' : 'too-long';
}

function sendCorrection(
  { sessions }: WalletParts,
  ctx: Koa.Context,
  { content }: License,
  text: string,
  fault: CorrectionFault | null,
): void {
  const { identifier, name, issuingAuthority } = content;
  const page = correctionPage(pageFrame(ctx, correctionPath(identifier)), {
    person: personOf(sessions, ctx),
    action: correctionPath(identifier),
    license: { name, href: pathOf(identifier), authority: issuingAuthority.name },
    text,
    fault,
  });
  sendPage(ctx, page, fault === null ? 200 : 422);
}
