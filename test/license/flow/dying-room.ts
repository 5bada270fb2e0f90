// A process that begins to issue a license and kills itself at the step named: `node dying-room.ts DATABASE_URL STEP`.
// Child of killed-room.test.ts; nothing of it runs after SIGKILL, no finally and no lease given back.
import { systemClock } from '../../../common/clock.ts';
import { connect } from '../../../common/db/connect.ts';
import { makeLog } from '../../../common/log.ts';
import { readFontFiles } from '../../../common/pdf/font-files.ts';
import type { LicenseDeps } from '../../../license/flow/deps.ts';
import { makeRenderer } from '../../../license/pdf/prepare-face.ts';
import { openTestCatalog } from '../catalog.ts';
import { DEPARTMENT, keys, makeMemoryFiles, makeRequest, makeSealDouble, NOON, tryIssue } from '../doubles.ts';

const [url = '', step = ''] = process.argv.slice(2);

function die(_stored?: string): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
}

const seal = makeSealDouble();
const files = makeMemoryFiles();
const db = connect(url, { applicationName: 'xinji test dying room' });
const deps: LicenseDeps = {
  db,
  catalog: await openTestCatalog({ db, clock: systemClock, log: makeLog('license', 'silent') }),
  keys,
  renderer: makeRenderer({ fonts: readFontFiles() }),
  verifyUrl: 'https://license.test/verify',
  platform: null,
  log: makeLog('license', 'silent'),
  seal: step === 'seal' ? { ...seal, seal: async () => die() } : seal,
  files: { ...files, put: async (bytes) => (step === 'file' ? die() : die(await files.put(bytes))) },
  clock: () => NOON,
};
await tryIssue(deps, DEPARTMENT, makeRequest());
await db.destroy();
