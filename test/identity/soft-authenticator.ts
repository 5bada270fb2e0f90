// An authenticator in a few lines (WebAuthn Level 3, attestation `none`, ES256), so that each thing it says can be made wrong.
// The judge of the right ones is Chromium's (test/e2e); this one only tells lies.
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export type Lies = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly counter?: number;
  readonly userVerified?: boolean;
  readonly userPresent?: boolean;
  readonly challenge?: string;
  readonly type?: string;
  readonly userHandle?: string;
  /** Signs with another key. */
  readonly key?: KeyObject;
};

export type SoftAuthenticator = {
  readonly id: string;
  register(options: { readonly challenge: string; readonly user: { readonly id: string } }, lies?: Lies): string;
  assert(options: { readonly challenge: string }, lies?: Lies): string;
};

const FLAGS = { userPresent: 0x01, userVerified: 0x04, credential: 0x40 };

export function softAuthenticator(origin: string): SoftAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let counter = 0;
  let userHandle = '';
  const clientData = (type: string, challenge: string, lies: Lies): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
      }),
    );
  const header = (lies: Lies, extra = 0): Buffer => {
    const flags =
      (lies.userPresent === false ? 0 : FLAGS.userPresent) |
      (lies.userVerified === false ? 0 : FLAGS.userVerified) |
      extra;
    const head = Buffer.alloc(5);
    head[0] = flags;
    head.writeUInt32BE(lies.counter ?? counter, 1);
    return Buffer.concat([sha256(lies.rpId ?? new URL(origin).hostname), head]);
  };
  const common = { id: id.toString('base64url'), rawId: id.toString('base64url'), type: 'public-key' };
  return {
    id: common.id,
    register: ({ challenge, user }, lies = {}) => {
      userHandle = user.id;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const authData = Buffer.concat([
        header(lies, FLAGS.credential),
        Buffer.alloc(16),
        length,
        id,
        coseKey(publicKey),
      ]);
      const response = {
        clientDataJSON: clientData('webauthn.create', challenge, lies).toString('base64url'),
        attestationObject: cborMap([
          ['fmt', 'none'],
          ['attStmt', null],
          ['authData', authData],
        ]).toString('base64url'),
        transports: ['internal'],
      };
      return JSON.stringify({ ...common, response, clientExtensionResults: {} });
    },
    assert: ({ challenge }, lies = {}) => {
      counter += 1;
      const data = clientData('webauthn.get', challenge, lies);
      const authenticatorData = header(lies);
      const signature = createSign('sha256')
        .update(Buffer.concat([authenticatorData, sha256(data)]))
        .sign(lies.key ?? privateKey);
      const response = {
        clientDataJSON: data.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: lies.userHandle ?? userHandle,
      };
      return JSON.stringify({ ...common, response, clientExtensionResults: {} });
    },
  };
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** COSE EC2 key (RFC 9053): kty 2, alg -7, crv 1, x, y. */
function coseKey(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' });
  const coordinate = (name: number, value: string | undefined): Buffer =>
    Buffer.concat([Buffer.from([name, 0x58, 32]), Buffer.from(value ?? '', 'base64url')]);
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
    coordinate(0x21, x),
    coordinate(0x22, y),
  ]);
}

/** CBOR (RFC 8949) of a map with texts, bytes and empty maps. */
function cborMap(entries: readonly (readonly [string, string | Buffer | null])[]): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
  const bytes = (value: Buffer): Buffer => {
    const head = Buffer.from([0x59, 0, 0]);
    head.writeUInt16BE(value.length, 1);
    return Buffer.concat([head, value]);
  };
  const item = (value: string | Buffer | null): Buffer =>
    value === null ? Buffer.from([0xa0]) : typeof value === 'string' ? text(value) : bytes(value);
  return Buffer.concat([
    Buffer.from([0xa0 | entries.length]),
    ...entries.flatMap(([name, value]) => [text(name), item(value)]),
  ]);
}
