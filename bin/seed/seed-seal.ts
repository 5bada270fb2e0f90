// The department's seal: drawn, made by the development seal maker, registered, and granted to the license room.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../common/clock.ts';
import { signSm2 } from '../../common/crypto/sm2.ts';
import { connect } from '../../common/db/connect.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { type Certificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import { readRoomConfig } from '../../seal/config.ts';
import { drawSealPicture } from '../../seal/domain/seal-picture.ts';
import { grantSeal, registerSeal } from '../../seal/flow/register-seal.ts';
import { readSealFont } from '../../seal/flow/seal-font.ts';
import { makeSeal } from '../../seal/ses/make-seal.ts';
import { findSeal } from '../../seal/store/seals.ts';
import { KEYS_DEV } from '../serve/keys.ts';
import { LICENSE_CLIENT, SEAL } from './values.ts';

const FIVE_YEARS_MS = 5 * 365 * 86_400_000;
/** Business-defined: the seal of a unit. */
const UNIT_SEAL = 1;

/** Makes and registers the seal once; a seal that is there stays as it is. */
export async function seedSeal(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readRoomConfig(env);
  const db = connect(config.databaseUrl, { applicationName: 'xinji seed', poolMax: 1 });
  const deps = { db, clock: systemClock };
  try {
    if (!(await findSeal(db, SEAL.esID))) {
      const eseal = await makeDevelopmentSeal(systemClock(), config.sealVersion === 5 ? 5 : 4);
      await registerSeal(deps, { eseal, ownerName: SEAL.name, ownerCode: SEAL.ownerCode, keyRef: SEAL.signer });
    }
    await grantSeal(deps, { clientId: LICENSE_CLIENT.clientId, esID: SEAL.esID, documentClass: 'license' });
  } finally {
    await db.destroy();
  }
}

/** DER of a SESeal by the development maker; lasts as long as signer and maker certificates allow, five years at most. */
export async function makeDevelopmentSeal(now: Date, version: 4 | 5 = 4, keys = KEYS_DEV): Promise<Uint8Array> {
  const key = await readSm2KeyFile(join(keys, 'maker/maker.key.pem'), { mode: 'development' });
  const makerCertificate = readCertificate(join(keys, 'maker/maker.crt.pem'));
  const signer = readCertificate(join(keys, `seal/${SEAL.signer}.crt.pem`));
  const picture = await drawSealPicture({ text: SEAL.name, diameterMm: SEAL.widthMm, font: readSealFont() });
  const ends = [signer.notAfter.getTime(), makerCertificate.notAfter.getTime(), now.getTime() + FIVE_YEARS_MS];
  const { raw } = await makeSeal({
    esID: SEAL.esID,
    name: SEAL.name,
    type: UNIT_SEAL,
    version,
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
