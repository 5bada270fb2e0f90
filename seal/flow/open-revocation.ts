// What tells this room revoked certificates, made ready at start: the sources of its trust folder, the lists that lie
// there, and in development the authorities themselves. Everything is fetched here, outside of the threads that judge.
import { type DevelopmentAuthority, openDevelopmentAuthorities } from '../../common/ca/development-authority.ts';
import { localPorts } from '../../common/ca/local-ports.ts';
import { httpPorts, makeRevocationClient, type RevocationClient } from '../../common/client/revocation-client.ts';
import type { Clock } from '../../common/clock.ts';
import type { Mode } from '../../common/env.ts';
import type { TrustFolder } from '../../common/files/trust-folder.ts';
import type { Log } from '../../common/log.ts';
import type { Revocation } from '../../common/pki/chain-revocation.ts';

export type RevocationConfig = {
  readonly mode: Mode;
  readonly developmentAuthorities: string | null;
  readonly trustStores: Pick<TrustFolder, 'revocation' | 'evidence'>;
};

export type OpenRevocation = {
  /** Those that answer here; none in production. */
  readonly authorities: readonly DevelopmentAuthority[];
  /** For levels LT and LTA; null where nobody can be asked. */
  readonly evidence: RevocationClient | null;
  /** For a judgement now. */
  readonly current: () => Promise<Omit<Revocation, 'now'>>;
};

/** Code: `config-invalid`. */
export async function openRevocation(
  { mode, developmentAuthorities: folder, trustStores }: RevocationConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Log, 'warn'> },
): Promise<OpenRevocation> {
  const authorities = folder === null ? [] : [...(await openDevelopmentAuthorities(folder, mode)).values()];
  const { required: isRequired, sources } = trustStores.revocation;
  const ports = [...httpPorts(sources), ...localPorts(authorities, clock)];
  const client = makeRevocationClient({ ports, clock, log });
  const { crls, ocspResponses } = trustStores.evidence;
  return {
    authorities,
    evidence: ports.length > 0 ? client : null,
    current: async () => {
      const fetched = await client.lists();
      return { isRequired, evidence: { crls: [...crls, ...fetched.crls], ocspResponses } };
    },
  };
}
