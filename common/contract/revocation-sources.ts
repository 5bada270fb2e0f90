// Where the state of an authority's certificates can be asked: sources that whoever configures trust has named, one
// authority each. Addresses that certificates and files name are never among them.
import { z } from 'zod';

const address = z
  .string()
  .max(2000)
  .refine(isAddress, { error: 'only http and https addresses without credentials and fragment are asked' });

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${hash}` === '';
}

/** One authority, by the SM3 of its certificate, and where to ask about what it issued. */
export const revocationSource = z
  .strictObject({
    issuer_sm3: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'SM3 of the certificate of the authority' }),
    crl: address.optional().meta({ description: 'Where its revocation list is', example: 'http://crl.example/1.crl' }),
    ocsp: address.optional().meta({ description: 'Where its OCSP responder is' }),
  })
  .refine(({ crl, ocsp }) => crl !== undefined || ocsp !== undefined, { error: 'neither crl nor ocsp is given' });

/** sources.json of a trust folder, and a part of what GET /v1/trust-roots answers. */
export const revocationSettings = z.strictObject({
  /** True: a certificate whose state is not known leaves the verdict open. */
  required: z.boolean().default(true),
  sources: z.array(revocationSource).max(1000).default([]),
});
export type RevocationSettings = z.infer<typeof revocationSettings>;
export type RevocationSource = z.infer<typeof revocationSource>;
