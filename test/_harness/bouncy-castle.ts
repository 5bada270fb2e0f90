// BouncyCastle as a judge of SM2 messages, which the openssl command cannot verify. One start of Java judges all jobs of a
// test file; the source is compiled in memory by the launcher.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from '../../common/pki/certificate.ts';

const run = promisify(execFile);
const JARS = ['bcprov', 'bcutil', 'bcpkix'].map((name) => `/usr/share/java/${name}.jar`).join(':');
const SOURCE = join(import.meta.dirname, 'BouncyCastleJudge.java');

export type BouncyCastleJob =
  | { readonly kind: 'crl'; readonly der: Uint8Array; readonly issuer: Certificate; readonly serial: string }
  | { readonly kind: 'ocsp'; readonly der: Uint8Array; readonly responder: Certificate }
  | { readonly kind: 'ocsp-request'; readonly der: Uint8Array }
  | { readonly kind: 'token'; readonly der: Uint8Array; readonly tsa: Certificate; readonly message: Uint8Array }
  | { readonly kind: 'cms'; readonly der: Uint8Array; readonly content: Uint8Array }
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly issuer: Certificate };

/** One line a job: `ok …` with what was read, or `no …` with the fault. */
export async function askBouncyCastle(jobs: readonly BouncyCastleJob[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-bouncy-castle-'));
  try {
    const args = await Promise.all(jobs.map((job, index) => argumentOf(join(folder, String(index)), job)));
    const options = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', JARS];
    const { stdout } = await run('java', [...options, SOURCE, ...args], { timeout: 60_000 });
    return stdout.trim().split('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function argumentOf(path: string, job: BouncyCastleJob): Promise<string> {
  const files: string[] = [];
  const put = async (bytes: Uint8Array): Promise<void> => {
    const file = `${path}-${files.length}`;
    files.push(file);
    await writeFile(file, bytes);
  };
  await put('der' in job ? job.der : job.certificate.raw);
  if ('issuer' in job) await put(job.issuer.raw);
  if (job.kind === 'crl') files.push(job.serial);
  if (job.kind === 'ocsp') await put(job.responder.raw);
  if (job.kind === 'token') {
    await put(job.tsa.raw);
    await put(job.message);
  }
  if (job.kind === 'cms') await put(job.content);
  return `${job.kind}=${files.join(',')}`;
}
