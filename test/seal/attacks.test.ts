// Every attack of test/seal/attacks: none passes, and the report names each by the step that finds it.
// UPDATE_ATTACKS=1 writes the table of docs/threat-model-seal.md.
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import type { SignatureReport } from '../../common/contract/report.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { AT } from '../_harness/pki.ts';
import { ATTACKS } from './attacks/all.ts';
import { type Attack, FAMILIES, type Family } from './attacks/attack.ts';
import { look, sealed, sealedAgain } from './attacks/base.ts';
import { handMade, plainObjects } from './pdf/hand-made.ts';
import { pki, sealBytes, verifyBytes } from './world.ts';

const faults = ({ steps }: SignatureReport): string =>
  steps
    .filter(({ status }) => status === 'failed')
    .map((step) => `${step.name} ${step.sub_indication}: ${step.finding}`)
    .join(' | ');

for (const attack of ATTACKS) {
  test(`${attack.family}: ${attack.name}`, async (t) => {
    const { found } = attack;
    const bytes = memorySource(await attack.make());
    const trust = (await attack.trust?.()) ?? pki.trust;
    const verify = () => verifyDocument(bytes, { trust, now: attack.now ?? AT });
    if (typeof found === 'object' && 'refused' in found) {
      t.throws(verify, { code: found.refused });
      return;
    }
    const report = verify();
    t.not(report.indication, 'TOTAL-PASSED');
    if (found === 'no-signature') {
      t.deepEqual([report.indication, report.sub_indication], ['INDETERMINATE', 'NO_SIGNATURE_FOUND']);
      return;
    }
    if (attack.says) t.regex(report.changes_after_sealing.join(' '), attack.says);
    const signature = report.signatures[found.at ?? 0]!;
    t.is(signature.indication, found.indication ?? 'TOTAL-FAILED', faults(signature));
    const step = signature.steps.find(({ name, status }) => name === found.step && status === 'failed');
    t.is(step?.sub_indication, found.sub, faults(signature));
  });
}

test('What the attacks imitate passes: every mode, with and without a time stamp', async (t) => {
  for (const mode of ['dual', 'ses', 'cms'] as const)
    for (const level of ['B', 'T'] as const)
      t.is(verifyBytes(await sealed(mode, level)).indication, 'TOTAL-PASSED', `${mode} ${level}`);
});

test('A reference to nothing that stays empty harms no seal; filled between two, it harms the first alone', async (t) => {
  const objects = plainObjects({ 3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 77 0 R] >>' });
  const open = await sealBytes(handMade({ objects }));
  t.is(verifyBytes(open).indication, 'TOTAL-PASSED');
  t.is(verifyBytes(await sealedAgain(open)).indication, 'TOTAL-PASSED');
  const filled = look(open).append({ 77: '<< /Length 4 >>\nstream\nq Q \nendstream' });
  t.deepEqual(
    verifyBytes(await sealedAgain(filled)).signatures.map(({ indication }) => indication),
    ['TOTAL-FAILED', 'TOTAL-PASSED'],
  );
});

test('Attacks have names of their own', (t) => {
  const names = ATTACKS.map(({ family, name }) => `${family} ${name}`);
  t.deepEqual([...new Set(names)], names);
});

const PAGE = new URL('../../docs/threat-model-seal.md', import.meta.url);
const MARKS = ['<!-- attacks -->', '<!-- /attacks -->'] as const;

const saidOf = ({ found }: Attack): string => {
  if (found === 'no-signature') return 'INDETERMINATE: no signature is found';
  if ('refused' in found) return `refused, \`${found.refused}\``;
  return `\`${found.step}\`, ${found.indication ?? 'TOTAL-FAILED'} ${found.sub}`;
};

/** One line an attack; the kinds of documents it is tried on, and what finds it, together. */
function describe(): string {
  const families = Object.entries(FAMILIES) as [Family, string][];
  const rows = families.map(([family, title]) => {
    const lines = new Map<string, { readonly found: Set<string>; claim: string; count: number }>();
    for (const attack of ATTACKS.filter((one) => one.family === family)) {
      const name = attack.name.replace(/ \((?:dual|ses|cms)(?: [BT])?\)$/, '');
      const line = lines.get(name) ?? { found: new Set(), claim: attack.claim, count: 0 };
      lines.set(name, { ...line, found: line.found.add(saidOf(attack)), count: line.count + 1 });
    }
    const table = [...lines].map(
      ([name, { found, claim, count }]) => `| ${name} | ${count} | ${claim} | ${[...found].join('; ')} |`,
    );
    return `### ${title}\n\n| attack | documents | what it would make one believe | found by |\n|---|---|---|---|\n${table.join('\n')}\n`;
  });
  const kinds = new Set(
    ATTACKS.map(({ family, name }) => family + name.replace(/ \((?:dual|ses|cms)(?: [BT])?\)$/, '')),
  );
  return `\n${kinds.size} attacks, ${ATTACKS.length} documents, in ${families.length} families. None passes.\n\n${rows.join('\n')}`;
}

test('docs/threat-model-seal.md tells every attack and what finds it', (t) => {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(MARKS[0]) + MARKS[0].length, page.indexOf(MARKS[1])];
  const written = page.slice(0, from) + describe() + page.slice(to);
  if (process.env['UPDATE_ATTACKS'] === '1') writeFileSync(PAGE, written);
  t.is(readFileSync(PAGE, 'utf8'), written, 'UPDATE_ATTACKS=1 npm test -- test/seal/attacks.test.ts');
  t.true(ATTACKS.length >= 60);
});
