// Executes docs/sharing.md: its requests in their order against a license room, its shell block on the encrypted answer, and
// the commands of the administrator and of who verifies.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { z } from 'zod';
import { toHex } from '../../common/bytes.ts';
import { CSRF_FIELD } from '../../common/http/csrf.ts';
import { REFUSAL_REASONS } from '../../license/domain/read-grounds.ts';
import { STATUS_OF_PROBLEM } from '../../license/http/sharing.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { type LicenseHouse, startLicense } from '../license/http/license-house.ts';
import { keyOf, registerReaders, storeLicense, ZHANGSAN } from '../license/sharing-world.ts';

const DOCUMENT = readFileSync('docs/sharing.md', 'utf8');
const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');
const ADMIN = { sub: 'admin-1', roles: [{ org: '11360100MB0D000533', unit: '证照科', role: 'license-admin' }] };

type Block = {
  readonly method: string;
  readonly path: string;
  readonly asAdmin: boolean;
  readonly status: number;
  /** head.status and head.reason of an envelope. */
  readonly envelope: readonly string[];
  readonly body: string;
};

/** Blocks of ```http: `METHOD PATH [as admin] → STATUS [head.status [reason]]`, then the body. */
function readBlocks(): readonly Block[] {
  return [...DOCUMENT.matchAll(/```http\n(\S+) (\S+)( as admin)? → (\d{3})(.*)\n([\s\S]*?)```/g)].map((found) => {
    const [, method = '', path = '', admin, status = '', rest = '', body = ''] = found;
    const envelope = rest.trim().split(' ').filter(Boolean);
    return { method, path, asAdmin: admin !== undefined, status: Number(status), envelope, body };
  });
}

const answered = z.looseObject({
  request_id: z.string().optional(),
  address: z.string().optional(),
  state: z.string().optional(),
  matches: z.boolean().optional(),
  head: z.looseObject({ status: z.int(), reason: z.string().optional() }).optional(),
  data: z.looseObject({ content: z.string().optional() }).nullish(),
  encryptedData: z.looseObject({ cipherText: z.string() }).optional(),
});

async function agree(house: LicenseHouse, address: string): Promise<void> {
  const session = await house.session(keyOf(ZHANGSAN));
  const page = await house.call('GET', new URL(address).pathname, {
    headers: { Cookie: session, Accept: 'text/html' },
  });
  const cookies = page.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  const form = new URLSearchParams({ decision: 'agree' });
  form.set(CSRF_FIELD, new RegExp(`name="${CSRF_FIELD}" value="([^"]+)"`).exec(page.text)?.[1] ?? '');
  for (const [, name = ''] of page.text.matchAll(/name="(give:[^"]+)"/g)) form.set(name, 'on');
  const headers = { Cookie: [session, ...cookies].join('; '), Accept: 'text/html' };
  await house.call('POST', new URL(address).pathname, { headers, body: form });
}

function makeFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'xinji-sharing-doc-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('docs/sharing.md: every request in its order, and the shell opens the encrypted answer', async (t) => {
  const house = await startLicense(t);
  await registerReaders(house.deps.db);
  const { identifier } = await storeLicense(house.deps.db);
  const folder = makeFolder(t);
  const key = join(folder, 'food.key.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'SM2', '-out', key]);
  const point = execFileSync('openssl', ['pkey', '-in', key, '-pubout', '-outform', 'DER']).subarray(-65);
  const known = new Map([
    ['identifier', identifier],
    ['sm2_public_key', toHex(point)],
  ]);
  const fill = (text: string): string => text.replace(/<(\w+)>/g, (_, name: string) => known.get(name) ?? `no ${name}`);
  const reader = await house.token('market-regulator', 'license:read');
  const admin = await house.token('xinji-cli', 'license:admin', ADMIN);
  let opened = '';
  const blocks = readBlocks();
  t.is(blocks.length, 11);
  for (const block of blocks) {
    const said = `${block.method} ${block.path}`;
    const sent = block.body.trim() === '' ? {} : { json: JSON.parse(fill(block.body)) as unknown };
    const answer = await house.call(block.method, fill(block.path), { token: block.asAdmin ? admin : reader, ...sent });
    t.is(answer.status, block.status, `${said}: ${answer.text.slice(0, 400)}`);
    if (answer.json === null) continue;
    const found = answered.parse(answer.json);
    if (block.envelope.length > 0)
      t.is([found.head?.status, found.head?.reason].join(' ').trim(), block.envelope.join(' '), said);
    if (found.request_id !== undefined) known.set('request_id', found.request_id);
    if (found.state === 'pending') await agree(house, found.address ?? '');
    else if (found.state !== undefined) t.is(found.state, 'given');
    if (found.matches !== undefined) t.true(found.matches);
    if (block.path.endsWith('/file-address'))
      known.set('copy_address', found.data?.content?.slice(house.url.length) ?? '');
    if (!found.encryptedData) continue;
    writeFileSync(join(folder, 'answer.b64'), found.encryptedData.cipherText);
    const script = /```sh\n([\s\S]*?)```/.exec(DOCUMENT)?.[1] ?? 'false';
    opened = execFileSync('bash', ['-e', '-c', script], { cwd: folder }).toString('utf8');
  }
  t.like(JSON.parse(opened), { certificateIdentifier: identifier, metadata: { CZZT: '张三' } });
});

