// `xinji license basis`: legal bases on which systems read licenses without the holder's consent, by an administrator.
import { parseArgs } from 'node:util';
import {
  type LegalBasisDocument,
  legalBasisBody,
  legalBasisDocument,
  legalBasisList,
} from '../../common/contract/license-consent.ts';
import { TrustError } from '../../common/errors.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import { ADMIN_OPTIONS, askAsAdmin, readText } from './room-api.ts';

const BASES = '/v1/legal-bases';

export const BASIS_USAGE = `xinji license basis add FILE
xinji license basis list [--client CLIENT] [--json]
xinji license basis end BASIS`;
export const BASIS_WORDS = `    FILE      a legal basis in JSON (docs/sharing.md); - is standard input
    BASIS     its id, lgb_…; a basis is never changed, only ended and entered anew`;

const OPTIONS = { ...ADMIN_OPTIONS, client: { type: 'string' }, json: { type: 'boolean' } } as const;

/** Lines to print, or null for wrong usage. */
export async function runBasis(args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [action, name, ...rest] = positionals;
  if (rest.length > 0 || (name === undefined) !== (action === 'list')) return null;
  if (action === 'add' && name !== undefined) {
    const body = parseContract(legalBasisBody, parseJson(await readText(name, 'FILE'), name), name);
    const basis = legalBasisDocument.parse(await askAsAdmin(env, values, { method: 'POST', path: BASES, body }));
    return [`${basis.basis_id} is entered: ${inWords(basis)}`];
  }
  if (action === 'end' && name !== undefined) {
    const path = `${BASES}/${encodeURIComponent(name)}`;
    const basis = legalBasisDocument.parse(await askAsAdmin(env, values, { method: 'DELETE', path }));
    return [`${basis.basis_id} is ended; nothing is read on it any more.`];
  }
  if (action !== 'list') return null;
  const query = values.client === undefined ? '' : `?${new URLSearchParams({ client_id: values.client })}`;
  const answer = await askAsAdmin(env, values, { method: 'GET', path: `${BASES}${query}` });
  const { legal_bases: bases } = legalBasisList.parse(answer);
  if (values.json) return [JSON.stringify(bases, null, 2)];
  return bases.length === 0 ? ['no legal bases'] : bases.map((basis) => `${basis.basis_id}  ${inWords(basis)}`);
}

function inWords(basis: LegalBasisDocument): string {
  const types = basis.licenses.map((one) => `${one.license_type}(${one.fields.join(',')})`).join(' ');
  const term = basis.ended_at === null ? `${basis.from} … ${basis.to}` : `ended ${basis.ended_at}`;
  const use = `${basis.uses_today} of ${basis.daily_quota} today`;
  const regions = basis.regions.map((prefix) => prefix || 'everywhere').join(',');
  return [basis.client_id, `${basis.matter.code} ${basis.matter.name}`, types, regions, use, term, basis.law].join(
    '  ',
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrustError('invalid-request', `${path} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
