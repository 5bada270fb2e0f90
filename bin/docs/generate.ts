// Writes docs/errors.md, docs/config.md and docs/codes.md from the tables in the code; `--check` fails when they differ.
// A page that is written by hand can be wrong; these cannot be, as `make check` runs this with --check.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ConfigTable } from '../../common/env.ts';
import { PROBLEMS } from '../../common/errors.ts';
import { CONFIG_TABLE as IDENTITY } from '../../identity/config.ts';
import { CONFIG_TABLE as LICENSE } from '../../license/config.ts';
import { CONFIG_TABLE as SEAL } from '../../seal/config.ts';
import { OWNER_TABLE } from '../commands/owner-config.ts';
import { codesPage } from './codes-page.ts';

const PAGES: readonly { file: string; make: () => string }[] = [
  { file: 'docs/errors.md', make: errorsPage },
  { file: 'docs/config.md', make: configPage },
  { file: 'docs/codes.md', make: () => `${HEADER}${codesPage()}\n` },
];

const HEADER = '<!-- Written by `npm run docs`; edit the table in the code, not this page. -->\n\n';

export function errorsPage(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, row]) => `| \`${code}\` | ${row.status} | ${row.title}<br>${row.titleZh} | ${row.hint} |`,
  );
  return `${HEADER}# Problem codes

Every refusal of the APIs is an RFC 9457 document (\`application/problem+json\`) with \`type\` \`urn:xinji:problem:CODE\`.
\`detail\` says what was found and what was expected, \`pointer\` where, \`hint\` what to do now, \`instance\` is the request id to tell the operator.
OAuth and OpenID Connect endpoints keep their own form (\`error\`, \`error_description\`). A failed verification is not an error: it is a report, with status 200.
The command line prints the same sentence and hint; a \`config-invalid\` or \`schema-outdated\` ends it with exit code 78.

| code | status | meaning | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

export function configPage(): string {
  const parts: [string, ConfigTable][] = [
    ['The owner: `xinji serve`, `migrate`, `seed`, `doctor`', OWNER_TABLE],
    ['identity', IDENTITY],
    ['license', LICENSE],
    ['seal', SEAL],
  ];
  return `${HEADER}# Configuration

Everything is an environment variable, read once at start. All faults are reported together, one a line, and the program ends with exit code 78.
An unknown \`XINJI_*\` key is a fault. \`XINJI_MODE\` is \`development\` or \`production\`; unset means production, which refuses development keys, defaults and plain http.
\`xinji serve\` derives in development what is not set; it hands each room only the keys of its own table.

${parts.map(([title, table]) => `## ${title}\n\n${configRows(table)}`).join('\n\n')}
`;
}

function configRows(table: ConfigTable): string {
  const rows = Object.values(table).map((row) => {
    const development = row.fallback?.('development') ?? (row.secret ? 'made at first start' : 'required');
    const production = row.fallback?.('production') ?? 'required';
    return `| \`${row.name}\` | ${row.manual} | \`${row.example}\` | ${cell(development)} | ${cell(production)} |`;
  });
  return [
    '| key | manual | example | unset in development | unset in production |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const cell = (text: string) =>
  text === '' ? 'empty' : text === 'required' || text.includes(' ') ? text : `\`${text}\``;

async function main(check: boolean): Promise<number> {
  const stale: string[] = [];
  for (const page of PAGES) {
    const path = fileURLToPath(new URL(`../../${page.file}`, import.meta.url));
    const text = page.make();
    const old = await readFile(path, 'utf8').catch(() => '');
    if (old === text) continue;
    if (check) stale.push(page.file);
    else await writeFile(path, text);
  }
  if (stale.length > 0) console.error(`${stale.join(', ')} differ from the code; run: npm run docs`);
  return stale.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes('--check'));
