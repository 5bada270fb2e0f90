// The project's own sources and what each imports, read as text: for the tests about the shape of the house.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export type Import = {
  /** As written. */
  readonly specifier: string;
  /** Path from the root when relative, else the name of the package or `node:` module. */
  readonly target: string;
  readonly isTypeOnly: boolean;
};

export type Source = {
  /** From the root, with forward slashes. */
  readonly path: string;
  /** Comments blanked out, so that they can say what the code may not. */
  readonly code: string;
  readonly imports: readonly Import[];
};

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['bin', 'bench', 'common', 'identity', 'license', 'seal', 'keys-dev', 'test'];

/** Every TypeScript file of the house. */
export function readSources(): readonly Source[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  ).map((path) => makeSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

export function makeSource(path: string, text: string): Source {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|\s)\/\/.*$/gm, blank);
  const pattern = /\b(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\s+from\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/g;
  const imports = [...code.matchAll(pattern)].map((match): Import => {
    const specifier = match[2] ?? match[3]!;
    return { specifier, target: resolveImport(path, specifier), isTypeOnly: match[1] !== undefined };
  });
  return { path, code, imports };
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

function resolveImport(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
