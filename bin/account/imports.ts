// `xinji account imports`: how imports stand; stopping, resuming and waiting for one; its refused rows once more.
import { formatDateTime } from '../../common/web/texts.ts';
import type { ImportDeps } from '../../identity/flow/import-accounts.ts';
import { cancelImport, getImport, resumeImport } from '../../identity/flow/run-import.ts';
import { type CountedImport, listImports } from '../../identity/store/imports.ts';
import { followImport, OPERATOR, sayProgress, writeRefused } from './import-file.ts';

const MOST = 50;

type Act = (deps: ImportDeps, importId: string, refusedPath: string | undefined) => Promise<number>;

const ACTS: Readonly<Record<string, Act>> = {
  show: async (deps, importId) => {
    console.log(sayImport(await getImport(deps, importId)));
    return 0;
  },
  stop: async (deps, importId) => {
    await cancelImport(deps, importId, OPERATOR);
    return ACTS['show']!(deps, importId, undefined);
  },
  resume: async (deps, importId) => {
    await resumeImport(deps, importId, OPERATOR);
    return ACTS['show']!(deps, importId, undefined);
  },
  follow: (deps, importId, path) => followImport(deps, importId, path ?? refusedPathOf(importId)),
  refused: async (deps, importId, path) => {
    await getImport(deps, importId);
    await writeRefused(deps, importId, path ?? refusedPathOf(importId));
    return 0;
  },
};

/** Null: no such act, or one import has to be named. `words`: what stands behind `imports`. */
export function runImports(
  words: readonly string[],
  refusedPath: string | undefined,
): ((deps: ImportDeps) => Promise<number>) | null {
  const [act, importId, ...rest] = words;
  if (act === undefined) return list;
  const run = Object.hasOwn(ACTS, act) ? ACTS[act] : undefined;
  if (run === undefined || importId === undefined || rest.length > 0) return null;
  return (deps) => run(deps, importId, refusedPath);
}

async function list({ db }: ImportDeps): Promise<number> {
  const imports = await listImports(db, MOST);
  for (const one of imports) console.log(sayImport(one));
  if (imports.length === 0) console.log('No imports are kept.');
  return 0;
}

function sayImport({ importId, source, fileName, state, begunAt, counts }: CountedImport): string {
  return `${importId}  ${state}  ${formatDateTime('en', begunAt)}  ${source}  ${fileName}  ${sayProgress(counts)}`;
}

function refusedPathOf(importId: string): string {
  return `${importId}.refused.csv`;
}
