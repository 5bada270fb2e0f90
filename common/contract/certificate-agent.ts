// What the certificate page speaks with the program on the person's machine that reads his certificates: `xinji cert-login`,
// or the middleware of a USB key. docs/cert-login.md is the manual. Wire only: nothing here trusts or judges.
import { z } from 'zod';
import { utf8 } from '../bytes.ts';

export const AGENT_PATHS = { certificates: '/v1/certificates', signatures: '/v1/signatures' } as const;

/** DER of a certificate. */
const certificate = z.base64().min(1).max(16_384);

/** GET /v1/certificates: those that may sign, each with the authorities above it as far as the medium has them. */
export const agentCertificates = z.strictObject({
  certificates: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[\w.-]{1,64}$/)
          .meta({ description: 'The program’s own name for it' }),
        name: z.string().max(200).meta({ description: 'For the person to choose by' }),
        not_after: z.iso.datetime(),
        certificate,
        chain: z.array(certificate).max(8),
      }),
    )
    .max(32),
});
export type AgentCertificates = z.infer<typeof agentCertificates>;

/** POST /v1/signatures. */
export const agentSignatureRequest = z.strictObject({
  certificate_id: z.string().max(64),
  challenge: z.string().regex(/^[A-Za-z0-9_-]{75}$/),
});
export type AgentSignatureRequest = z.infer<typeof agentSignatureRequest>;

export const agentSignature = z.strictObject({ signature: z.base64().max(200) });
export type AgentSignature = z.infer<typeof agentSignature>;

/** What the page hands to us, as JSON in a field of its form. */
export const certificateAnswer = z.strictObject({
  challenge: z.string().max(100),
  certificate,
  chain: z.array(certificate).max(8),
  /** DER SEQUENCE { r, s }, or the 64 bytes r ‖ s. */
  signature: z.base64().max(200),
});
export type CertificateAnswer = z.infer<typeof certificateAnswer>;

/**
 * The bytes under the signature: what they are for and the origin of the page, which the program takes from the `Origin`
 * header and not from the page, so that a signature made for another site is worth nothing here.
 */
export function certificateLoginMessage(origin: string, challenge: string): Uint8Array {
  return utf8(`xinji-certificate-login\n${origin}\n${challenge}\n`);
}
