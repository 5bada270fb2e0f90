// A seal for sealing without any house: drawn and made on the spot by the development seal maker for a signer whose key
// lies in a file. It is in no registry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signSm2 } from '../../common/crypto/sm2.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { type Certificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import { drawPicture } from '../../seal/flow/draw-picture.ts';
import { readSealFont } from '../../seal/flow/seal-font.ts';
import { makeSeal } from '../../seal/ses/make-seal.ts';
import { KEYS_DEV } from '../serve/keys.ts';

const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

/** The signer of keys-dev, whose certificate says so; the code is none that the development house registers. */
export const OFFLINE_SEAL = { esID: '36010099000001', name: '示例市市场监督管理局', signer: 'signer-2' } as const;

/** DER of a SESeal; lasts as long as signer and maker certificates allow, five years at most. */
export async function makeOfflineSeal(now: Date, keys = KEYS_DEV): Promise<Uint8Array> {
  const key = await readSm2KeyFile(join(keys, 'maker/maker.key.pem'), { mode: 'development' });
  const makerCertificate = readCertificate(join(keys, 'maker/maker.crt.pem'));
  const signer = readCertificate(join(keys, `seal/${OFFLINE_SEAL.signer}.crt.pem`));
  const picture = await drawPicture({ source: 'drawn', text: OFFLINE_SEAL.name, width_mm: 42 }, readSealFont());
  const ends = [signer.notAfter.getTime(), makerCertificate.notAfter.getTime(), now.getTime() + FIVE_YEARS_MS];
  const { raw } = await makeSeal({
    esID: OFFLINE_SEAL.esID,
    name: OFFLINE_SEAL.name,
    type: 1,
    vendor: 'Xinji',
    picture: { type: picture.type, bytes: picture.png, widthMm: picture.widthMm, heightMm: picture.heightMm },
    signers: [signer],
    validStart: now,
    validEnd: new Date(Math.min(...ends)),
    makerCertificate,
    sign: async (message) => signSm2(key, message),
    now,
  });
  return raw;
}

function readCertificate(path: string): Certificate {
  return readCertificatesPem(readFileSync(path, 'utf8'))[0]!;
}
