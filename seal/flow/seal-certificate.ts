// The certificate for the key of a version: taken in from the authority at once or by file, after it was judged as a
// verifier would judge it; and what is to be revoked, asked of the authority until it is done.
import { equalBytes } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { type Certificate, certificateFingerprint, parseCertificate } from '../../common/pki/certificate.ts';
import { parsePkcs10 } from '../../common/pki/pkcs10.ts';
import { verifyChain } from '../../common/pki/verify-chain.ts';
import type { SealVersion } from '../domain/seal-version.ts';
import { insertEvent } from '../store/events.ts';
import {
  type CertificateRow,
  findCertificate,
  findKey,
  listWantedRevocations,
  markCertificate,
  markRevoked,
} from '../store/seal-keys.ts';
import type { LifeDeps } from './life-deps.ts';

/**
 * Takes the certificate in; the same one again changes nothing. Codes: `certificate-unfit`, `seal-state-forbids` when no
 * request is open.
 */
export async function receiveCertificate(
  { db, clock, signers }: Pick<LifeDeps, 'db' | 'clock' | 'signers'>,
  version: SealVersion,
  certificate: Certificate,
  actor: string,
): Promise<Certificate> {
  const row = await findCertificate(db, version.applicationId);
  if (!row)
    throw new TrustError('seal-state-forbids', `Nothing was asked for application ${version.applicationId} yet`);
  if (row.certificate && equalBytes(new Uint8Array(row.certificate), certificate.raw)) return certificate;
  if (row.certificate || version.state !== 'approved')
    throw new TrustError('seal-state-forbids', `Application ${version.applicationId} has its certificate`);
  const now = clock();
  checkFit(row, version, certificate);
  const { steps } = verifyChain({ ...signers, leaf: certificate, at: now, usage: 'document-signing' });
  const fault = steps.find(({ status }) => status === 'failed');
  if (fault) throw unfit(fault.finding);
  await db.transaction(async (trx) => {
    if (!(await markCertificate(trx, row.keyRef, certificate.raw, now))) return;
    const detail = { application_id: version.applicationId, certificate_sm3: certificateFingerprint(certificate) };
    await insertEvent(trx, { at: now, kind: 'seal.certificate-received', esID: version.esID, actor, detail });
  });
  const kept = await findCertificate(db, version.applicationId);
  return parseCertificate(new Uint8Array(kept!.certificate!));
}

/** Key and subject of the request, and not longer than it was asked for. */
function checkFit(row: CertificateRow, { esID, ownerCode, ownerName }: SealVersion, certificate: Certificate): void {
  const { publicKey } = parsePkcs10(new Uint8Array(row.pkcs10));
  if (!equalBytes(certificate.spki, publicKey.spki)) throw unfit('It is for another key');
  if (certificate.commonName !== esID) throw unfit(`Its common name is not the seal code ${esID}`);
  const names = [`${ownerCode}${ownerName}`, ownerName];
  if (!names.includes(certificate.organization)) throw unfit(`Its organisation is not ${ownerName}`);
  if (certificate.isCa) throw unfit('It is the certificate of an authority');
}

function unfit(found: string): TrustError {
  return new TrustError('certificate-unfit', found);
}

const BATCH = 100;

/**
 * Asks the authority for every revocation that is on record and not done. One that fails is logged and asked for again
 * at the next call; the key is destroyed already.
 */
export async function settleRevocations(deps: Pick<LifeDeps, 'db' | 'clock' | 'log' | 'authority'>): Promise<void> {
  const { db, clock, log, authority } = deps;
  if (!authority) return;
  for (const wanted of await listWantedRevocations(db, BATCH)) {
    try {
      const certificate = parseCertificate(new Uint8Array(wanted.certificate));
      await authority.revoke(certificate, wanted.reason, wanted.at);
      await recordRevocation(deps, wanted.keyRef, certificate, clock());
    } catch (error) {
      log.error({ err: error, key_ref: wanted.keyRef }, 'the certificate of a seal is not revoked yet');
    }
  }
}

async function recordRevocation(
  { db }: Pick<LifeDeps, 'db'>,
  keyRef: string,
  certificate: Certificate,
  at: Date,
): Promise<void> {
  await db.transaction(async (trx) => {
    if (!(await markRevoked(trx, keyRef, at))) return;
    const detail = {
      application_id: (await findKey(trx, keyRef))!.applicationId,
      certificate_serial: certificate.serial,
    };
    await insertEvent(trx, {
      at,
      kind: 'seal.certificate-revoked',
      esID: certificate.commonName,
      actor: 'room',
      detail,
    });
  });
}
