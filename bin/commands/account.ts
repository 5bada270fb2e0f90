// `xinji account confirm`: a document was seen at a counter. `xinji account import`: takes the users of another house over from
// a CSV file by the durable queue; `xinji account imports` says how that stands.

import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { makeLog } from '../../common/log.ts';
import { CITIZEN_NUMBER } from '../../identity/domain/account.ts';
import type { Level } from '../../identity/domain/assurance.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { IMPORT_COLUMNS } from '../../identity/domain/import-row.ts';
import { confirmAtCounter } from '../../identity/flow/confirm-at-counter.ts';
import type { ImportDeps } from '../../identity/flow/import-accounts.ts';
import { openPorts } from '../../identity/proofing/open-ports.ts';
import { EXIT_SOME_REFUSED, importFile, tryFile } from '../account/import-file.ts';
import { runImports } from '../account/imports.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'account',
  summary: 'Take accounts of another house over, confirm a document seen at a counter',
  usage: `xinji account import FILE.csv --source NAME [--dry-run] [--max-level 2|3|4] [--refused FILE] [--detach]
xinji account imports [show|stop|resume|follow|refused ID] [--refused FILE]
xinji account confirm PHONE|LOGIN --name NAME --code NUMBER [--code-type TYPE] --clerk WHO
    FILE.csv       UTF-8 with a header of these columns, in any order; all but key and name may be missing or empty:
                   ${IMPORT_COLUMNS.join(' ')}
    --source NAME  the other house; rows are known by its name and their key, and taken once
    --dry-run      judges every row against the accounts that are here, and keeps nothing
    --max-level    the real-name level that you vouch for at most; 2 unless given
    --refused FILE rows that were not taken, with the reason; FILE.csv.refused.csv unless given
    --detach       puts the file into the queue and ends; a running identity room takes it over
    imports        how imports stand; stop and resume one, wait for one, its refused rows once more
    confirm        the document was held beside its holder: level 5, with name and number as seen; recorded with the clerk

The file goes into the durable queue: what was taken stays, a crash costs the batch under way, and it goes on by itself. A file
that is imported again takes nobody twice. Correct the refused rows and import that file.
Exit codes: 0 all rows taken, ${EXIT_SOME_REFUSED} some refused, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, file, ...rest] = positionals;
    if (action === 'confirm' && file !== undefined && rest.length === 0) return confirm(env, file, values);
    const run =
      action === 'imports'
        ? runImports(positionals.slice(1), values.refused)
        : action === 'import' && file !== undefined && rest.length === 0
          ? runImport(file, values)
          : null;
    if (run === null) {
      console.error(`xinji account: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    return withIdentityRoom(env, 'account', ({ db, rootSecret }) =>
      run({ db, clock: systemClock, keys: deriveDocumentKeys(rootSecret) }),
    );
  },
};

const OPTIONS = {
  source: { type: 'string' },
  'dry-run': { type: 'boolean' },
  detach: { type: 'boolean' },
  'max-level': { type: 'string' },
  refused: { type: 'string' },
  name: { type: 'string' },
  code: { type: 'string' },
  'code-type': { type: 'string' },
  clerk: { type: 'string' },
} as const;

type Seen = { readonly name?: string; readonly code?: string; readonly 'code-type'?: string; readonly clerk?: string };

async function confirm(env: NodeJS.ProcessEnv, who: string, { name, code, clerk, ...seen }: Seen): Promise<number> {
  if (!name || !code || !clerk) {
    console.error('xinji account: confirm needs --name, --code and --clerk');
    return EXIT_USAGE;
  }
  const holder = { code, type: seen['code-type'] ?? CITIZEN_NUMBER };
  return withIdentityRoom(env, 'account', async ({ db, config, rootSecret }) => {
    const ports = openPorts(config, makeLog('identity', config.logLevel));
    const deps = { db, clock: systemClock, keys: deriveDocumentKeys(rootSecret), ports };
    const { outcome } = await confirmAtCounter(deps, { who, seen: { name, holder }, clerk });
    console.log(outcome === 'proven' ? 'The account is at level 5.' : `Not confirmed: ${outcome}.`);
    return outcome === 'proven' ? 0 : 1;
  });
}

type Asked = {
  readonly source?: string;
  readonly 'dry-run'?: boolean;
  readonly 'max-level'?: string;
  readonly refused?: string;
  readonly detach?: boolean;
};

/** Null for wrong options. */
function runImport(file: string, asked: Asked): ((deps: ImportDeps) => Promise<number>) | null {
  const { source = '', 'dry-run': isDry = false, detach = false, refused = `${file}.refused.csv` } = asked;
  const maxLevel = Number(asked['max-level'] ?? '2');
  if (![2, 3, 4].includes(maxLevel) || !/^[a-z0-9][a-z0-9.-]{0,62}$/.test(source)) return null;
  const of = { file, source, maxLevel: maxLevel as Level, refusedPath: refused };
  return (deps) => (isDry ? tryFile(deps, of) : importFile(deps, { ...of, detach }));
}
