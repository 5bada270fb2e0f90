// `xinji license shred`: an administrator of licenses has what is kept of a holder destroyed. The license room does it, for a
// person with the duty license:admin, and asks twice; this program only carries question and answer.
import { parseArgs } from 'node:util';
import { type ShreddingRequestBody, shreddingAsked, shreddingDone } from '../../common/contract/license-shredding.ts';
import { ADMIN_OPTIONS, askAsAdmin, readText } from './room-api.ts';

const CODE = /^[0-9a-f]{16}$/;

export const SHRED_USAGE =
  'xinji license shred --holder-code-type TYPE --holder-code-file FILE --reason "…" [--confirm CODE]';
export const SHRED_WORDS = `    --holder-code-type TYPE  three digits of GB/T 36903: 111 公民身份号码, 001 统一社会信用代码, …
    --holder-code-file FILE  the code, in a file so that no list of processes shows it; - is standard input
    --reason "…"             on what order, without names and numbers: it is kept for ever
    --confirm CODE           what the first run answered; without it nothing is destroyed`;
export const SHRED_STORY = `The first run of shred says how many licenses become unreadable for ever, and how many stay with other holders; the second,
within ten minutes and with its code, destroys the holder's key. Nothing brings it back but a backup from before, which you
let expire.`;

const OPTIONS = {
  ...ADMIN_OPTIONS,
  'holder-code-type': { type: 'string' },
  'holder-code-file': { type: 'string' },
  reason: { type: 'string' },
  confirm: { type: 'string' },
} as const;

/** Lines to print, or null for wrong usage. */
export async function runShred(args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const { 'holder-code-type': codeType, 'holder-code-file': codeFile, reason, confirm } = values;
  if (positionals.length > 0 || codeType === undefined || codeFile === undefined || reason === undefined) return null;
  if (!/^\d{3}$/.test(codeType) || (confirm !== undefined && !CODE.test(confirm))) return null;
  const holder = { code_type: codeType, code: (await readText(codeFile, '--holder-code-file')).trim() };
  const body: ShreddingRequestBody = {
    holder,
    reason,
    ...(confirm === undefined ? {} : { confirmation: confirm }),
  };
  return inWords(await askAsAdmin(env, values, { method: 'POST', path: '/v1/shreddings', body }));
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
