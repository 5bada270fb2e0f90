import test from 'ava';
import type { Knex } from 'knex';
import { certificateLoginMessage } from '../../common/contract/certificate-agent.ts';
import { sm2SignatureToRaw } from '../../common/crypto/sm2.ts';
import { OID } from '../../common/pki/oids.ts';
import { NO_EVIDENCE } from '../../common/pki/revocation.ts';
import type { Account } from '../../identity/domain/account.ts';
import { deriveChallengeKey } from '../../identity/domain/challenge.ts';
import { makeChallenges } from '../../identity/flow/challenges.ts';
import {
  type CertificateDeps,
  type CertificateProof,
  enrolCertificate,
  logInByCertificate,
} from '../../identity/flow/prove-certificate.ts';
import { listFactors, removeFactor } from '../../identity/store/factors.ts';
import { testDatabase } from '../_harness/database.ts';
import { AT, issue, issueAuthority, listOf, makeTestPki, type Party } from '../_harness/pki.ts';
import { bareAccount } from './bare-account.ts';

const ISSUER = 'https://id.example.gov.cn';
const NUMBERS = {
  one: '360102199003077718',
  other: '360102198511267724',
  third: '360102198304127729',
  stranger: '360102198109277780',
};
const pki = await makeTestPki();
const persons = await issueAuthority('测试个人证书机构', pki.root);
const citizenOf = (identityCode: string, change: Parameters<typeof issue>[2] = {}): Promise<Party> =>
  issue('张三', persons, { identityCode, extendedKeyUsage: [OID.clientAuth], ...change });
const revoked = await citizenOf(NUMBERS.one);
const list = await listOf(persons, [{ serial: revoked.certificate.serial, at: AT, reason: 'key-compromise' }]);
let db: Knex;
let deps: CertificateDeps;
const accounts = new Map<string, Account>();

test.before(async () => {
  db = (await testDatabase()).connect('identity', 4);
  const clock = () => AT;
  deps = {
    db,
    clock,
    challenges: makeChallenges({ db, clock, key: deriveChallengeKey(new Uint8Array(32).fill(1)) }),
    issuer: ISSUER,
    trust: {
      roots: [persons.certificate],
      revocationOf: async () => ({ evidence: { crls: [list], ocspResponses: [] }, isRequired: true, now: AT }),
    },
    findAccountByNumber: async (number) => accounts.get(number) ?? null,
  };
  for (const number of [NUMBERS.one, NUMBERS.other, NUMBERS.third]) accounts.set(number, await person());
});

const person = (): Promise<Account> => bareAccount(db);

