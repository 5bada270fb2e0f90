// `xinji type-pack publish` and `list`: the catalogue of a license room, from the machine of whoever holds its key.
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../common/clock.ts';
import { parseKey32 } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { makeLog } from '../../common/log.ts';
import { makeLicenseCatalog } from '../../license/flow/license-catalog.ts';
import { publishType } from '../../license/flow/publish-type.ts';
import { listNewestVersions } from '../../license/store/catalog.ts';
import { withLicenseRoom } from '../license-room.ts';
import { KEYS_DEV } from '../serve/keys.ts';
import { openCatalogSigner } from './catalog-signer.ts';
import { readPackType } from './read-pack.ts';

/** Also what the seed signs with. */
export const DEVELOPMENT_KEY = join(KEYS_DEV, 'catalog/license-catalog.key.pem');

/** Publishes the type of a pack; says what was done. */
export function publishPack(env: NodeJS.ProcessEnv, folder: string, by: string | undefined): Promise<string> {
  return withLicenseRoom(env, 'type-pack', async ({ db, config, owner }) => {
    const keyFile = owner.catalogKey ?? (owner.mode === 'development' ? DEVELOPMENT_KEY : null);
    if (keyFile === null) {
      throw new TrustError('config-invalid', 'XINJI_LICENSE_CATALOG_KEY is not set', {
        hint: 'Name the file with the key that signs license types; docs/config.md is the manual.',
      });
    }
    const masterKey = env['XINJI_MASTER_KEY'] === undefined ? undefined : parseKey32(env['XINJI_MASTER_KEY']);
    const signer = await openCatalogSigner(keyFile, config.catalogCertificates, {
      mode: config.mode,
      masterKey,
      warn: console.error,
    });
    const publishedBy = by ?? userInfo().username;
    const outcome = await publishType({ db, clock: systemClock, signer, publishedBy }, await readPackType(folder));
    const { code, version, name } = outcome.type;
    return `${code} version ${version} ${name}: ${outcome.published ? 'published' : 'was published before'}`;
  });
}

/** A line for each type: code, newest version, who published it when, name; or why it is not believed. */
export function listPublished(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly lines: readonly string[]; readonly refused: number }> {
  return withLicenseRoom(env, 'type-pack', async ({ db, config }) => {
    const log = makeLog('type-pack', 'silent');
    const catalog = makeLicenseCatalog({ db, clock: systemClock, log, certificates: config.catalogCertificates });
    const believed = new Map((await catalog.list()).map((entry) => [entry.code, entry]));
    const newest = await listNewestVersions(db);
    const lines = newest.map(({ code, version }) => {
      const entry = believed.get(code);
      const rest = entry ? [entry.publishedAt.toISOString(), entry.publishedBy, entry.type.name] : ['NOT BELIEVED'];
      return [code, String(version).padStart(4), ...rest].join('  ');
    });
    return { lines, refused: newest.length - believed.size };
  });
}
