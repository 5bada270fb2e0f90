// Whom certificate login believes, made ready at start: the authorities of the setting, and what tells revoked certificates,
// which are the lists and sources beside them and, in development, the authorities themselves.
import { openDevelopmentAuthorities } from '../../common/ca/development-authority.ts';
import { localPorts } from '../../common/ca/local-ports.ts';
import { httpPorts, makeRevocationClient } from '../../common/client/revocation-client.ts';
import type { Clock } from '../../common/clock.ts';
import type { Mode } from '../../common/env.ts';
import type { PurposeFolder } from '../../common/files/trust-folder.ts';
import type { Log } from '../../common/log.ts';
import { type Certificate, certificateFingerprint } from '../../common/pki/certificate.ts';
import type { Revocation } from '../../common/pki/chain-revocation.ts';

export type CertificateTrust = {
  readonly roots: readonly Certificate[];
  /** What is known now of the certificates of a chain (leaf first, the trusted one last). */
  readonly revocationOf: (chain: readonly Certificate[]) => Promise<Revocation>;
};

export type CertificateTrustConfig = {
  readonly mode: Mode;
  readonly certificateTrust: PurposeFolder;
  /** Folder of the development PKI, or null. */
  readonly developmentAuthorities: string | null;
};

/** Code: `config-invalid`. */
export async function openCertificateTrust(
  { mode, certificateTrust, developmentAuthorities: folder }: CertificateTrustConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Log, 'warn'> },
): Promise<CertificateTrust> {
  const { roots, revocation, evidence } = certificateTrust;
  const believed = new Set(roots.map(certificateFingerprint));
  const authorities = folder === null ? [] : [...(await openDevelopmentAuthorities(folder, mode)).values()];
  const own = authorities.filter(({ certificate }) => believed.has(certificateFingerprint(certificate)));
  const client = makeRevocationClient({
    ports: [...httpPorts(revocation.sources), ...localPorts(own, clock)],
    clock,
    log,
  });
  return {
    roots,
    revocationOf: async (chain) => {
      const now = clock();
      const { crls, ocspResponses } = await client.collect(chain, now);
      const all = { crls: [...evidence.crls, ...crls], ocspResponses: [...evidence.ocspResponses, ...ocspResponses] };
      return { evidence: all, isRequired: revocation.required, now: clock() };
    },
  };
}
