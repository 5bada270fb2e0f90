// `xinji fsck`: holds the license registry against itself, reads and never mends.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { asDatabaseProblem } from '../../common/db/errors.ts';
import { isTrustError } from '../../common/errors.ts';
import { openFileStore } from '../../common/files/file-place.ts';
import { FSCK_COUNTS, type FsckFinding } from '../../license/domain/fsck-finding.ts';
import { fsckRegistry } from '../../license/flow/fsck.ts';
import { withLicenseRoom } from '../license-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const SOUND = 0;
const FAULTS = 1;
const NOT_JUDGED = 2;

export const command: Command = {
  name: 'fsck',
  summary: 'Prove that the license registry is whole: every case one license, one event, one file',
  usage: `xinji fsck [--no-files] [--json]
    --no-files  looks for files by name and does not read them
    --json      the finding as one JSON document

Reads issues, versions, licenses, holders, events with their hash chain, and every file, in one snapshot; the room may run.
Counts come first, then each fault with what it is about; the first 1000 of them. "fresh_files" were stored less than a day
ago and are named by nothing: an issue that is under way may still register them.
Needs the environment of the license room. Exit codes: ${SOUND} whole, ${FAULTS} faults were found, ${NOT_JUDGED} could not be judged,
${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (positionals.length > 0) {
      console.error(`xinji fsck: expected\n${command.usage.split('\n    --no')[0]}`);
      return EXIT_USAGE;
    }
    try {
      const finding = await withLicenseRoom(env, 'fsck', async ({ db, config, openKeys }) => {
        const files = openFileStore(config.filesPlace, config.filesCredentials);
        const readFiles = !(values['no-files'] ?? false);
        return fsckRegistry({ db, files, keys: await openKeys(), clock: systemClock }, { readFiles });
      });
      console.log(values.json ? JSON.stringify(finding, null, 2) : inWords(finding));
      return finding.faultCount > 0 ? FAULTS : SOUND;
    } catch (error) {
      const known = asDatabaseProblem(error);
      if (!isTrustError(known) || known.code === 'config-invalid') throw known;
      console.error(`xinji fsck: ${known.message}\n${known.hint}`);
      return NOT_JUDGED;
    }
  },
};

const OPTIONS = { 'no-files': { type: 'boolean' }, json: { type: 'boolean' } } as const;

function inWords({ counts, faults, faultCount }: FsckFinding): string {
  const verdict = faultCount === 0 ? 'WHOLE   no fault was found' : `FAULTS  ${faultCount}`;
  return [
    ...FSCK_COUNTS.map((name) => `${name.replaceAll('_', ' ').padEnd(16)}${String(counts[name]).padStart(12)}`),
    verdict,
    ...faults.map(({ kind, subject, detail }) => `  ${kind}  ${subject}: ${detail}`),
    ...(faultCount > faults.length ? [`  … and ${faultCount - faults.length} more`] : []),
  ].join('\n');
}
