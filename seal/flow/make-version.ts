// Making a version of a seal (制作), numbered as in docs/sealing-cycle.md. Each part is kept before the next one begins, so
// that a making that broke off, or waits for a certificate that comes by file, goes on where it stood.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { toHex, utf8 } from '../../common/bytes.ts';
import type { SealApplication } from '../../common/contract/seal-life.ts';
import { closeBox, deriveKey } from '../../common/crypto/sealed-box.ts';
import { generateSm2KeyPair, importSm2PrivateKey } from '../../common/crypto/sm2.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import { makePkcs10 } from '../../common/pki/pkcs10.ts';
import { certificateSubject, type MadeSeal, pictureOf, type SealVersion } from '../domain/seal-version.ts';
import { describeVersion } from '../domain/version-document.ts';
import { makeSeal, wholeSeconds } from '../ses/make-seal.ts';
import { insertEvent } from '../store/events.ts';
import { type CertificateRow, claimAsking, endAsking, findCertificate, insertKey } from '../store/seal-keys.ts';
import { markMade } from '../store/seal-versions.ts';
import { drawPicture } from './draw-picture.ts';
import { findAnswer, type LifeAct, runAct } from './life-act.ts';
import type { LifeDeps, SealMaker } from './life-deps.ts';
import { receiveCertificate } from './seal-certificate.ts';
import { boxContext, KEY_PURPOSE } from './seal-keyring.ts';
import { checkStep, getVersion, takeStep } from './take-step.ts';

/** Vid of the seals that are made here. */
const VENDOR = 'Xinji';

/**
 * Makes a version. Codes: those of a step, `certificate-pending` while the authority has not answered, `certificate-unfit`
 * when it answered wrongly, `config-invalid` where this room has no maker's key or no master key.
 */
export async function makeVersion(
  deps: LifeDeps,
  act: Omit<LifeAct, 'name' | 'request'>,
  applicationId: string,
  request: { readonly reason?: string | undefined },
): Promise<SealApplication> {
  const named = { ...act, name: `make ${applicationId}`, request };
  // 1. The same act again? Then the answer is the one that was given.
  const earlier = await findAnswer<SealApplication>(deps, named);
  if (earlier) return earlier;
  return makeOnce(deps, named, applicationId, request).catch(async (error: unknown) => {
    // An equal request at the same time may have been faster.
    const done = await findAnswer<SealApplication>(deps, named);
    if (done) return done;
    throw error;
  });
}

async function makeOnce(
  deps: LifeDeps,
  act: LifeAct,
  applicationId: string,
  request: { readonly reason?: string | undefined },
): Promise<SealApplication> {
  // 2. May this person make this seal now?
  const version = await getVersion(deps.db, applicationId);
  await checkStep(deps.db, version, { step: 'make', actor: act.actor });
  const maker = getMaker(deps);
  // 3. The owner's key and the request for its certificate, on record together.
  const row = (await findCertificate(deps.db, applicationId)) ?? (await makeKey(deps, version, act));
  // 4. The certificate: at once, or by file later.
  const certificate = row.certificate
    ? parseCertificate(new Uint8Array(row.certificate))
    : await askCertificate(deps, version, row);
  // 5. The intent is on record before the maker's key is used.
  await insertEvent(deps.db, {
    at: deps.clock(),
    kind: 'seal.making-intended',
    esID: version.esID,
    actor: act.actor.subject,
    requestId: act.requestId,
    detail: { application_id: applicationId, key_ref: row.keyRef },
  });
  const made = await make(deps, maker, version, { certificate, keyRef: row.keyRef });
  // 6. Seal and step are one transaction; a seal that was made and not kept is never shown.
  return runAct(deps, act, async (trx, now) => {
    const current = await getVersion(trx, applicationId);
    await checkStep(trx, current, { step: 'make', actor: act.actor });
    await markMade(trx, applicationId, made);
    const { actor, requestId } = act;
    const done = await takeStep(trx, { ...current, ...made }, { step: 'make', actor, ...request, requestId, now });
    return describeVersion(done, now);
  });
}

function getMaker({ maker, authority }: LifeDeps): SealMaker {
  if (!maker) throw new TrustError('config-invalid', 'XINJI_SEAL_MAKER_KEYS is none: this room makes no seals');
  if (!authority) throw new TrustError('config-invalid', 'XINJI_SEAL_CA is none: nobody certifies the keys of seals');
  return maker;
}

