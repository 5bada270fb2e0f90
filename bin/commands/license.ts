// `xinji license shred`: an administrator of licenses has what is kept of a holder destroyed. The license room does it, for a
// person with the duty license:admin, and asks twice; this program only carries question and answer.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type ShreddingRequestBody, shreddingAsked, shreddingDone } from '../../common/contract/license-shredding.ts';
import { problemDocument } from '../../common/contract/problem.ts';
import { TrustError } from '../../common/errors.ts';
import { logInByLoopback } from '../login/loopback-login.ts';
import { findRoomUrl } from '../login/rooms.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const WAIT_SECONDS = 300;
const CODE = /^[0-9a-f]{16}$/;

export const command: Command = {
  name: 'license',
  summary: 'Destroy what is kept of a holder of licenses (license:admin)',
  usage: `xinji license shred --holder-code-type TYPE --holder-code-file FILE --reason "…" [--confirm CODE]
    --holder-code-type TYPE  three digits of GB/T 36903: 111 公民身份号码, 001 统一社会信用代码, …
    --holder-code-file FILE  the code, in a file so that no list of processes shows it; - is standard input
    --reason "…"             on what order, without names and numbers: it is kept for ever
    --confirm CODE           what the first run answered; without it nothing is destroyed
    --token-file FILE        an access token with license:admin; unless given you log in in a browser
    --license URL, --identity URL   the rooms; XINJI_LICENSE_URL and XINJI_IDENTITY_URL unless given

The first run says how many licenses become unreadable for ever, and how many stay with other holders; the second, within ten
minutes and with its code, destroys the holder's key. Nothing brings it back but a backup from before, which you let expire.
Exit codes: 0 asked, or destroyed; 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { 'holder-code-type': codeType, 'holder-code-file': codeFile, reason, confirm } = values;
    const isWhole = codeType !== undefined && codeFile !== undefined && reason !== undefined;
    const isRight = isWhole && /^\d{3}$/.test(codeType) && (confirm === undefined || CODE.test(confirm));
    if (positionals.join(' ') !== 'shred' || !isRight) {
      console.error(`xinji license: expected\n${command.usage.split('\n    --')[0]}`);
      return EXIT_USAGE;
    }
    const room = findRoomUrl(env, 'license', values.license);
    const issuer = (): string => findRoomUrl(env, 'identity', values.identity);
    const holder = { code_type: codeType, code: (await readText(codeFile, '--holder-code-file')).trim() };
    const token = await getToken(values['token-file'], room, issuer);
    const body = { holder, reason, ...(confirm === undefined ? {} : { confirmation: confirm }) };
    for (const line of inWords(await ask(room, token, body))) console.log(line);
    return 0;
  },
};

const OPTIONS = {
  'holder-code-type': { type: 'string' },
  'holder-code-file': { type: 'string' },
  reason: { type: 'string' },
  confirm: { type: 'string' },
  'token-file': { type: 'string' },
  license: { type: 'string' },
  identity: { type: 'string' },
} as const;

async function getToken(file: string | undefined, resource: string, issuer: () => string): Promise<string> {
  if (file !== undefined) return (await readText(file, '--token-file')).trim();
  const open = (address: string): void =>
    console.error(`Open this address in a browser of this machine, and log in as an administrator:\n\n  ${address}\n`);
  const asked = { issuer: issuer(), resource, scope: 'license:admin', open, waitSeconds: WAIT_SECONDS };
  return (await logInByLoopback(asked)).accessToken;
}

async function ask(room: string, token: string, body: ShreddingRequestBody): Promise<unknown> {
  const answer = await fetch(new URL('/v1/shreddings', room), {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  }).catch((cause: unknown) => {
    throw new TrustError('config-invalid', `the license room does not answer at ${room}`, {
      hint: 'Start it, or correct XINJI_LICENSE_URL or --license.',
      cause,
    });
  });
  const json: unknown = await answer.json().catch(() => null);
  if (answer.ok) return json;
  const problem = problemDocument.safeParse(json).data;
  if (!problem) throw new TrustError('internal', `the license room answered with ${answer.status}`);
  throw new TrustError(problem.code, problem.detail, { hint: problem.hint });
}

function inWords(answer: unknown): readonly string[] {
  const done = shreddingDone.safeParse(answer).data;
  if (done) return [`Destroyed at ${done.shredded_at}: ${count(done)}. Order ${done.shredding_id}.`];
  const asked = shreddingAsked.parse(answer);
  return [
    `Nothing was destroyed yet. This order would destroy: ${count(asked)}.`,
    `To do it, within ten minutes run the same command with --confirm ${asked.confirmation}`,
  ];
}

const count = (counts: { readonly licenses_destroyed: number; readonly licenses_kept: number }): string =>
  `${counts.licenses_destroyed} licenses for ever; ${counts.licenses_kept} stay with other holders`;

async function readText(path: string, option: string): Promise<string> {
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (cause) {
    const detail = `${option} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    throw new TrustError('invalid-request', detail, { hint: 'Check the path and the right to read it.', cause });
  }
}
