// The renderer of the tests, its fonts read once for a file. Rare characters are drawn where Debian's fonts-hanazono is there.
import { readFontFiles } from '../../../common/pdf/font-files.ts';
import { makeRenderer } from '../../../license/pdf/prepare-face.ts';

export const fontFiles = readFontFiles('/usr/share/fonts/truetype/hanazono');
export const renderer = makeRenderer({ fonts: fontFiles });
