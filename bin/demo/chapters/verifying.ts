// Chapter 3: the file is verified by API and by command line; one changed byte is caught, with the right reason.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileVerification } from '../../../common/contract/license.ts';
import type { VerificationReport } from '../../../common/contract/report.ts';
import { call } from '../api.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';
import type { Issued } from './issuing.ts';

export async function tellVerifying(world: World, tell: Teller, { license, pdf }: Issued): Promise<VerificationReport> {
  tell.chapter('3  Anyone can check it');
  const { report, license: fact } = await verify(world, pdf);
  tell.check(report.indication === 'TOTAL-PASSED', `the license room's public check: ${report.indication}`);
  tell.check(fact.identifier === license.identifier && fact.status === 'valid', `the license in it is ${fact.status}`);
  const steps = report.signatures.flatMap((signature) => signature.steps);
  tell.say(
    `${steps.filter((step) => step.status === 'passed').length} steps passed, by ${new Set(steps.map((step) => step.clause)).size} standards`,
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

export async function verify(world: World, pdf: Uint8Array<ArrayBuffer>): Promise<FileVerification> {
  return (await call('POST', `${world.licenseUrl}/v1/verifications`, { pdf })).json<FileVerification>();
}

/** Not waited for in place: a story that stands still keeps connections that the rooms have closed by then. */
function runVerify(args: readonly string[]): Promise<number | null> {
  const program = join(import.meta.dirname, '../../xinji.ts');
  const child = spawn(process.execPath, [program, 'verify', ...args], { stdio: 'ignore' });
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}