test('docs/sharing.md: its table of reasons is the one by which the room answers', (t) => {
  const rows = [...DOCUMENT.matchAll(/^\| `([a-z-]+)` \| ([1-4])[^|]* \| [^|]+ \|$/gm)].map(
    ([, reason = '', status]) => [reason, Number(status)],
  );
  const { 'read-refused': refused, ...problems } = STATUS_OF_PROBLEM;
  const told = [...REFUSAL_REASONS.map((reason) => [reason, refused]), ...Object.entries(problems)];
  t.deepEqual([...rows].sort(), told.sort());
});

type Said = { readonly code: number; readonly out: string; readonly err: string };

test('xinji license basis and client, xinji verify --identifier: as the document says, with their exit codes', async (t) => {
  const house = await startLicense(t);
  await registerReaders(house.deps.db);
  const { identifier } = await storeLicense(house.deps.db);
  const folder = makeFolder(t);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const token = file('token', await house.token('xinji-cli', 'license:admin', ADMIN));
  const xinji = (...args: string[]): Promise<Said> =>
    new Promise((resolve) => {
      const env = { ...PLAIN_ENV, XINJI_MODE: 'development', XINJI_LICENSE_URL: house.url };
      execFile(process.execPath, [XINJI, ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const body = readBlocks().find(({ path }) => path === '/v1/legal-bases')?.body ?? '';
  const [basis, client, verified] = await Promise.all([
    xinji('license', 'basis', 'add', file('basis.json', body), '--token-file', token),
    xinji('license', 'client', 'set', 'market-regulator', '--return', 'https://x.example/b', '--token-file', token),
    xinji(
      'verify',
      '--identifier',
      identifier,
      '--fact',
      'holder_name=张三',
      '--fact',
      'license_number=示例健证（2026）第000001号',
    ),
  ]);
  const [id = ''] = basis.out.split(' ');
  t.regex(id, /^lgb_/, basis.err);
  t.like(JSON.parse(client.out), { return_addresses: ['https://x.example/b'], sm2_public_key: null });
  t.is(verified.code, 0, verified.err);
  t.regex(verified.out, /^The license is valid\./);
  t.false(verified.out.includes('张三'));
  const [wrong, list, usage] = await Promise.all([
    xinji('verify', '--identifier', identifier, '--fact', 'holder_name=李四', '--fact', 'license_number=x', '--json'),
    xinji('license', 'basis', 'list', '--client', 'market-regulator', '--json', '--token-file', token),
    xinji('license', 'basis', 'end'),
  ]);
  t.is(wrong.code, 1);
  t.like(JSON.parse(wrong.out), { matches: false, license: null });
  t.like(JSON.parse(list.out), [{ basis_id: id, uses_today: 0, entered_by: 'admin-1' }]);
  t.is(usage.code, 64);
  const ended = await xinji('license', 'basis', 'end', id, '--token-file', token);
  t.is(ended.code, 0);
});
