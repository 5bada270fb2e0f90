// The seals of the seal room with the keys that use them now: what lies in the database and what lies in files must still
// belong together. Folders are copied and lost apart from databases, and then every sealing fails.
import type { Knex } from 'knex';
import { masterKeysOf } from '../../common/crypto/master-keys.ts';
import { connect } from '../../common/db/connect.ts';
import { isTrustError } from '../../common/errors.ts';
import { findRootSecret } from '../../common/keys/root-secret.ts';
import { withIntermediates } from '../../common/pki/trust-stores.ts';
import { readRoomConfig, type SealConfig } from '../../seal/config.ts';
import type { RegisteredSeal } from '../../seal/domain/registered-seal.ts';
import { prepareSeal } from '../../seal/flow/party-cache.ts';
import { makeSealKeyring } from '../../seal/flow/seal-keyring.ts';
import { NOTICE_DAYS } from '../../seal/flow/tend-seals.ts';
import { readKeyFolder } from '../../seal/store/key-folder.ts';
import { findSeal, listSealCodes } from '../../seal/store/seals.ts';
import { databaseKey, type RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

/** So many are looked at; a registry with more is told so. */
const MOST = 1000;

/** Prepares each active seal for sealing, as the room does before its first use, with the roots that the room trusts. */
export async function checkSeals(environments: readonly RoomEnvironment[], now: Date): Promise<readonly Finding[]> {
  const env = environments.find(({ room }) => room.name === 'seal')?.env;
  if (!env) return [];
  const config = readRoomConfig(env);
  const db = connect(env[databaseKey('seal')]!, { applicationName: 'xinji doctor', poolMax: 1 });
  try {
    return [...sayKeys(config), ...checkRevocationSources(config), ...(await checkEach(db, config, now))];
  } catch (error) {
    if (isTrustError(error)) return [wrong(error.message, error.hint)];
    return []; // the database cannot be read: said by its own check
  } finally {
    await db.destroy();
  }
}

/** What is wrong with a folder of keys is said where keys are looked at. */
const sayKeys = ({ keysFolder }: SealConfig): readonly Finding[] =>
  keysFolder === null
    ? [note('No key was brought (XINJI_SEAL_KEYS is none): seals are used with the keys that the room made itself')]
    : [];

/** In development the authorities of the house answer by themselves. */
export function checkRevocationSources({
  mode,
  trustStores: { revocation, evidence },
}: Pick<SealConfig, 'mode'> & {
  readonly trustStores: Pick<SealConfig['trustStores'], 'revocation' | 'evidence'>;
}): readonly Finding[] {
  const isTold = revocation.sources.length > 0 || evidence.crls.length > 0;
  if (mode === 'development' || isTold) return [];
  const sentence = revocation.required
    ? 'Nothing tells which certificates were revoked: every verdict stays open, and levels LT and LTA are refused'
    : 'Nothing tells which certificates were revoked: revoked ones pass, and levels LT and LTA are refused';
  return [
    note(sentence, 'Name lists or OCSP responders in sources.json of XINJI_SEAL_TRUST, or lay *.crl files there.'),
  ];
}

async function checkEach(db: Knex, config: SealConfig, now: Date): Promise<readonly Finding[]> {
  const { certificates } = readKeyFolder(config.keysFolder, config.mode);
  const trust = withIntermediates(config.trustStores, config.chain);
  const codes = await listSealCodes(db, 'active', MOST);
  const rootSecret = await findRootSecret(db, 'seal', masterKeysOf(config));
  const { certificateOf } = makeSealKeyring({ db, signer: NO_SIGNER, rootSecret, certificates });
  const faults: Finding[] = [];
  const ending: Finding[] = [];
  for (const esID of codes) {
    const seal = (await findSeal(db, esID))!;
    if (endsSoon(seal, now)) ending.push(sayEnd(seal, now));
    try {
      await prepareSeal({ certificateOf, chain: config.chain, trust }, seal, now);
    } catch (error) {
      if (!isTrustError(error)) throw error;
      faults.push(wrong(`Seal ${esID} ${seal.name} cannot be used: ${error.message}`, adviceFor(config)));
    }
  }
  if (faults.length > 0) return [...faults, ...ending];
  if (codes.length === 0) return [note('No seal is registered and active')];
  const more =
    codes.length === MOST
      ? `the first ${MOST} seals`
      : `${codes.length} active ${codes.length === 1 ? 'seal' : 'seals'}`;
  return [well(`Keys and certificates fit ${more}`), ...ending];
}

/** Opening a box proves that the key is there; nothing is signed. */
const NO_SIGNER = { load: () => undefined, unload: () => undefined };

const endsSoon = ({ validTo }: RegisteredSeal, now: Date): boolean =>
  validTo.getTime() - now.getTime() < NOTICE_DAYS * 86_400_000;

function sayEnd({ esID, name, validTo }: RegisteredSeal, now: Date): Finding {
  const day = validTo.toISOString().slice(0, 10);
  return note(
    validTo < now
      ? `Seal ${esID} ${name} ended on ${day} and cannot be used; have it made again`
      : `Seal ${esID} ${name} and its certificate end on ${day}; have it made again before`,
  );
}

function adviceFor({ mode, keysFolder }: SealConfig): string {
  if (mode === 'production' && keysFolder === null)
    return 'Name in XINJI_SEAL_KEYS the folder with the key that was brought for it, or have the seal made again.';
  if (mode === 'production')
    return `Restore in ${keysFolder} the key and certificate that the seal was made for, or have the seal made again.`;
  return 'Keys were made anew while the data stayed. Restore keys-dev/pem as it was, or start over with new data: make clean.';
}
