// What a browser answers for a passkey (WebAuthn Level 3: RegistrationResponseJSON, AuthenticationResponseJSON), bounded
// before anything is decoded, and what is kept of one. Verification is in flow/enrol-passkey.ts and flow/prove-passkey.ts.
import { z } from 'zod';

const bytes = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/);
const common = {
  id: bytes(1400),
  rawId: bytes(1400),
  type: z.literal('public-key'),
};

/** Extensions are not asked for, and what comes of them is not looked at. */
const extensions = z.unknown().transform(() => ({}));

export const passkeyRegistration = z.object({
  ...common,
  response: z.object({
    clientDataJSON: bytes(8000),
    attestationObject: bytes(48_000),
    transports: z.array(z.string().max(32)).max(8).optional(),
  }),
  clientExtensionResults: extensions,
});
export type PasskeyRegistration = z.infer<typeof passkeyRegistration>;

export const passkeyAssertion = z.object({
  ...common,
  response: z.object({
    clientDataJSON: bytes(8000),
    authenticatorData: bytes(8000),
    signature: bytes(8000),
    userHandle: bytes(200).nullish(),
  }),
  clientExtensionResults: extensions,
});
export type PasskeyAssertion = z.infer<typeof passkeyAssertion>;

/** What stands beside the credential id; nothing of it is secret. */
export const keptPasskey = z.object({
  /** COSE key, base64url. */
  publicKey: bytes(4000),
  counter: z.int().min(0),
  transports: z.array(z.string()),
  /** Kept in step between the devices of a person by his provider. */
  isSynced: z.boolean(),
  aaguid: z.string(),
});
export type KeptPasskey = z.infer<typeof keptPasskey>;

/** Of one account. */
export const MAX_PASSKEYS = 20;

/** What the field of the form holds, null for anything that does not fit. */
export function readAnswer<S extends z.ZodType>(schema: S, text: string): z.output<S> | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The challenge that the browser says it answers; null when that cannot be read. */
export function answeredChallenge(clientDataJson: string): string | null {
  const text = Buffer.from(clientDataJson, 'base64url').toString('utf8');
  return readAnswer(z.object({ challenge: bytes(200) }), text)?.challenge ?? null;
}
