// Webhooks by the specification Standard Webhooks 1.0.0: which event is told as what, the secret, the signature. Pure.
import { createHmac } from 'node:crypto';
import type { WebhookType } from '../../common/contract/webhook.ts';
import { TrustError } from '../../common/errors.ts';
import type { LicenseEventKind } from './license-event.ts';

/** Events that are told as such; the other types come from notices. */
const TOLD: Readonly<Partial<Record<LicenseEventKind, WebhookType>>> = {
  issued: 'license.issued',
  'version-added': 'license.version_added',
  'state-changed': 'license.state_changed',
};

/** Reads of others. On a legal basis alone the holder took no part in them. */
const READS: ReadonlySet<LicenseEventKind> = new Set(['read', 'file-read', 'shared', 'annotated']);

export function webhookTypeOf(kind: LicenseEventKind): WebhookType | null {
  return TOLD[kind] ?? null;
}

/** True when somebody read by a registered legal basis: the holder gave no consent and showed nothing. */
export function isReadWithoutHolder(kind: LicenseEventKind, basis: string | null): boolean {
  return READS.has(kind) && (basis ?? '').startsWith('basis:');
}

/** Bytes of a secret; the specification asks for 24 to 64. */
export const SECRET_BYTES = 32;

/** As subscribers get it: `whsec_` and base64. */
export function sayWebhookSecret(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/** Headers of one try. `secrets`: the current one first; during a rotation the earlier one signs too. */
export function signWebhook(
  secrets: readonly Uint8Array[],
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: string },
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const content = `${id}.${timestamp}.${body}`;
  const sign = (secret: Uint8Array): string => `v1,${createHmac('sha256', secret).update(content).digest('base64')}`;
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': secrets.map(sign).join(' ') };
}

/** The address of a subscriber, or `webhook-url-refused`. Which address its name has is judged at every try. */
export function parseWebhookUrl(text: string, allowHttp: boolean): string {
  const refuse = (why: string): never => {
    throw new TrustError('webhook-url-refused', why, { pointer: '/url' });
  };
  const url = URL.canParse(text) ? new URL(text) : refuse('it is no URL');
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
    return refuse('it is not an https address');
  if (url.username !== '' || url.password !== '') return refuse('it holds a name or a password');
  if (url.hash !== '') return refuse('it holds a fragment');
  return url.href;
}
