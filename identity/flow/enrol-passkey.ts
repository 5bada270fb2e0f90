// 通行密钥: a passkey is added to an account (WebAuthn Level 3, verified by @simplewebauthn/server). Attestation is not asked
// for: it would tell the make of a person's device and prove nothing that the levels rest on.
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import type { Account } from '../domain/account.ts';
import { CHALLENGE_SECONDS, type ChallengeUse } from '../domain/challenge.ts';
import {
  answeredChallenge,
  type KeptPasskey,
  MAX_PASSKEYS,
  passkeyRegistration,
  readAnswer,
} from '../domain/passkey.ts';
import { insertFactor, listFactors } from '../store/factors.ts';
import { believe, bytesOf, descriptorOf, type PasskeyDeps } from './passkey-deps.ts';

/** ES256, EdDSA, RS256 (RFC 8152, RFC 8812): what authenticators have. */
const ALGORITHMS = [-7, -8, -257];
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

/** For `navigator.credentials.create`. The user handle is the account's own subject, which says nothing about the person. */
export async function passkeyEnrolmentOptions(
  deps: PasskeyDeps,
  account: Account,
  sessionUid: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = await listFactors(deps.db, account.id, 'passkey');
  return generateRegistrationOptions({
    rpName: deps.rpName,
    rpID: new URL(deps.issuer).hostname,
    userName: account.name,
    userDisplayName: account.name,
    userID: new Uint8Array(utf8(account.sub)),
    challenge: bytesOf(deps.challenges.make(enrolmentUse(sessionUid))),
    timeout: CHALLENGE_SECONDS * 1000,
    attestationType: 'none',
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

export type Enrolment = 'added' | 'refused' | 'taken' | 'too-many';

/** Keeps what `navigator.credentials.create` answered. `done` runs in the transaction of the new row. */
export async function enrolPasskey(
  deps: PasskeyDeps,
  order: {
    readonly account: Account;
    readonly sessionUid: string;
    readonly label: string;
    readonly answer: string;
    readonly done: (trx: Knex) => Promise<void>;
  },
): Promise<Enrolment> {
  const { db, clock } = deps;
  const answer = readAnswer(passkeyRegistration, order.answer);
  if (answer === null) return 'refused';
  if ((await listFactors(db, order.account.id, 'passkey')).length >= MAX_PASSKEYS) return 'too-many';
  const transports = TRANSPORTS.filter((name) => answer.response.transports?.includes(name));
  const challenge = answeredChallenge(answer.response.clientDataJSON) ?? '';
  if (!(await deps.challenges.take(enrolmentUse(order.sessionUid), challenge))) return 'refused';
  const found = await believe(
    verifyRegistrationResponse({
      response: { ...answer, response: { ...answer.response, transports: [...transports] } },
      expectedChallenge: challenge,
      expectedOrigin: deps.issuer,
      expectedRPID: new URL(deps.issuer).hostname,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!found?.verified) return 'refused';
  const { credential, credentialDeviceType, aaguid } = found.registrationInfo;
  const kept: KeptPasskey = {
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports,
    isSynced: credentialDeviceType === 'multiDevice',
    aaguid,
  };
  const isAdded = await db.transaction(async (trx) => {
    const added = await insertFactor(trx, {
      accountId: order.account.id,
      kind: 'passkey',
      label: order.label,
      lookup: bytesOf(credential.id),
      public: kept,
      addedAt: clock(),
    });
    if (added) await order.done(trx);
    return added;
  });
  return isAdded ? 'added' : 'taken';
}

const enrolmentUse = (binding: string): ChallengeUse => ({ purpose: 'passkey-enrolment', binding });
