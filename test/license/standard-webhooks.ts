// A receiver's side of Standard Webhooks 1.0.0, written from the text of the specification alone, on Web Crypto: it shares
// no line with the sender. It answers what is wrong, or null.

export type Received = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

const TOLERANCE_SECONDS = 300;

export async function whatIsWrong(received: Received, secret: string, nowSeconds: number): Promise<string | null> {
  const header = (name: string): string => String(received.headers[name] ?? '');
  const [id, timestamp, signatures] = [header('webhook-id'), header('webhook-timestamp'), header('webhook-signature')];
  if (id === '' || id.includes('.')) return 'no id';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is no whole number';
  if (Math.abs(Number(timestamp) - nowSeconds) > TOLERANCE_SECONDS) return 'too old or too new';
  if (!secret.startsWith('whsec_')) return 'no symmetric secret';
  const raw = Uint8Array.from(atob(secret.slice('whsec_'.length)), (letter) => letter.charCodeAt(0));
  if (raw.length < 24 || raw.length > 64) return 'the secret has not 192 to 512 bits';
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify']);
  const content = new TextEncoder().encode([id, timestamp, received.body].join('.'));
  for (const part of signatures.split(' ')) {
    const comma = part.indexOf(',');
    if (part.slice(0, comma) !== 'v1') continue;
    const signature = Uint8Array.from(atob(part.slice(comma + 1)), (letter) => letter.charCodeAt(0));
    if (await crypto.subtle.verify('HMAC', key, signature, content)) return null;
  }
  return 'no signature fits';
}
