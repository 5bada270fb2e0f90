// The registry held against itself, in one snapshot: issues, versions, licenses, holders, events, the hash chain and the files.
// It reads and never mends. Memory does not grow with the registry: rows come in pages, files a few at a time.
// What an open issue has stored and not yet registered is no fault for a day; housekeeping removes it afterwards.
import type { FsckFinding, FsckReport } from '../domain/fsck-finding.ts';
import { makeFsckReport } from '../domain/fsck-finding.ts';
import {
  type CheckedEvent,
  type CheckedHead,
  type CheckedHolding,
  type CheckedIssue,
  type CheckedVersion,
  listHeads,
  listHoldings,
  listIssueEvents,
  listIssues,
  listVersions,
  prepareLook,
} from '../store/fsck.ts';
import type { FsckDeps, FsckPass } from './fsck-deps.ts';
import { checkFileNames, checkVersionFiles } from './fsck-files.ts';
import { verifyEvents } from './verify-events.ts';

const PAGE = 500;

/** `readFiles`: every file is read and opened too; without it they are looked for by name. */
export type FsckOptions = { readonly readFiles?: boolean };

export async function fsckRegistry(deps: FsckDeps, options: FsckOptions = {}): Promise<FsckFinding> {
  return deps.db.transaction((trx) => fsckWithin({ ...deps, db: trx }, options), {
    readOnly: true,
    isolationLevel: 'repeatable read',
  });
}

/** The same in a transaction of the caller's, which `deps.db` is. */
export async function fsckWithin(deps: FsckDeps, { readFiles = true }: FsckOptions = {}): Promise<FsckFinding> {
  const report = makeFsckReport();
  const pass: FsckPass = { ...deps, report };
  await prepareLook(deps.db);
  await checkHeads(pass);
  await checkVersions(pass, readFiles);
  await checkIssues(pass);
  await checkHoldings(pass);
  await checkEvents(pass);
  await checkFileNames(pass);
  return report.finding();
}

async function checkHeads({ db, report }: FsckPass): Promise<void> {
  await eachPage<CheckedHead>(
    (last) => listHeads(db, last?.licenseId ?? '', PAGE),
    (head) => {
      report.count('licenses');
      const { licenseId, version, identifier, validTo } = head;
      if (head.versions !== version || head.newestVersion !== version)
        report.add('head-differs', licenseId, `it is at version ${version} and has ${head.versions} versions`);
      else if (head.newestIdentifier !== identifier || head.newestValidTo !== validTo)
        report.add('head-differs', licenseId, 'identifier or end are not those of its newest version');
      if (head.holdersLacking > 0 || head.holders === 0)
        report.add('holder-differs', licenseId, `${head.holdersLacking} of ${head.holders} holders have no row`);
      if (head.pendingIssue !== null && head.pendingState !== 'intended')
        report.add(
          'issue-left-pending',
          licenseId,
          `issue ${head.pendingIssue} is ${head.pendingState ?? 'not there'}`,
        );
    },
  );
}

async function checkVersions(pass: FsckPass, readFiles: boolean): Promise<void> {
  const { db, report } = pass;
  for (let last = { licenseId: '', version: 0 }; ; ) {
    const page = await listVersions(db, last, PAGE);
    for (const version of page) judgeVersion(report, version);
    await checkVersionFiles(pass, page, readFiles);
    if (page.length < PAGE) return;
    last = page.at(-1)!;
  }
}

function judgeVersion(report: FsckReport, { identifier, issueId, holderKeys, issues, events }: CheckedVersion): void {
  report.count('versions');
  if (holderKeys === null) report.add('version-without-license', identifier, 'its license is not there');
  if (issues !== 1) report.add('version-without-issue', identifier, `issue ${issueId} is not there as done for it`);
  if (events !== 1) report.add('event-count', identifier, `${events} events tell of its being made`);
}

async function checkIssues({ db, report }: FsckPass): Promise<void> {
  await eachPage<CheckedIssue>(
    (last) => listIssues(db, last, PAGE),
    ({ issueId, identifier, state, versions }) => {
      report.count('issues');
      if (state === 'intended') report.count('unfinished');
      if (state === 'given_up') report.count('given_up');
      if (state === 'done' && versions !== 1)
        report.add('issue-without-version', identifier, `issue ${issueId} is done and has ${versions} versions`);
      if (state !== 'done' && versions > 0)
        report.add('unfinished-issue-visible', identifier, `issue ${issueId} is ${state} and has a version`);
    },
  );
}

async function checkHoldings({ db, report }: FsckPass): Promise<void> {
  await eachPage<CheckedHolding>(
    (last) => listHoldings(db, last, PAGE),
    ({ licenseId, isKnown }) => {
      report.count('holdings');
      if (!isKnown) report.add('holder-differs', licenseId, 'somebody is led to it whom it does not name');
    },
  );
}

async function checkEvents({ db, report }: FsckPass): Promise<void> {
  await eachPage<CheckedEvent>(
    (last) => listIssueEvents(db, last, PAGE),
    ({ eventId, isStray }) => {
      if (isStray) report.add('event-count', eventId, 'it tells of a version that is not there');
    },
  );
  const { events, waiting } = await verifyEvents(db, ({ kind, event, chain, row, detail }) =>
    report.add('event-chain', event ?? `row ${chain}/${row}`, `${kind}: ${detail}`),
  );
  report.count('events', events);
  report.count('waiting_events', waiting);
}

async function eachPage<R>(list: (last: R | null) => Promise<readonly R[]>, judge: (row: R) => void): Promise<void> {
  for (let last: R | null = null; ; ) {
    const page: readonly R[] = await list(last);
    for (const row of page) judge(row);
    last = page.at(-1) ?? null;
    if (page.length < PAGE) return;
  }
}
