// The part of fsck.ts about files: each version has one that opens to what its record says, and none lies there for nothing.
import { compareBytes } from '../../common/bytes.ts';
import { isTrustError } from '../../common/errors.ts';
import type { FileStore, StoredFile } from '../../common/files/file-store.ts';
import { type DataKey, type HolderKeyRow, openLicenseKey, openPayload } from '../domain/data-keys.ts';
import type { FsckReport } from '../domain/fsck-finding.ts';
import { type CheckedVersion, listNamedFiles } from '../store/fsck.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import type { FsckPass } from './fsck-deps.ts';
import { readSealedFile } from './sealed-files.ts';

const PAGE = 1000;
/** Files in memory at once. */
const AT_ONCE = 8;
/** What an issue stores it registers within a day, or never. */
const FRESH_MS = 86_400_000;

/** Boxes of one page of versions opened, and their files read if they are to be. */
export async function checkVersionFiles(
  pass: FsckPass,
  versions: readonly CheckedVersion[],
  readFiles: boolean,
): Promise<void> {
  const rows = await findHolderKeys(pass.db, uniqueKeys(versions.flatMap(({ holderKeys }) => holderKeys ?? [])));
  for (let start = 0; start < versions.length; start += AT_ONCE) {
    const some = versions.slice(start, start + AT_ONCE);
    await Promise.all(some.map((version) => checkVersion(pass, version, rows, readFiles)));
  }
}

async function checkVersion(
  { keys, files, report }: FsckPass,
  version: CheckedVersion,
  rows: readonly HolderKeyRow[],
  readFiles: boolean,
): Promise<void> {
  const { licenseId, identifier, holderKeys, wrappedKeys, payloadBox, fileSm3, storedSm3 } = version;
  if (holderKeys === null || wrappedKeys === null) return;
  let dataKey: DataKey;
  try {
    dataKey = openLicenseKey(keys, licenseId, { holderKeys, wrappedKeys }, rows);
    openPayload(dataKey, `version ${identifier}`, payloadBox);
  } catch (error) {
    if (isTrustError(error, 'license-shredded')) return report.count('shredded');
    if (!isTrustError(error, 'sealed-box-corrupt')) throw error;
    return report.add('payload-unreadable', identifier, error.message);
  }
  if (!readFiles) return;
  try {
    const bytes = await readSealedFile(files, dataKey, `file ${identifier}`, { sm3: fileSm3, storedSm3 });
    if (bytes.length !== version.fileSize)
      report.add('file-unreadable', identifier, `it has ${bytes.length} bytes, its record says ${version.fileSize}`);
    report.count('files_opened');
  } catch (error) {
    if (isTrustError(error, 'sealed-box-corrupt')) return report.add('file-unreadable', identifier, error.message);
    if (!isTrustError(error, 'file-corrupt')) throw error;
    const isThere = (await files.get(storedSm3).catch(() => true)) !== null;
    if (isThere) report.add('file-corrupt', identifier, error.message); // what is missing, checkFileNames names
  }
}

/** The files that tables name against those that are there, both in their order, side by side. */
export async function checkFileNames({ db, files, clock, report }: FsckPass): Promise<void> {
  const fresh = new Date(clock().getTime() - FRESH_MS);
  const stored = storedFiles(files);
  let next = await stored.next();
  let last = '';
  for await (const page of listNamedFiles(db, PAGE)) {
    for (const sm3 of page) {
      if (sm3 === last) report.add('file-shared', sm3, 'two records name it');
      last = sm3;
      for (; !next.done && next.value.sm3 < sm3; next = await stored.next()) judgeUnnamed(report, next.value, fresh);
      if (next.done || next.value.sm3 !== sm3) report.add('file-missing', sm3, 'a record names it and it is not there');
      else report.count('files');
      if (!next.done && next.value.sm3 === sm3) next = await stored.next();
    }
  }
  for (; !next.done; next = await stored.next()) judgeUnnamed(report, next.value, fresh);
}

function judgeUnnamed(report: FsckReport, { sm3, storedAt }: StoredFile, fresh: Date): void {
  if (storedAt >= fresh) report.count('fresh_files');
  else report.add('file-orphan', sm3, `nothing names it, and it lies there since ${storedAt.toISOString()}`);
}

async function* storedFiles(files: FileStore): AsyncGenerator<StoredFile> {
  for (let last: string | null = null; ; ) {
    const page: readonly StoredFile[] = await files.list(last, PAGE);
    yield* page;
    last = page.at(-1)?.sm3 ?? null;
    if (page.length < PAGE) return;
  }
}

function uniqueKeys(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  const ordered = keys.toSorted(compareBytes);
  return ordered.filter((key, index) => index === 0 || compareBytes(key, ordered[index - 1]!) !== 0);
}
