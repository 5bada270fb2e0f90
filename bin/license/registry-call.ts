// One act on the registry of the license room from the command line, and how it is told: what was done, what is odd.
import { randomUUID } from 'node:crypto';
import { type RegistryActDocument, registryAct } from '../../common/contract/license-registry.ts';
import { ADMIN_OPTIONS, type AdminValues, askAsAdmin } from './room-api.ts';

export const REGISTRY_OPTIONS = {
  ...ADMIN_OPTIONS,
  reason: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean' },
} as const;
export const REGISTRY_WORDS = `    --reason TEXT   why, on record for good; without names and numbers of citizens
    --key KEY       name of the act: the same again is done once and answered alike; a random one unless given
    --type TYPE     证照类型代码; several times for several; left out at an end: all`;

type RegistryValues = AdminValues & {
  readonly reason?: string | undefined;
  readonly key?: string | undefined;
  readonly json?: boolean | undefined;
};

/** Lines to print, or null when no reason is given. `body`: the request without its reason. */
export async function actOnRoom(
  env: NodeJS.ProcessEnv,
  values: RegistryValues,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<readonly string[] | null> {
  const { reason, key: idempotencyKey = randomUUID() } = values;
  if (reason === undefined) return null;
  const call = { method: 'POST', path, body: { ...body, reason }, idempotencyKey } as const;
  const act = registryAct.parse(await askAsAdmin(env, values, call));
  return values.json ? [JSON.stringify(act, null, 2)] : inWords(act);
}

function inWords(act: RegistryActDocument): readonly string[] {
  return [actLine(act), ...act.notices.map(({ pointer, says }) => `  note ${pointer}: ${says}`)];
}

/** `rga_…  2026-11-20T04:00:00.000Z  client-registered  case-system  …: reason`. */
export function actLine({
  act_id,
  acted_at,
  acted_by,
  kind,
  asked,
  license_types: types,
}: RegistryActDocument): string {
  const names = ['client_id', 'authority_code', 'organisation'].map((name) => asked[name]).filter(Boolean);
  return [act_id, acted_at, kind, ...names, ...types, `by ${acted_by}:`, asked['reason']].join('  ');
}

export function termWords({ granted_at: from, ended_at: to }: { granted_at: string; ended_at: string | null }): string {
  return to === null ? `since ${from}` : `ended ${to}`;
}
