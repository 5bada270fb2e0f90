// `xinji audit verify` as an auditor runs it: words, JSON and exit codes, against a log in a database of its own.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { fill, makeLogKit, signer, stranger } from '../common/audit/log-kit.ts';

const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');

type Answer = { readonly code: number; readonly out: string; readonly err: string };

function xinji(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [XINJI, 'audit', ...args], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

test('0 for a whole log, 1 with chain, row and fault for a changed one, 2 when it cannot be judged, 64 for wrong usage', async (t) => {
  await makeMissingKeys();
  const kit = await makeLogKit(t);
  const opened = await fill(kit, 4);
  await opened.close();
  const folder = await mkdtemp(join(tmpdir(), 'xinji-audit-command-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const trusted = join(folder, 'checkpoints.crt.pem');
  await writeFile(trusted, certificatePem(signer.certificate));
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_SEAL_DATABASE_URL: kit.database.urls.seal,
    XINJI_SEAL_CHECKPOINTS: kit.folder,
    XINJI_SEAL_CHECKPOINT_CERTIFICATES: trusted,
  };
  const whole = await xinji(env, 'verify', '--room', 'seal');
  t.is(whole.code, 0, whole.err);
  t.regex(whole.out, /^INTACT {2}4 rows in 1 chains of seal/);
  t.regex(whole.out, /chain seal\/1: 4 rows; checkpoints cover it to row 4, the copy to row 4/);
  t.regex(whole.out, /time stamps on checkpoints: none/);

  const strange = join(folder, 'strange.pem');
  await writeFile(strange, certificatePem(stranger.certificate));
  const untrusted = await xinji(env, 'verify', '--room', 'seal', '--certificates', strange);
  t.is(untrusted.code, 1);
  t.regex(untrusted.out, /checkpoint-untrusted {2}checkpoint 1: it names a certificate that was not given/);

  await kit.tamper(`update seal.audit_entries set actor = 'nobody' where number = 2`);
  const changed = await xinji(env, 'verify', '--room', 'seal', '--checkpoints', 'none');
  t.is(changed.code, 1);
  t.regex(changed.out, /row-changed {2}chain seal\/1, row 2: its content does not give its hash/);
  t.regex(changed.out, /copy outside the database: none given/);
  const json = await xinji(env, 'verify', '--room', 'seal', '--json');
  t.is(json.code, 1);
  t.like(JSON.parse(json.out), { room: 'seal', faults: [{ kind: 'row-changed', chain: 1, row: 2 }], timeStamps: 0 });

  const nowhere = await xinji(env, 'verify', '--room', 'seal', '--checkpoints', '/nowhere');
  t.is(nowhere.code, 2);
  t.regex(nowhere.err, /seal\.checkpoints\.jsonl cannot be read/);
  const silent = { ...env, XINJI_SEAL_DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/nowhere' };
  t.is((await xinji(silent, 'verify', '--room', 'seal')).code, 2);
  t.is((await xinji(env, 'verify', '--room', 'kitchen')).code, 64);
  t.is((await xinji(env)).code, 64);
});
