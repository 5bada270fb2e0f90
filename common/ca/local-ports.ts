// The development authorities as sources of evidence in the process that has them: no HTTP to oneself. A list is made anew
// when the record has grown or a minute has passed.
import type { EvidencePort } from '../client/revocation-client.ts';
import type { Clock } from '../clock.ts';
import { certificateFingerprint } from '../pki/certificate.ts';
import { answerOcsp } from './answer-ocsp.ts';
import type { DevelopmentAuthority } from './development-authority.ts';

const KEPT_MS = 60_000;

export function localPorts(authorities: readonly DevelopmentAuthority[], clock: Clock): readonly EvidencePort[] {
  return authorities.map((authority) => ({
    issuerSm3: certificateFingerprint(authority.certificate),
    crl: makeListSource(authority, clock),
    ocsp: (request) => answerOcsp(authorities, request, clock()),
  }));
}

/** The list of an authority, signed once for as long as it says the same. */
export function makeListSource(authority: DevelopmentAuthority, clock: Clock): () => Promise<Uint8Array> {
  let kept: { readonly der: Uint8Array; readonly size: number; readonly at: number } | null = null;
  return async () => {
    const now = clock();
    const size = await authority.recordSize();
    const age = kept ? now.getTime() - kept.at : Number.POSITIVE_INFINITY;
    if (kept && kept.size === size && age >= 0 && age < KEPT_MS) return kept.der;
    const der = await authority.makeCrl(now);
    kept = { der, size, at: now.getTime() };
    return der;
  };
}
