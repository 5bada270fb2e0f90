// `xinji license client register|list|end|allow|disallow`: systems of organisations, and what they issue for whom, by an
// administrator. How a system is answered: sharing-client.ts.
import { parseArgs } from 'node:util';
import { type RegisteredClientDocument, registeredClientList } from '../../common/contract/license-registry.ts';
import { actOnRoom, REGISTRY_OPTIONS, termWords } from './registry-call.ts';
import { askAsAdmin } from './room-api.ts';
import { runSharingClient } from './sharing-client.ts';

const CLIENTS = '/v1/registered-clients';
const ISSUING = '/v1/issuing-clients';

export const REGISTERED_CLIENT_USAGE = `xinji license client register CLIENT --organisation CODE --name NAME [--may-redeem] --reason TEXT [--key KEY]
xinji license client list [CLIENT] [--json]
xinji license client end CLIENT --reason TEXT [--key KEY]
xinji license client allow CLIENT --authority CODE --type TYPE… --reason TEXT [--key KEY]
xinji license client disallow CLIENT --authority CODE [--type TYPE]… --reason TEXT [--key KEY]`;
export const REGISTERED_CLIENT_WORDS = `    --may-redeem    it reads what a holder shows, by its code
    allow           it issues these types for the authority; disallow ends that`;

const OPTIONS = {
  ...REGISTRY_OPTIONS,
  organisation: { type: 'string' },
  name: { type: 'string' },
  'may-redeem': { type: 'boolean' },
  authority: { type: 'string' },
  type: { type: 'string', multiple: true },
} as const;

/** Lines to print, or null for wrong usage. */
export async function runClient(args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  if (args[0] === 'show' || args[0] === 'set') return runSharingClient(args, env);
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [action, client, ...rest] = positionals;
  if (rest.length > 0) return null;
  if (action === 'list') {
    const query = client === undefined ? '' : `?${new URLSearchParams({ client_id: client })}`;
    const answer = await askAsAdmin(env, values, { method: 'GET', path: `${CLIENTS}${query}` });
    const { registered_clients: clients } = registeredClientList.parse(answer);
    if (values.json) return [JSON.stringify(clients, null, 2)];
    return clients.length === 0 ? ['no clients'] : clients.flatMap(inWords);
  }
  if (client === undefined) return null;
  const { organisation, name, authority, type: types, 'may-redeem': mayRedeem = false } = values;
  if (action === 'end') return actOnRoom(env, values, `${CLIENTS}/endings`, { client_id: client });
  if (action === 'register' && organisation !== undefined && name !== undefined) {
    const body = { client_id: client, organisation, organisation_name: name, may_redeem: mayRedeem };
    return actOnRoom(env, values, CLIENTS, body);
  }
  if (authority === undefined) return null;
  const right = { client_id: client, authority_code: authority };
  const body = types === undefined ? right : { ...right, license_types: types };
  if (action === 'allow' && types !== undefined) return actOnRoom(env, values, ISSUING, body);
  return action === 'disallow' ? actOnRoom(env, values, `${ISSUING}/endings`, body) : null;
}

function inWords(one: RegisteredClientDocument): readonly string[] {
  const term = termWords({ granted_at: one.registered_at, ended_at: one.ended_at });
  const redeems = one.may_redeem ? ['may redeem'] : [];
  return [
    [one.client_id, one.organisation, one.organisation_name, ...redeems, term].join('  '),
    ...one.issues.map((right) => `  issues ${right.license_type} for ${right.authority_code}  ${termWords(right)}`),
  ];
}
