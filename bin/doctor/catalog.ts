// The catalogue of license types: whether each newest entry is believed with the certificates that the room accepts now.
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { isTrustError } from '../../common/errors.ts';
import { makeLog } from '../../common/log.ts';
import { readRoomConfig } from '../../license/config.ts';
import { makeLicenseCatalog } from '../../license/flow/license-catalog.ts';
import { listNewestVersions } from '../../license/store/catalog.ts';
import type { RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

export async function checkCatalog(environments: readonly RoomEnvironment[]): Promise<readonly Finding[]> {
  const env = environments.find(({ room }) => room.name === 'license')?.env;
  if (!env) return [];
  const { databaseUrl, catalogCertificates: certificates } = readRoomConfig(env);
  const db = connect(databaseUrl, { applicationName: 'xinji doctor', poolMax: 1 });
  const catalog = makeLicenseCatalog({ db, clock: systemClock, log: makeLog('doctor', 'silent'), certificates });
  try {
    const newest = await listNewestVersions(db);
    if (newest.length === 0) return [note('No license type is published', 'Run: xinji type-pack publish FOLDER')];
    const findings: Finding[] = [];
    for (const { code } of newest) {
      const fault = await catalog.find(code).then(() => null, faultOf);
      if (fault !== null) findings.push(wrong(fault.message, fault.hint));
    }
    return findings.length > 0 ? findings : [well(`Every license type is believed (${newest.length} published)`)];
  } catch {
    return []; // the database cannot be read: said by its own check
  } finally {
    await db.destroy();
  }
}

function faultOf(error: unknown): { readonly message: string; readonly hint: string } {
  if (isTrustError(error, 'license-type-untrusted')) return error;
  throw error;
}
