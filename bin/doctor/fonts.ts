// The fonts of license faces: whether the files are those that the templates name. What is missing is refused character by
// character when a license is issued, so it is worth knowing before.

import { readFontFiles } from '../../common/pdf/font-files.ts';
import { CONFIG_TABLE } from '../../license/config.ts';
import { listTemplateFonts } from '../../license/pdf/face-template.ts';
import type { RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

export function checkFonts(environments: readonly RoomEnvironment[]): readonly Finding[] {
  const env = environments.find(({ room }) => room.name === 'license')?.env;
  if (!env) return [];
  const { name, fallback } = CONFIG_TABLE.rareFonts;
  const folder = env[name] ?? fallback();
  const files = readFontFiles(folder);
  const known = new Set(files.map(({ sm3 }) => sm3));
  const { text, rare } = listTemplateFonts();
  if (text.some((sm3) => !known.has(sm3))) {
    return [wrong('The fonts of license faces are other files than the templates name', 'Run: npm ci')];
  }
  const present = rare.filter((sm3) => known.has(sm3)).length;
  if (present === rare.length) return [well('The fonts of license faces are there, those of rare characters too')];
  return [
    note(
      files.length > text.length
        ? `The fonts in ${folder} are other files than the templates name: rare characters (生僻字) are refused`
        : `There are no fonts in ${folder}: rare characters (生僻字) are refused`,
      `Install fonts-hanazono of Debian 12, or name a folder with its files in ${name}`,
    ),
  ];
}
