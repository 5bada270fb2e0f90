// docs/threat-model.md names the test of every attack: the file is there, and a test in it has these words in its title.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';

const ROOT = join(import.meta.dirname, '../..');

test('every attack of docs/threat-model.md has its test', async (t) => {
  const page = await readFile(join(ROOT, 'docs/threat-model.md'), 'utf8');
  const rows = [...page.matchAll(/^\| [^|]+ \| [^|]+ \| `(test\/[^`]+)`: ([^|]+) \|$/gm)];
  t.true(rows.length >= 30, `${rows.length} attacks`);
  for (const [, path, words] of rows) {
    const source = await readFile(join(ROOT, path!), 'utf8');
    const titles = source.split('\n').filter((line) => /^\s*(test|judge\()|^ {2}['`]/.test(line));
    t.true(
      titles.some((line) => line.includes(words!)),
      `${path}: ${words}`,
    );
  }
});
