// The password of an encrypted PDF, from a file: on the command line it would stand in the list of processes.
import { readFile } from 'node:fs/promises';
import { TrustError } from '../../common/errors.ts';

/** The first line of the file; undefined where no file is named. */
export async function readPasswordFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await readFile(path, 'utf8')).split(/\r?\n/)[0];
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    throw new TrustError('invalid-request', `--password-file ${path} cannot be read (${why})`, {
      hint: 'Check the path and the right to read it.',
      cause,
    });
  }
}
