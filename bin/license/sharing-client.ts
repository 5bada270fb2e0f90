// `xinji license client`: the return addresses and the SM2 key of a system that reads licenses, by an administrator.
import { createPublicKey } from 'node:crypto';
import { parseArgs } from 'node:util';
import { toHex } from '../../common/bytes.ts';
import { sharingClientDocument } from '../../common/contract/license-consent.ts';
import { importSm2PublicKey } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import { ADMIN_OPTIONS, askAsAdmin, readText } from './room-api.ts';

export const CLIENT_USAGE = `xinji license client show CLIENT
xinji license client set CLIENT [--return URL]… [--sm2-key FILE | --no-sm2-key]`;
export const CLIENT_WORDS = `    --return URL    an address to which a citizen is sent back after his decision; all that are wanted, or those of before stay
    --sm2-key FILE  public key in PEM; answers are encrypted to it on request`;

const OPTIONS = {
  ...ADMIN_OPTIONS,
  return: { type: 'string', multiple: true },
  'sm2-key': { type: 'string' },
  'no-sm2-key': { type: 'boolean' },
} as const;

/** Lines to print, or null for wrong usage. */
export async function runSharingClient(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<readonly string[] | null> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [action, name, ...rest] = positionals;
  const isTwice = values['sm2-key'] !== undefined && values['no-sm2-key'] === true;
  if (name === undefined || rest.length > 0 || isTwice || (action !== 'show' && action !== 'set')) return null;
  const path = `/v1/sharing-clients/${encodeURIComponent(name)}`;
  const now = sharingClientDocument.parse(await askAsAdmin(env, values, { method: 'GET', path }));
  if (action === 'show') return [JSON.stringify(now, null, 2)];
  const key = values['sm2-key'];
  const body = {
    return_addresses: values.return ?? now.return_addresses,
    sm2_public_key: values['no-sm2-key'] ? null : key === undefined ? now.sm2_public_key : await readPoint(key),
  };
  const after = sharingClientDocument.parse(await askAsAdmin(env, values, { method: 'PUT', path, body }));
  return [JSON.stringify(after, null, 2)];
}

/** The point of a public key, 65 bytes in hexadecimal. */
async function readPoint(path: string): Promise<string> {
  const text = await readText(path, '--sm2-key');
  if (text.includes('PRIVATE KEY'))
    throw new TrustError('key-malformed', `${path} is a private key; give the public one`, {
      hint: `Make it: openssl pkey -in ${path} -pubout`,
    });
  return toHex(importSm2PublicKey(new Uint8Array(createPublicKey(text).export({ format: 'der', type: 'spki' }))).point);
}
