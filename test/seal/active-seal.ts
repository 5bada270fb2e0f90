// A seal in force for a test, quickly: the steps of its life are taken by four persons, but key and certificate are the
// test's own, and no picture is drawn for it.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { makeId } from '../../common/ids.ts';
import type { SealGrant } from '../../seal/domain/seal-grant.ts';
import type { Duty, LifeActor, Step } from '../../seal/domain/seal-life.ts';
import type { MadeSeal, SealVersion } from '../../seal/domain/seal-version.ts';
import { takeStep } from '../../seal/flow/take-step.ts';
import { decodeSeal } from '../../seal/ses/seal-codec.ts';
import { insertGrant } from '../../seal/store/seal-grants.ts';
import { findVersion, findVersionInForce, insertVersion, markMade } from '../../seal/store/seal-versions.ts';

export const OWNER = { ownerName: '示例市卫生健康委员会', ownerCode: '11360100MB0D00010M' };

const ROLES = {
  applicant: 'seal-applicant',
  approver: 'seal-approver',
  maker: 'seal-maker',
  keeper: 'seal-keeper',
} as const satisfies Record<Duty, string>;

/** Somebody with this duty; `name` tells several apart. */
export function person(duty: Duty, name = `${duty}-1`, org = OWNER.ownerCode): LifeActor {
  return { kind: 'person', subject: name, clientId: 'xinji-cli', roles: [{ org, unit: '办公室', role: ROLES[duty] }] };
}

export type TestSeal = {
  /** DER of the SESeal. */
  readonly eseal: Uint8Array;
  readonly keyRef: string;
  /** When its life began; a second a step. */
  readonly since?: Date;
};

/** Puts it in force under the code that it carries, which must not have been given yet. */
export async function putInForce(db: Knex, seal: TestSeal): Promise<void> {
  const since = seal.since ?? new Date('2026-01-02T00:00:00Z');
  const { content } = decodeSeal(seal.eseal);
  await db.transaction(async (trx) => {
    await trx('seal.seal_codes').insert({ es_id: content.esID, owner_code: OWNER.ownerCode, given_at: since });
    const application = { kind: 'new', number: 1, name: content.property.name, since } as const;
    await lead(trx, { ...seal, since }, application, [['apply', 'applicant'], ['approve', 'approver'], ...MAKING]);
  });
}

/** Puts it in force as the next version of the seal whose code it carries. */
export async function replaceSeal(db: Knex, seal: TestSeal & { readonly since: Date }): Promise<void> {
  const { content } = decodeSeal(seal.eseal);
  await db.transaction(async (trx) => {
    const before = (await findVersionInForce(trx, content.esID))!;
    const application = { kind: 'renewal', number: before.number + 1, name: before.name, since: seal.since } as const;
    await lead(trx, seal, application, [['renew', 'keeper'], ...MAKING], before);
  });
}

const MAKING: readonly (readonly [Step, Duty])[] = [
  ['make', 'maker'],
  ['file', 'maker'],
  ['activate', 'keeper'],
];

async function lead(
  trx: Knex,
  { eseal, keyRef, since }: Required<TestSeal>,
  { kind, number, name }: { readonly kind: 'new' | 'renewal'; readonly number: number; readonly name: string },
  steps: readonly (readonly [Step, Duty])[],
  before?: SealVersion,
): Promise<void> {
  const applicationId = makeId('sealapp');
  const { content } = decodeSeal(eseal);
  await insertVersion(trx, {
    applicationId,
    esID: content.esID,
    number,
    kind,
    ...OWNER,
    name,
    sealKind: '01',
    validYears: 5,
    picture: { source: 'drawn', text: name },
    showsCode: false,
    createdAt: since,
  });
  let version = (await findVersion(trx, applicationId))!;
  for (const [index, [step, duty]] of steps.entries()) {
    const now = new Date(since.getTime() + index * 1000);
    if (step === 'make') await markMade(trx, applicationId, madeOf(eseal, keyRef));
    if (step === 'activate' && before) await takeStep(trx, before, { step: 'supersede', actor: person('keeper'), now });
    version = await takeStep(trx, version, { step, actor: person(duty), now });
  }
}

function madeOf(eseal: Uint8Array, keyRef: string): MadeSeal {
  const { property, picture, header } = decodeSeal(eseal).content;
  return {
    headerVersion: header.version,
    validFrom: property.validStart,
    validTo: property.validEnd,
    widthMm: picture.widthMm,
    heightMm: picture.heightMm,
    eseal,
    esealSm3: toHex(sm3(eseal)),
    keyRef,
  };
}

/** A step of the keeper on a seal in force. */
export async function keepSeal(
  db: Knex,
  esID: string,
  step: 'suspend' | 'resume' | 'cancel',
  now: Date,
): Promise<void> {
  const version = (await findVersionInForce(db, esID))!;
  await db.transaction((trx) => takeStep(trx, version, { step, actor: person('keeper'), now }));
}

/** A grant of any number until 2100, for class `general` unless told. */
export async function grantUse(
  db: Knex,
  grant: Pick<SealGrant, 'clientId' | 'esID'> & { readonly documentClass?: string },
): Promise<void> {
  const since = new Date('2026-01-02T00:00:00Z');
  await insertGrant(db, {
    documentClass: 'general',
    ...grant,
    grantId: makeId('grant'),
    maxUses: null,
    validFrom: since,
    validTo: new Date('2100-01-01T00:00:00Z'),
    grantedAt: since,
    grantedBy: 'keeper-1',
  });
}
