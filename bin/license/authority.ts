// `xinji license authority` and `xinji license history`: who issues which licenses under which seal, by an administrator.
import { parseArgs } from 'node:util';
import { issuingRightList, registryActList } from '../../common/contract/license-registry.ts';
import { actLine, actOnRoom, REGISTRY_OPTIONS, termWords } from './registry-call.ts';
import { askAsAdmin } from './room-api.ts';

const AUTHORITIES = '/v1/issuing-authorities';

export const AUTHORITY_USAGE = `xinji license authority register CODE --name NAME --region CODE --seal ESID --type TYPE… --reason TEXT [--key KEY]
xinji license authority list [CODE] [--json]
xinji license authority end CODE [--type TYPE]… --reason TEXT [--key KEY]
xinji license history [CLIENT | CODE] [--json]`;
export const AUTHORITY_WORDS = `    CODE            统一社会信用代码 of an authority or organisation
    --region CODE   of the authority, GB/T 2260, six digits
    --seal ESID     the seal under which it issues; whether it exists is not asked here`;

const OPTIONS = {
  ...REGISTRY_OPTIONS,
  name: { type: 'string' },
  region: { type: 'string' },
  seal: { type: 'string' },
  type: { type: 'string', multiple: true },
} as const;

/** Lines to print, or null for wrong usage. */
export async function runAuthority(args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [action, code, ...rest] = positionals;
  if (rest.length > 0) return null;
  if (action === 'list') {
    const query = code === undefined ? '' : `?${new URLSearchParams({ authority_code: code })}`;
    const answer = await askAsAdmin(env, values, { method: 'GET', path: `${AUTHORITIES}${query}` });
    const { issuing_authorities: rights } = issuingRightList.parse(answer);
    if (values.json) return [JSON.stringify(rights, null, 2)];
    const lines = rights.map((one) =>
      [
        one.authority_code,
        one.authority_name,
        one.region,
        one.license_type,
        `seal ${one.seal_esid}`,
        termWords(one),
      ].join('  '),
    );
    return lines.length === 0 ? ['no issuing authorities'] : lines;
  }
  if (code === undefined) return null;
  const { name, region, seal, type: types } = values;
  if (action === 'end') {
    const body = { authority_code: code, ...(types === undefined ? {} : { license_types: types }) };
    return actOnRoom(env, values, `${AUTHORITIES}/endings`, body);
  }
  const isWhole = name !== undefined && region !== undefined && seal !== undefined && types !== undefined;
  if (action !== 'register' || !isWhole) return null;
  const body = { authority_code: code, authority_name: name, region, seal_esid: seal, license_types: types };
  return actOnRoom(env, values, AUTHORITIES, body);
}

/** Who registered or ended what, and why; lines to print, or null for wrong usage. */
export async function runHistory(args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  const { values, positionals } = parseArgs({ args: [...args], options: REGISTRY_OPTIONS, allowPositionals: true });
  const [of, ...rest] = positionals;
  if (rest.length > 0) return null;
  const query = of === undefined ? '' : `?${new URLSearchParams({ of })}`;
  const { acts } = registryActList.parse(
    await askAsAdmin(env, values, { method: 'GET', path: `/v1/registry-acts${query}` }),
  );
  if (values.json) return [JSON.stringify(acts, null, 2)];
  return acts.length === 0 ? ['nothing was registered or ended'] : acts.map(actLine);
}
