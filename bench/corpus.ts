// Seals every PDF in folders of your own (`node bench/corpus.ts FOLDER …`), asks every judge, prints the counts and what is
// wrong, and writes bench/results/corpus.json. Takes some tenths of a second a file; the test suite does the
// same with few files.
import { globSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgeSealing, type Outcome } from '../test/seal/corpus/judge-sealing.ts';
import { machine } from './measure.ts';

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error('node bench/corpus.ts FOLDER …');
  process.exit(2);
}

type Count = Record<string, number>;
const results: { folder: string; counts: Count; faults: string[] }[] = [];
for (const folder of folders) {
  const [counts, faults]: [Count, string[]] = [{}, []];
  const add = (what: string, by = 1): void => {
    counts[what] = (counts[what] ?? 0) + by;
  };
  for (const path of globSync(join(folder, '**/*.{pdf,PDF}')).sort()) {
    const bytes = new Uint8Array(readFileSync(path));
    if (bytes.length === 0) continue;
    add('files');
    const outcome: Outcome | Error = await judgeSealing(bytes).catch((error: Error) => error);
    const wrong = outcome instanceof Error ? [`it threw ${outcome.stack}`] : outcome.faults;
    for (const fault of wrong) console.log(`${basename(path)}: ${fault}`);
    faults.push(...wrong.map((fault) => `${basename(path)}: ${fault}`));
    if (outcome instanceof Error) add('threw');
    else if (outcome.accepted) {
      add('accepted');
      add('accepted and drawn', outcome.isDrawn ? 1 : 0);
      add('earlier signatures, as before', outcome.earlierSignatures);
    } else add(`refused, ${outcome.code}`);
  }
  results.push({ folder: basename(folder), counts, faults });
  console.table(counts);
}
const path = fileURLToPath(new URL('results/corpus.json', import.meta.url));
await writeFile(
  path,
  `${JSON.stringify({ measured_at: new Date().toISOString(), machine: machine(), results }, null, 2)}\n`,
);
process.exit(0);
