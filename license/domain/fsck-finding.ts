// What `xinji fsck` can find, by name, and how findings are gathered: counts, and the first faults of as many as there are.

export type FsckFaultKind =
  /** A license whose versions are not 1, 2 … up to its own, or that names another newest one. */
  | 'head-differs'
  /** A version without its license. */
  | 'version-without-license'
  /** A version that no finished issue made, or whose issue did not finish. */
  | 'version-without-issue'
  /** An issue that is done and has not exactly one version. */
  | 'issue-without-version'
  /** An issue that is not done and has a version. */
  | 'unfinished-issue-visible'
  /** A license that waits for an issue which is over. */
  | 'issue-left-pending'
  /** A version that is told of by no event, or by several; or an event that tells of a version which is not there. */
  | 'event-count'
  /** A holder whom his rows do not lead to his license, or a row that leads to a license which is not his. */
  | 'holder-differs'
  | 'payload-unreadable'
  | 'file-missing'
  /** The stored bytes are others than their name says. */
  | 'file-corrupt'
  /** It does not open, or to another file than the record says. */
  | 'file-unreadable'
  | 'file-shared'
  /** A file that nothing names, older than the day in which an issue may still register it. */
  | 'file-orphan'
  /** The hash chain says something else of the event (`xinji audit verify` says more). */
  | 'event-chain';

export type FsckFault = {
  readonly kind: FsckFaultKind;
  /** An identifier of a license, a license id, or the id of an issue, event or file. */
  readonly subject: string;
  readonly detail: string;
};

export const FSCK_COUNTS = [
  'licenses',
  'versions',
  'shredded',
  'issues',
  'unfinished',
  'given_up',
  'holdings',
  'events',
  'waiting_events',
  'files',
  'files_opened',
  'fresh_files',
] as const;
export type FsckCount = (typeof FSCK_COUNTS)[number];

export type FsckFinding = {
  readonly counts: Readonly<Record<FsckCount, number>>;
  readonly faults: readonly FsckFault[];
  /** All of them; more than are listed when there are many. */
  readonly faultCount: number;
};

const LISTED = 1000;

export type FsckReport = {
  count(what: FsckCount, by?: number): void;
  add(kind: FsckFaultKind, subject: string, detail: string): void;
  finding(): FsckFinding;
};

export function makeFsckReport(): FsckReport {
  const counts = Object.fromEntries(FSCK_COUNTS.map((name) => [name, 0])) as Record<FsckCount, number>;
  const faults: FsckFault[] = [];
  let faultCount = 0;
  return {
    count: (what, by = 1) => {
      counts[what] += by;
    },
    add: (kind, subject, detail) => {
      faultCount += 1;
      if (faults.length < LISTED) faults.push({ kind, subject, detail });
    },
    finding: () => ({ counts: { ...counts }, faults: [...faults], faultCount }),
  };
}
