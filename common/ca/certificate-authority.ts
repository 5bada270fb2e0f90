// The authority that certifies a seal's key, as this system meets it: a request goes out, a certificate comes back, and what
// is lost or given up is revoked. A licensed authority answers by file and later; the development one at once.
import type { Certificate } from '../pki/certificate.ts';

/** RFC 5280 CRLReason, as far as a seal's life knows reasons. */
export type RevocationReason = 'unspecified' | 'key-compromise' | 'superseded' | 'cessation-of-operation';

export type CertificateRequest = {
  /** DER of a PKCS#10 request (RFC 2986) signed by the key to be certified; it carries the subject. */
  readonly pkcs10: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

export type CertificateAuthority = {
  /** The certificate, or null where the answer comes later by file. Code: `certificate-request-invalid`. */
  issue(request: CertificateRequest): Promise<Certificate | null>;
  /** Repeating it changes nothing. An authority that revokes by hand records the wish. */
  revoke(certificate: Certificate, reason: RevocationReason, at: Date): Promise<void>;
};