async function makeKey(
  deps: LifeDeps,
  version: SealVersion,
  act: Pick<LifeAct, 'actor' | 'requestId'>,
): Promise<CertificateRow> {
  const { db, clock, rootSecret } = deps;
  const keyRef = makeId('sealkey');
  const { privateKeyPem } = generateSm2KeyPair();
  const pkcs10 = makePkcs10(certificateSubject(version, deps.subjectUnit), importSm2PrivateKey(privateKeyPem));
  const box = closeBox(deriveKey(rootSecret, KEY_PURPOSE), utf8(privateKeyPem), boxContext(keyRef));
  const now = clock();
  const notBefore = wholeSeconds(now);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + version.validYears);
  const key = { keyRef, applicationId: version.applicationId, box, pkcs10, notBefore, notAfter };
  await db.transaction(async (trx: Knex) => {
    if (!(await insertKey(trx, key, now))) return; // another request was faster: its key counts
    const detail = { application_id: version.applicationId, key_ref: keyRef };
    const { actor, requestId } = act;
    await insertEvent(trx, {
      at: now,
      kind: 'seal.key-made',
      esID: version.esID,
      actor: actor.subject,
      requestId,
      detail,
    });
  });
  return (await findCertificate(db, version.applicationId))!;
}

const ASKING_MS = 60_000;
const POLL_MS = 100;
const WAIT_MS = 20_000;

/** One of equal makings at one moment asks the authority; the others wait for what it gets, or for the end of its lease. */
async function askCertificate(deps: LifeDeps, version: SealVersion, row: CertificateRow): Promise<Certificate> {
  const { db, clock } = deps;
  for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
    const now = clock();
    const until = new Date(now.getTime() + ASKING_MS);
    if (await claimAsking(db, row.keyRef, now, until))
      return askAuthority(deps, version, row).finally(() => endAsking(db, row.keyRef, until));
    const kept = await findCertificate(db, version.applicationId);
    if (kept?.certificate) return parseCertificate(new Uint8Array(kept.certificate));
    await sleep(POLL_MS);
  }
  throw new TrustError(
    'certificate-pending',
    `The authority is being asked for the certificate of seal ${version.esID}`,
  );
}

async function askAuthority(deps: LifeDeps, version: SealVersion, row: CertificateRow): Promise<Certificate> {
  const { notBefore, notAfter } = row;
  const certificate = await deps.authority!.issue({ pkcs10: new Uint8Array(row.pkcs10), notBefore, notAfter });
  if (certificate)
    return receiveCertificate(deps, version, certificate, 'authority').catch(async (error: unknown) => {
      // One that came by file meanwhile counts.
      const kept = await findCertificate(deps.db, version.applicationId);
      if (isTrustError(error, 'seal-state-forbids') && kept?.certificate)
        return parseCertificate(new Uint8Array(kept.certificate));
      throw error;
    });
  throw new TrustError('certificate-pending', `The certificate for seal ${version.esID} comes by file`);
}

async function make(
  deps: LifeDeps,
  maker: SealMaker,
  version: SealVersion,
  signer: { readonly certificate: Certificate; readonly keyRef: string },
): Promise<MadeSeal> {
  const { esID, name, sealKind, validYears } = version;
  const now = deps.clock();
  const drawn = await drawPicture(pictureOf(version)!, deps.font());
  const picture = { type: drawn.type, bytes: drawn.png, widthMm: drawn.widthMm, heightMm: drawn.heightMm };
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + validYears);
  const ends = [signer.certificate.notAfter, maker.certificate.notAfter, latest].map((end) => end.getTime());
  const { raw, content } = await makeSeal({
    esID,
    name,
    type: Number(sealKind),
    version: deps.sealVersion,
    vendor: VENDOR,
    picture,
    signers: [signer.certificate],
    validStart: now,
    validEnd: new Date(Math.min(...ends)),
    makerCertificate: maker.certificate,
    sign: maker.sign,
    now,
  });
  return {
    headerVersion: content.header.version,
    validFrom: content.property.validStart,
    validTo: content.property.validEnd,
    widthMm: picture.widthMm,
    heightMm: picture.heightMm,
    eseal: raw,
    esealSm3: toHex(sm3(raw)),
    keyRef: signer.keyRef,
  };
}
