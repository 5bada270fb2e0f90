// Taking a seal into the room, granting its use, changing its state. Operators do this; there is no HTTP for it.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import type { SealState } from '../domain/registered-seal.ts';
import { decodeSeal } from '../ses/seal-codec.ts';
import { insertEvent } from '../store/events.ts';
import { hasGrant, insertGrant } from '../store/seal-grants.ts';
import { findSeal, insertSeal, markSealState } from '../store/seals.ts';

type Deps = { readonly db: Knex; readonly clock: Clock };
const OPERATOR = 'operator';

export type SealRegistration = {
  /** DER of the SESeal as the seal maker delivered it. */
  readonly eseal: Uint8Array;
  readonly ownerName: string;
  readonly ownerCode: string;
  /** The signer key that uses it. */
  readonly keyRef: string;
};

/** Registers a seal under its esID; false when one with this code is there, which stays. Code: `seal-malformed`. */
export async function registerSeal({ db, clock }: Deps, registration: SealRegistration): Promise<boolean> {
  const { content } = decodeSeal(registration.eseal);
  const now = clock();
  const esealSm3 = toHex(sm3(registration.eseal));
  return db.transaction(async (trx) => {
    const isNew = await insertSeal(
      trx,
      {
        esID: content.esID,
        name: content.property.name,
        version: content.header.version,
        state: 'active',
        stateChangedAt: now,
        validFrom: content.property.validStart,
        validTo: content.property.validEnd,
        widthMm: content.picture.widthMm,
        heightMm: content.picture.heightMm,
        esealSm3,
        ...registration,
      },
      now,
    );
    const detail = { eseal_sm3: esealSm3, key_ref: registration.keyRef };
    if (isNew)
      await insertEvent(trx, { at: now, kind: 'seal.registered', esID: content.esID, actor: OPERATOR, detail });
    return isNew;
  });
}

/** Lets a client seal documents of a class until the seal ends; when such a grant holds already, nothing changes. */
export async function grantSeal(
  { db, clock }: Deps,
  { clientId, esID, documentClass }: { clientId: string; esID: string; documentClass: string },
): Promise<void> {
  const now = clock();
  await db.transaction(async (trx) => {
    const seal = await findSeal(trx, esID);
    if (!seal) throw new TrustError('seal-not-found', `There is no seal ${esID}`);
    if (await hasGrant(trx, { clientId, esID, documentClass, at: now })) return;
    const grant = { clientId, esID, documentClass, maxUses: null, validFrom: now, validTo: seal.validTo };
    await insertGrant(trx, { ...grant, grantId: makeId('grant'), grantedAt: now, grantedBy: OPERATOR });
    const detail = { client_id: clientId, document_class: documentClass };
    await insertEvent(trx, { at: now, kind: 'seal.granted', esID, actor: OPERATOR, detail });
  });
}

/** Suspends, resumes or cancels a seal; `seal-not-found`. */
export async function changeSealState({ db, clock }: Deps, esID: string, state: SealState): Promise<void> {
  const now = clock();
  await db.transaction(async (trx) => {
    if (!(await markSealState(trx, esID, state, now)))
      throw new TrustError('seal-not-found', `There is no seal ${esID}`);
    await insertEvent(trx, { at: now, kind: 'seal.state', esID, actor: OPERATOR, detail: { state } });
  });
}
