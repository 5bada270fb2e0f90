// The SM3 of the face and of the annotated copy of every pack; run by itself it prints them, as another process.
import { pathToFileURL } from 'node:url';
import { toHex } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { type FontFile, readFontFiles } from '../../../common/pdf/font-files.ts';
import { makeRenderer } from '../../../license/pdf/prepare-face.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { annotation } from './fixtures.ts';
import { listPackSamples } from './pack-samples.ts';

export function digestFaces(
  fonts: readonly FontFile[],
): Record<string, { readonly face: string; readonly copy: string }> {
  const renderer = makeRenderer({ fonts });
  return Object.fromEntries(
    listPackSamples().map(({ slug, type, record }) => [
      slug,
      {
        face: toHex(sm3(renderLicense(renderer, type, record).pdf)),
        copy: toHex(sm3(renderLicense(renderer, type, record, annotation).pdf)),
      },
    ]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(digestFaces(readFontFiles())));
}
