// Passwords and numbers of people, from a file: on the command line they would stand in the list of processes.
import { readFile } from 'node:fs/promises';
import { TrustError } from '../../common/errors.ts';

/** The first line of the file that `--password-file` names; undefined where none is named. */
export const readPasswordFile = (path: string | undefined): Promise<string | undefined> =>
  readFirstLine('--password-file', path);

/** The first line of the file that an option names; undefined where none is named. */
export async function readFirstLine(option: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await readFile(path, 'utf8')).split(/\r?\n/)[0];
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    throw new TrustError('invalid-request', `${option} ${path} cannot be read (${why})`, {
      hint: 'Check the path and the right to read it.',
      cause,
    });
  }
}
