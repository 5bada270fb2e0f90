// `xinji seal --plan`: several seals for one document, as a JSON list with the names of POST /v1/sealings.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { sealingOrder } from '../../common/contract/seal.ts';
import { TrustError } from '../../common/errors.ts';
import { type Keyword, parseKeywordHit } from '../../seal/flow/locate-keyword.ts';
import { placementOf } from '../../seal/flow/seal-for-client.ts';
import { parseFieldLock } from '../../seal/pdf/permissions.ts';
import type { PartyFiles } from './files.ts';
import type { AskedLayout } from './options.ts';

const path = z.string().min(1);
const planned = sealingOrder
  .omit({ seal: true, class: true, level: true, normalise: true })
  .extend({ seal: path.optional(), key: path.optional(), cert: path.optional(), chain: path.optional() });
type Place = Pick<z.infer<typeof planned>, 'keyword' | 'hit' | 'dx_mm' | 'dy_mm'>;
const plan = z.array(planned).min(1).max(50);

/** What an entry leaves open is as on the command line. `invalid-request`, naming the entry. */
export async function readPlan(
  file: string,
  files: PartyFiles,
  asked: AskedLayout,
): Promise<readonly { readonly party: PartyFiles; readonly layout: AskedLayout }[]> {
  const entries = plan.safeParse(await readJson(file));
  if (!entries.success) {
    const [issue] = entries.error.issues;
    throw new TrustError('invalid-request', `--plan ${file}: ${issue!.path.join('/')} ${issue!.message}`);
  }
  return entries.data.map(({ seal, key, cert, chain, date, ...place }) => ({
    party: { seal: seal ?? files.seal, key: key ?? files.key, cert: cert ?? files.cert, chain: chain ?? files.chain },
    layout: {
      page: place.page,
      placement: { ...placementOf(place), withDate: date === true },
      keyword: keywordOf(place),
      reason: place.reason ?? asked.reason,
      certify: place.certify,
      lock: place.lock === undefined ? undefined : parseFieldLock(place.lock),
      mode: place.mode ?? asked.mode,
      password: asked.password,
    },
  }));
}

function keywordOf({ keyword, hit, dx_mm: dxMm, dy_mm: dyMm }: Place): Keyword | undefined {
  if (keyword !== undefined)
    return { text: keyword, hit: hit === undefined ? undefined : parseKeywordHit(hit), dxMm, dyMm };
  if ((hit ?? dxMm ?? dyMm) === undefined) return undefined;
  throw new TrustError('invalid-request', '--plan: hit, dx_mm and dy_mm need a keyword');
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'it is not JSON';
    throw new TrustError('invalid-request', `--plan ${file} cannot be read: ${why}`, { cause });
  }
}
