// The life of seals for tests: real PostgreSQL, the maker and an authority of the test PKI, persons by duty, a clock to set.
import type { Knex } from 'knex';
import type { CertificateAuthority, RevocationReason } from '../../common/ca/certificate-authority.ts';
import type { SealApplicationRequest } from '../../common/contract/seal-life.ts';
import { makeLog } from '../../common/log.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { makeCertificate } from '../../common/pki/make-certificate.ts';
import { parsePkcs10 } from '../../common/pki/pkcs10.ts';
import { DEFAULT_CODE_RULE, parseCodeRule } from '../../seal/domain/seal-code.ts';
import type { Duty, LifeActor } from '../../seal/domain/seal-life.ts';
import { applyForSeal } from '../../seal/flow/apply-for-seal.ts';
import { activateVersion, decideOnVersion } from '../../seal/flow/change-seal.ts';
import type { LifeDeps } from '../../seal/flow/life-deps.ts';
import { makeVersion } from '../../seal/flow/make-version.ts';
import { makeSealKeyring } from '../../seal/flow/seal-keyring.ts';
import { AT, type TestPki } from '../_harness/pki.ts';
import { OWNER, person } from './active-seal.ts';
import { font, pki } from './world.ts';

/** An authority of the test PKI that answers at once; what it was asked to revoke is counted. */
export type TestAuthority = CertificateAuthority & {
  readonly revoked: { readonly serial: string; readonly reason: RevocationReason }[];
  /** Makes the next answers come by file. */
  byFile: boolean;
  isDown: boolean;
};

let lastSerial = 0x9000;

export function makeTestAuthority(issuer: TestPki['authority'] = pki.authority): TestAuthority {
  const authority: TestAuthority = {
    revoked: [],
    byFile: false,
    isDown: false,
    issue: async (request) => (authority.byFile ? null : certify(request, issuer)),
    revoke: async ({ serial }, reason) => {
      if (authority.isDown) throw new Error('the authority does not answer');
      if (!authority.revoked.some((row) => row.serial === serial)) authority.revoked.push({ serial, reason });
    },
  };
  return authority;
}

/** What the authority answers to a request, at once or by file. */
export function certify(
  { pkcs10, notBefore, notAfter }: { readonly pkcs10: Uint8Array; readonly notBefore: Date; readonly notAfter: Date },
  issuer: TestPki['authority'] = pki.authority,
  overrides: Partial<Parameters<typeof makeCertificate>[0]> = {},
): Promise<Certificate> {
  const { subjectParts: subject, publicKey } = parsePkcs10(pkcs10);
  lastSerial += 1;
  return makeCertificate({
    subject,
    issuer: issuer.name,
    serial: lastSerial.toString(16),
    notBefore,
    notAfter,
    publicKey,
    issuerKey: issuer.key,
    ca: null,
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    ...overrides,
  });
}

export type LifeWorld = {
  readonly deps: LifeDeps;
  readonly authority: TestAuthority;
  /** References that the signer has. */
  readonly loaded: Set<string>;
  now: Date;
};

export const MASTER_KEY = new Uint8Array(32).fill(7);

export function makeLifeWorld(db: Knex): LifeWorld {
  const authority = makeTestAuthority();
  const loaded = new Set<string>();
  const signer = {
    load: (keyRef: string) => void loaded.add(keyRef),
    unload: (keyRef: string) => void loaded.delete(keyRef),
  };
  const world: LifeWorld = {
    authority,
    loaded,
    now: AT,
    deps: {
      db,
      clock: () => world.now,
      log: makeLog('seal', 'silent'),
      codeRule: parseCodeRule(DEFAULT_CODE_RULE),
      authority,
      subjectUnit: null,
      maker: { certificate: pki.maker.certificate, sign: pki.maker.sign },
      signers: pki.trust.signers,
      rootSecret: MASTER_KEY,
      sealVersion: 4,
      keyring: makeSealKeyring({ db, signer, rootSecret: MASTER_KEY, certificates: new Map() }),
      font: () => font,
    },
  };
  return world;
}

let lastAct = 0;

/** A new act of somebody. */
export function act(actor: LifeActor | Duty): { readonly actor: LifeActor; readonly idempotencyKey: string } {
  lastAct += 1;
  return { actor: typeof actor === 'string' ? person(actor) : actor, idempotencyKey: `test-act-${lastAct}` };
}

export const APPLICATION: SealApplicationRequest = {
  owner_name: OWNER.ownerName,
  owner_code: OWNER.ownerCode,
  kind: '01',
  picture: { source: 'drawn', text: OWNER.ownerName, width_mm: 20 },
  show_code: false,
  valid_years: 5,
};

/** A new seal, led as far as `state`. */
export async function leadTo(
  { deps }: LifeWorld,
  state: 'applied' | 'approved' | 'made' | 'filed' | 'active',
  request: Partial<SealApplicationRequest> = {},
): Promise<{ readonly id: string; readonly esID: string }> {
  const { application_id: id, esID } = await applyForSeal(deps, act('applicant'), { ...APPLICATION, ...request });
  const steps = [
    ['approved', () => decideOnVersion(deps, act('approver'), id, { step: 'approve' })],
    ['made', () => makeVersion(deps, act('maker'), id, {})],
    ['filed', () => decideOnVersion(deps, act('maker'), id, { step: 'file' })],
    ['active', () => activateVersion(deps, act('keeper'), id, {})],
  ] as const;
  if (state === 'applied') return { id, esID };
  for (const [reached, step] of steps) {
    await step();
    if (reached === state) break;
  }
  return { id, esID };
}
