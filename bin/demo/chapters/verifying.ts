// The file is verified by API and by command line, the license by two facts; one changed byte is caught, with the right reason.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerificationReport } from '../../../common/contract/report.ts';
import { checkByFacts, type Issued, verify } from '../license-acts.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';

export async function tellVerifying(world: World, tell: Teller, { license, pdf }: Issued): Promise<VerificationReport> {
  tell.chapter('3  Anyone can check it');
  const { report, license: fact } = await verify(world, pdf);
  tell.check(report.indication === 'TOTAL-PASSED', `the license room's public check: ${report.indication}`);
  tell.check(fact.identifier === license.identifier && fact.status === 'valid', `the license in it is ${fact.status}`);
  const steps = report.signatures.flatMap((signature) => signature.steps);
  tell.say(
    `${steps.filter((step) => step.status === 'passed').length} steps passed, by ${new Set(steps.map((step) => step.clause)).size} standards`,
  );

  const { matches, license: found } = await checkByFacts(world, { license });
  tell.check(matches && found?.state === 'valid', `without the file, by identifier, name and number: ${found?.state}`);
  const wrong = { ...license, license_number: `${license.license_number}1` };
  tell.check(
    !(await checkByFacts(world, { license: wrong })).matches,
    'with a wrong number nothing is told, not even which fact was wrong',
  );
  const file = join(world.outFolder, 'license.pdf');
  const trust = join(world.outFolder, 'trust');
  tell.check((await runVerify([file, '--trust', trust])) === 0, 'xinji verify, offline with what is trusted: exit 0');
  tell.check((await runVerify([file])) === 3, 'xinji verify without trust never passes: exit 3');

  const changed = pdf.slice();
  changed[200] = changed[200]! ^ 1;
  const judged = (await verify(world, changed)).report;
  tell.check(
    judged.indication === 'TOTAL-FAILED' && judged.sub_indication === 'HASH_FAILURE',
    `one changed byte inside the ByteRange: ${judged.indication}, ${judged.sub_indication}`,
  );
  const changedFile = join(world.outFolder, 'changed.pdf');
  await writeFile(changedFile, changed);
  tell.check((await runVerify([changedFile, '--trust', trust])) === 1, 'xinji verify says so too: exit 1');
  return report;
}

/** Not waited for in place: a story that stands still keeps connections that the rooms have closed by then. */
function runVerify(args: readonly string[]): Promise<number | null> {
  const program = join(import.meta.dirname, '../../xinji.ts');
  const child = spawn(process.execPath, [program, 'verify', ...args], { stdio: 'ignore' });
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}