type Change = {
  readonly challenge?: string;
  readonly origin?: string;
  readonly signer?: Party;
  readonly raw?: boolean;
  readonly account?: Account;
  readonly deps?: CertificateDeps;
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function answerOf(party: Party, challenge: string, change: Change = {}): Promise<string> {
  const message = certificateLoginMessage(change.origin ?? ISSUER, challenge);
  const der = await (change.signer ?? party).sign(message);
  const signature = base64(change.raw ? sm2SignatureToRaw(der) : der);
  return JSON.stringify({ challenge, certificate: base64(party.certificate.raw), chain: [], signature });
}

const bound: string[] = [];
const order = (answer: string) => ({
  answer,
  account: null,
  bound: async (_trx: Knex, { sub }: Account) => void bound.push(sub),
});

async function logIn(party: Party, change: Change = {}): Promise<CertificateProof> {
  const with_ = change.deps ?? deps;
  const challenge = change.challenge ?? deps.challenges.make({ purpose: 'certificate-login', binding: 'interaction' });
  const answer = await answerOf(party, challenge, change);
  return logInByCertificate(with_, 'interaction', { ...order(answer), account: change.account ?? null });
}

function faultOf(proof: CertificateProof): string {
  return proof.outcome === 'refused' ? proof.fault.kind : proof.outcome;
}

test('the number in the certificate names the account; the first use binds it and says so, later ones only prove', async (t) => {
  const citizen = await citizenOf(NUMBERS.third);
  const account = accounts.get(NUMBERS.third)!;
  t.like(await logIn(citizen), { outcome: 'accepted', account: { sub: account.sub }, isNew: true });
  t.like(await logIn(citizen, { raw: true }), { outcome: 'accepted', isNew: false });
  t.deepEqual(
    bound.filter((sub) => sub === account.sub),
    [account.sub],
  );
  const [kept] = await listFactors(db, account.id, 'certificate');
  t.is(kept?.label, '测试个人证书机构');
  t.false(JSON.stringify(kept).includes(NUMBERS.third), 'the number is not kept with it');
  t.deepEqual(kept?.lastUsedAt, AT);
});

const SIBLINGS: readonly (readonly [string, string, () => Promise<Party>, Change?])[] = [
  ['revoked', 'revoked', async () => revoked],
  ['expired', 'expired', () => citizenOf(NUMBERS.one, { notAfter: new Date('2026-05-31T00:00:00Z') })],
  ['not valid yet', 'not-yet-valid', () => citizenOf(NUMBERS.one, { notBefore: new Date('2026-06-02T00:00:00Z') })],
  ['for encryption', 'usage', () => citizenOf(NUMBERS.one, { keyUsage: ['keyEncipherment'] })],
  ['for documents only', 'usage', () => citizenOf(NUMBERS.one, { keyUsage: ['nonRepudiation'] })],
  ['for time stamps', 'usage', () => citizenOf(NUMBERS.one, { extendedKeyUsage: [OID.timeStamping] })],
  [
    'of an authority that is not believed',
    'untrusted',
    () => issue('张三', pki.authority, { identityCode: NUMBERS.one }),
  ],
  ['that its holder certified himself', 'untrusted', () => issue('张三', null, { identityCode: NUMBERS.one })],
  ['without a number', 'no-number', () => issue('张三', persons, { extendedKeyUsage: [OID.clientAuth] })],
  ['with a number that is none', 'no-number', () => citizenOf('12345')],
  ['of somebody without account', 'no-account', () => citizenOf(NUMBERS.stranger)],
  ['with the signature of another key', 'signature', () => citizenOf(NUMBERS.one), { signer: pki.signer }],
  ['signed for another site', 'signature', () => citizenOf(NUMBERS.one), { origin: 'https://evil.example' }],
  ['over a challenge of its own', 'challenge', () => citizenOf(NUMBERS.one), { challenge: 'x'.repeat(75) }],
];
for (const [how, fault, make, change] of SIBLINGS) {
  test(`refused: a certificate ${how}`, async (t) => {
    t.is(faultOf(await logIn(await make(), change)), fault);
  });
}

test('refused: whose state nobody tells, when it has to be known; where it need not be, it is believed', async (t) => {
  const citizen = await citizenOf(NUMBERS.other);
  const silent = (isRequired: boolean): CertificateDeps => ({
    ...deps,
    trust: { ...deps.trust, revocationOf: async () => ({ evidence: NO_EVIDENCE, isRequired, now: AT }) },
  });
  t.is(faultOf(await logIn(citizen, { deps: silent(true) })), 'state-unknown');
  t.is(faultOf(await logIn(citizen, { deps: silent(false) })), 'accepted');
});

test('refused: the same answer twice, for another interaction, of an enrolment; in a step-up, of another person', async (t) => {
  const citizen = await citizenOf(NUMBERS.other);
  const challenge = deps.challenges.make({ purpose: 'certificate-login', binding: 'interaction' });
  t.is(faultOf(await logIn(citizen, { challenge })), 'accepted');
  t.is(faultOf(await logIn(citizen, { challenge })), 'challenge');
  const foreign = deps.challenges.make({ purpose: 'certificate-login', binding: 'another' });
  t.is(faultOf(await logIn(citizen, { challenge: foreign })), 'challenge');
  const enrolment = deps.challenges.make({ purpose: 'certificate-enrolment', binding: 'interaction' });
  t.is(faultOf(await logIn(citizen, { challenge: enrolment })), 'challenge');
  t.is(faultOf(await logIn(citizen, { account: accounts.get(NUMBERS.one)! })), 'other-person');
  for (const nonsense of ['', '{}', JSON.stringify({ challenge: '', certificate: 'AAAA', chain: [], signature: '' })])
    t.is(faultOf(await logInByCertificate(deps, 'interaction', order(nonsense))), 'unreadable');
});

test('a certificate that its holder took off the account logs nobody in until he adds it himself', async (t) => {
  const citizen = await citizenOf(NUMBERS.one);
  const account = accounts.get(NUMBERS.one)!;
  t.is(faultOf(await logIn(citizen)), 'accepted');
  const factor = (await listFactors(db, account.id, 'certificate')).at(-1)!;
  await removeFactor(db, { accountId: account.id, id: factor.id }, AT);
  t.is(faultOf(await logIn(citizen)), 'removed');
  const enrol = async (who: Account) => {
    const challenge = deps.challenges.make({ purpose: 'certificate-enrolment', binding: 'session' });
    const answer = await answerOf(citizen, challenge);
    return faultOf(await enrolCertificate(deps, 'session', { ...order(answer), account: who }));
  };
  t.is(await enrol(accounts.get(NUMBERS.other)!), 'other-person');
  t.is(await enrol(account), 'accepted');
  t.is(await enrol(account), 'taken');
  t.is(faultOf(await logIn(citizen)), 'accepted');
});
