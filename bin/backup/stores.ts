// The stores of files of an installation, by the setting that names their place: a folder, or a bucket behind the S3 API.
import type { Mode } from '../../common/env.ts';
import { openFileStore, parseFilePlace, parseS3Credentials } from '../../common/files/file-place.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import { readKeyText } from '../../common/setting-values.ts';

/** The store that a setting names, its key in the file that `<setting>_KEY` names; null when it is not set. */
export function storesOf(
  settingOf: (setting: string) => string | null,
  mode: Mode,
): (setting: string) => FileStore | null {
  return (setting) => {
    const place = settingOf(setting);
    if (place === null) return null;
    const key = settingOf(`${setting}_KEY`);
    return openFileStore(parseFilePlace(place, mode), key ? parseS3Credentials(readKeyText(key, mode)) : null);
  };
}
