// The signing keys as this node holds them. They are read again when their number in `identity.changes` grows, and the
// schedule is made again when one of its moments has come; both before a request is answered. A node that cannot read
// refuses, so that none signs with a key that the others have left behind, and none hides a key that the others sign with.
import type { Knex } from 'knex';
import type { JWK } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type KeySchedule, type SigningJwk, type SigningKey, scheduleAt } from '../domain/signing-key.ts';
import { openSigningKey } from '../domain/signing-key-box.ts';
import type { Changes } from '../flow/follow-changes.ts';
import { listSigningKeys } from '../store/signing-keys.ts';

export type Keyring = {
  /** Follows what was changed and what the clock brings. Errors: config-invalid, internal. */
  refresh(): Promise<void>;
  /** Everything published now. */
  publicKeys(): readonly SigningJwk[];
  /** For the provider: the key that signs first, and the others without the right to sign. */
  providerKeys(): readonly JWK[];
};

export type KeyringDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly changes: Changes;
  /** Opens private keys. */
  readonly boxKey: Uint8Array;
  /** How long a key is published after it signed last. */
  readonly keepSeconds: number;
  /** Other keys hold from now on. */
  readonly onChange: (keyring: Keyring) => void;
};

/** In place of private numbers that this node does not need or that are destroyed; the library wants a text. */
const NOT_HELD = 'not-held';

/** Reads the keys; there must be one that signs. */
export async function openKeyring(deps: KeyringDeps): Promise<Keyring> {
  let state = await readState(deps);
  let reading: Promise<void> | null = null;
  const follow = async (version: number): Promise<void> => {
    const before = state;
    if (version === before.version && !isOver(before.schedule, deps.clock())) return;
    state = await readState(deps);
    if (describe(state.schedule) !== describe(before.schedule)) deps.onChange(keyring);
  };
  const keyring: Keyring = {
    refresh: async () => {
      const version = await deps.changes.version('signing_keys');
      if (version === state.version && !isOver(state.schedule, deps.clock())) return;
      reading ??= follow(version).finally(() => {
        reading = null;
      });
      await reading;
    },
    publicKeys: () => state.schedule.published.map(({ publicJwk }) => publicJwk),
    providerKeys: () => {
      const { signing, published } = state.schedule;
      const others = published.filter(({ kid }) => kid !== signing.kid);
      return [
        { ...signing.publicJwk, d: state.d },
        ...others.map(({ publicJwk }) => ({ ...publicJwk, d: NOT_HELD, key_ops: ['verify'] })),
      ];
    },
  };
  return keyring;
}

type State = { readonly version: number; readonly schedule: KeySchedule; readonly d: string };

async function readState({ db, clock, changes, boxKey, keepSeconds }: KeyringDeps): Promise<State> {
  // The number first: rows that are newer than it are read once more, which does no harm.
  const version = await changes.version('signing_keys');
  const now = clock();
  const keys = await listSigningKeys(db, new Date(now.getTime() - keepSeconds * 1000));
  const schedule = scheduleAt(keys, now, keepSeconds);
  if (schedule === null) throw new TrustError('internal', 'no signing key is in use', { hint: 'Run: xinji doctor' });
  return { version, schedule, d: openPrivate(boxKey, schedule.signing) };
}

function openPrivate(boxKey: Uint8Array, { kid, box }: SigningKey): string {
  if (box === null) throw new TrustError('internal', `the private half of the signing key ${kid} is gone`);
  try {
    return openSigningKey(boxKey, kid, box);
  } catch (cause) {
    if (!isTrustError(cause, 'sealed-box-corrupt')) throw cause;
    throw new TrustError('config-invalid', `XINJI_MASTER_KEY does not open the signing key ${kid}`, {
      hint: 'Set the master key under which this database was made; it is never changed.',
      cause,
    });
  }
}

function isOver({ until }: KeySchedule, now: Date): boolean {
  return until !== null && until <= now;
}

function describe({ signing, published }: KeySchedule): string {
  return [signing, ...published].map(({ kid }) => kid).join(' ');
}
