// Seals and seal signatures by another hand: bytes written with nothing of this program's codec, after the ASN.1 of
// GM/T 0031-2014 and GB/T 38540-2020, so that reader and writer are not judged by themselves.
import { createHash } from 'node:crypto';
import type { Party } from '../../_harness/pki.ts';
import { dataHash, pki } from './orders.ts';

export const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = content.length.toString(16);
  const long = Buffer.from(size.padStart(size.length + (size.length % 2), '0'), 'hex');
  return Buffer.concat([
    Buffer.of(tag),
    content.length < 128 ? Buffer.of(content.length) : Buffer.concat([Buffer.of(128 + long.length), long]),
    content,
  ]);
};
const text = (tag: number, value: string) => tlv(tag, Buffer.from(value, 'utf8'));
export const seq = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
export const int = (value: number) => tlv(2, Buffer.of(value));
export const bits = (value: Uint8Array) => tlv(3, Buffer.of(0), value);
export const octets = (value: Uint8Array) => tlv(4, value);
export const ia5 = (value: string) => text(0x16, value);
export const utc = (value: string) => text(0x17, value);
export const generalized = (value: string) => text(0x18, value);
/** 1.2.156.10197.1.501 */
const SM2_SM3 = Buffer.from('06082a811ccf55018375', 'hex');

export const sm3 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sm3').update(bytes).digest());

export type ByHand = {
  readonly version?: Buffer;
  readonly times?: readonly Buffer[];
  readonly extensions?: Buffer;
  readonly wrapSignInfo?: boolean;
  readonly timeInfo?: Buffer;
  readonly hash?: Buffer;
  readonly signer?: Party;
  readonly listed?: Party;
  readonly sealSignature?: (der: Uint8Array) => Uint8Array;
};

/** SESeal of GM/T 0031-2014. */
export async function sealV1(options: ByHand = {}): Promise<Buffer> {
  const {
    version = int(1),
    times = [utc('260430010203Z'), utc('260501000000Z'), utc('270501000000Z')],
    listed = pki.signer,
  } = options;
  const info = seq(
    seq(ia5('ES'), version, ia5('OTHER')),
    ia5('36010000000009'),
    seq(int(1), text(0x0c, '示例县人民政府'), seq(octets(listed.certificate.raw)), ...times),
    seq(ia5('gif'), octets(Buffer.from('GIF89a picture')), int(42), int(42)),
    ...(options.extensions ? [options.extensions] : []),
  );
  const cert = octets(pki.maker.certificate.raw);
  const value = await pki.maker.sign(seq(info, cert, SM2_SM3));
  const signInfo = seq(cert, SM2_SM3, bits(options.sealSignature?.(value) ?? value));
  return seq(info, options.wrapSignInfo ? bits(signInfo) : signInfo);
}

/** SES_Signature of GM/T 0031-2014 over `dataHash`. */
export async function signatureV1(options: ByHand = {}): Promise<Buffer> {
  const { signer = pki.signer, timeInfo = bits(Buffer.from('20260601080000Z')), hash = bits(dataHash) } = options;
  const tbs = seq(
    options.version ?? int(1),
    await sealV1(options),
    timeInfo,
    hash,
    ia5('all'),
    octets(signer.certificate.raw),
    SM2_SM3,
  );
  return seq(tbs, bits(await signer.sign(tbs)));
}

/** SESeal of GB/T 38540-2020 with certListType 2. */
export async function sealV4ByDigest(digest: Uint8Array): Promise<Buffer> {
  const info = seq(
    seq(ia5('ES'), int(4), ia5('OTHER')),
    ia5('36010000000009'),
    seq(
      int(3),
      text(0x0c, '示例县人民政府'),
      int(2),
      seq(seq(text(0x13, 'SM3'), octets(digest))),
      generalized('20260430010203Z'),
      generalized('20260501000000Z'),
      generalized('20270501000000Z'),
    ),
    seq(ia5('PNG'), octets(Buffer.from('a picture')), int(42), int(42)),
  );
  return seq(info, octets(pki.maker.certificate.raw), SM2_SM3, bits(await pki.maker.sign(info)));
}

/** SES_Signature of GB/T 38540-2020 around any seal. */
export async function signatureV4(seal: Uint8Array, hash = bits(dataHash), version = int(4)): Promise<Buffer> {
  const tbs = seq(version, seal, generalized('20260601080000Z'), hash, ia5('all'));
  return seq(tbs, octets(pki.signer.certificate.raw), SM2_SM3, bits(await pki.signer.sign(tbs)));
}

/** As much of a TimeStampToken as its time needs. */
export function tokenAt(time: string, type = '060b2a864886f70d0109100104'): Buffer {
  const tst = seq(int(1), Buffer.from('06022a03', 'hex'), seq(), int(7), generalized(time));
  const content = seq(Buffer.from(type, 'hex'), tlv(0xa0, octets(tst)));
  const signed = seq(int(3), tlv(0x31), content, tlv(0x31));
  return seq(Buffer.from('06092a864886f70d010702', 'hex'), tlv(0xa0, signed));
}
