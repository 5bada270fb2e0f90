// `xinji client`: which systems there are, what each may do, and the secrets of those that keep no key.
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import { z } from 'zod';
import { systemClock } from '../../common/clock.ts';
import { clientRegistration } from '../../common/contract/client-registration.ts';
import { TrustError } from '../../common/errors.ts';
import { type Client, type ClientRegistration, scopesWithoutApproval } from '../../identity/domain/client.ts';
import { fromDocument, toDocument } from '../../identity/domain/client-document.ts';
import { approveClaims, withdrawClaims } from '../../identity/flow/approve-claims.ts';
import { changeClientStatus } from '../../identity/flow/change-client-status.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { rotateClientSecret } from '../../identity/flow/rotate-client-secret.ts';
import { listClaimApprovals } from '../../identity/store/claim-approvals.ts';
import { findClient, listClients } from '../../identity/store/clients.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const OPERATOR = 'operator';
const HOUR_SECONDS = 3600;

export const command: Command = {
  name: 'client',
  summary: 'Register systems, show, suspend and resume them, make their secrets, approve claims',
  usage: `xinji client add FILE
xinji client list [--json]
xinji client show CLIENT
xinji client suspend|resume CLIENT --reason TEXT
xinji client secret CLIENT [--overlap HOURS]
xinji client approve|withdraw CLIENT SCOPE --reason TEXT
    FILE     a registration in JSON (docs/integrate-sso.md); "public_keys" names PEM files beside it. A client that is
             there already is changed; running rooms follow within a second
    suspend  nobody is logged in through it and it gets no tokens, until it is resumed; it is told of each login it loses
    secret   makes a new secret and prints it, once; the one before stays good for HOURS (24 unless given)
    approve  lets a system ask for a scope that needs a reason, such as identity_document; show tells who approved and why

Needs the environment of the identity room. Every change is an event in the audit log.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [name = '', first = '', second = ''] = positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action || positionals.length !== action.words || (action.reason && !values.reason)) {
      console.error(`xinji client: expected\n${command.usage.split('\n    FILE')[0]}`);
      return EXIT_USAGE;
    }
    const given = { first, second, reason: values.reason ?? '', json: values.json ?? false, overlap: values.overlap };
    const lines = await withIdentityRoom(env, 'client', ({ db, config }) =>
      action.run({ db, requireHttps: config.mode === 'production' }, given),
    );
    for (const line of lines) console.log(line);
    return 0;
  },
};

const OPTIONS = {
  json: { type: 'boolean' },
  reason: { type: 'string' },
  overlap: { type: 'string' },
} as const;

type Given = {
  readonly first: string;
  readonly second: string;
  readonly reason: string;
  readonly json: boolean;
  readonly overlap: string | undefined;
};
type Ground = { readonly db: Knex; readonly requireHttps: boolean };
type Action = {
  /** Positional arguments, the action's own name included. */
  readonly words: number;
  readonly reason?: boolean;
  readonly run: (ground: Ground, given: Given) => Promise<readonly string[]>;
};

const ACTIONS: Readonly<Record<string, Action>> = {
  add: {
    words: 2,
    run: async ({ db, requireHttps }, { first: path }) => {
      const registration = await readRegistration(path);
      const { version } = await registerClient({ db, clock: systemClock, requireHttps }, registration);
      const client = await getClient(db, registration.clientId);
      const waiting = scopesWithoutApproval(client);
      return [
        `${client.clientId} is registered, version ${version}.`,
        ...(client.authMethod.startsWith('client_secret') ? [`Next: xinji client secret ${client.clientId}`] : []),
        ...waiting.map((scope) => `${scope} waits: xinji client approve ${client.clientId} ${scope} --reason …`),
      ];
    },
  },
  list: {
    words: 1,
    run: async ({ db }, { json }) => {
      const clients = await listClients(db);
      if (json) return [JSON.stringify(clients.map(toDocument), null, 2)];
      return clients.length === 0 ? ['no clients'] : clients.map(inWords);
    },
  },
  show: {
    words: 2,
    run: async ({ db }, { first }) => {
      const client = await getClient(db, first);
      const approvals = (await listClaimApprovals(db, first)).map((one) => ({
        scope: one.scope,
        reason: one.reason,
        approved_by: one.approvedBy,
        approved_at: one.approvedAt,
        withdrawn_at: one.withdrawnAt,
      }));
      return [JSON.stringify({ ...toDocument(client), approvals }, null, 2)];
    },
  },
  suspend: { words: 2, reason: true, run: (ground, given) => changeStatus(ground, given, 'suspended') },
  resume: { words: 2, reason: true, run: (ground, given) => changeStatus(ground, given, 'active') },
  secret: {
    words: 2,
    run: async ({ db }, { first: clientId, overlap = '24' }) => {
      if (!/^\d{1,4}$/.test(overlap))
        throw new TrustError('invalid-request', `--overlap is "${overlap}"; expected hours, 0 to 9999`);
      const overlapSeconds = Number(overlap) * HOUR_SECONDS;
      const { secret } = await rotateClientSecret({ db, clock: systemClock }, { clientId, overlapSeconds });
      console.error(`Shown once, kept nowhere. The secret before it, if any, is good for ${overlap} hours more.`);
      return [secret];
    },
  },
  approve: {
    words: 3,
    reason: true,
    run: async ({ db }, { first: clientId, second: scope, reason }) => {
      await approveClaims({ db, clock: systemClock }, { clientId, scope, by: OPERATOR, reason });
      return [`${clientId} may ask for ${scope}.`];
    },
  },
  withdraw: {
    words: 3,
    reason: true,
    run: async ({ db }, { first: clientId, second: scope, reason }) => {
      await withdrawClaims({ db, clock: systemClock }, { clientId, scope, by: OPERATOR, reason });
      return [`${clientId} may no longer ask for ${scope}.`];
    },
  },
};

async function changeStatus({ db }: Ground, given: Given, status: Client['status']): Promise<readonly string[]> {
  const { first: clientId, reason } = given;
  await changeClientStatus({ db, clock: systemClock }, { clientId, status, by: OPERATOR, reason });
  return [`${clientId} is ${status}.`];
}

async function getClient(db: Knex, clientId: string): Promise<Client> {
  const client = await findClient(db, clientId);
  if (client === null)
    throw new TrustError('not-found', `there is no client ${clientId}`, { hint: 'See: xinji client list' });
  return client;
}

const registrationFile = z.looseObject({ public_keys: z.array(z.string()).default([]) });

/** Errors: client-invalid with the place in the file. */
async function readRegistration(path: string): Promise<ClientRegistration> {
  const { public_keys: names, ...rest } = registrationFile.parse(await readJson(path));
  const keys = await Promise.all(names.map((name) => readPublicKey(resolve(dirname(path), name))));
  const parsed = clientRegistration.safeParse(keys.length > 0 ? { ...rest, jwks: { keys } } : rest);
  if (!parsed.success) {
    const { path: place, message } = parsed.error.issues[0]!;
    throw new TrustError('client-invalid', `${path}: ${place.join('.') || 'the document'}: ${message}`);
  }
  return fromDocument(parsed.data);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new TrustError('client-invalid', `${path} is no JSON file: ${(cause as Error).message}`, { cause });
  }
}

async function readPublicKey(path: string): Promise<unknown> {
  try {
    const { kty, crv, x, y } = createPublicKey(await readFile(path, 'utf8')).export({ format: 'jwk' });
    return { kty, crv, x, y };
  } catch (cause) {
    throw new TrustError('client-invalid', `${path} is no public key in PEM: ${(cause as Error).message}`, { cause });
  }
}

function inWords({ clientId, status, authMethod, sector, name, organisation }: Client): string {
  return [clientId.padEnd(24), status.padEnd(9), authMethod.padEnd(20), sector.padEnd(24), name, organisation].join(
    '  ',
  );
}
