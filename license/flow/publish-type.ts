// Publishing a license type, by `xinji type-pack publish` and the seed:
//   1 parse the document   2 is it the next version, or one that is there already   3 sign the entry   4 insert it
// What is published never changes: the same version with the same content is nothing new, with other content it is refused.
import type { Knex } from 'knex';
import { canonicalJson } from '../../common/canonical-json.ts';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { type CatalogSigner, makeCatalogEntry } from '../domain/catalog-entry.ts';
import { type LicenseType, parseLicenseType } from '../domain/license-type.ts';
import { findCatalogEntry, findNewestVersion, insertCatalogEntry } from '../store/catalog.ts';

export type PublishDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly signer: CatalogSigner;
  /** Who answers for it, in words. */
  readonly publishedBy: string;
};
export type PublishOutcome = {
  readonly type: LicenseType;
  /** False when this version was published before, with the same content. */
  readonly published: boolean;
};

/**
 * Throws `invalid-request` with a pointer into the document, `license-type-conflict` when that version has other content
 * (the detail names where), and `license-type-version` when a version is left out.
 */
export async function publishType(deps: PublishDeps, document: unknown): Promise<PublishOutcome> {
  // 1
  const type = parseLicenseType(document);

  // 2
  const next = ((await findNewestVersion(deps.db, type.code)) ?? 0) + 1;
  if (type.version < next) return joinPublished(deps.db, type);
  if (type.version > next) {
    throw new TrustError('license-type-version', `the next version of ${type.code} is ${next}, not ${type.version}`, {
      pointer: '/version',
    });
  }

  // 3
  const entry = makeCatalogEntry(type, deps.signer, { by: deps.publishedBy, at: deps.clock() });

  // 4 Of two who publish at once one wins; the other is judged by what the winner published.
  if (await insertCatalogEntry(deps.db, entry)) return { type, published: true };
  return joinPublished(deps.db, type);
}

async function joinPublished(db: Knex, type: LicenseType): Promise<PublishOutcome> {
  const earlier = await findCatalogEntry(db, type.code, type.version);
  if (!earlier) throw new TrustError('internal', 'a catalogue entry vanished');
  const differences = listDifferences(earlier.document, type);
  if (differences.length === 0) return { type, published: false };
  const named = `${differences.slice(0, 10).join(', ')}${differences.length > 10 ? ', …' : ''}`;
  throw new TrustError('license-type-conflict', `version ${type.version} of ${type.code} differs at ${named}`, {
    ...(differences[0] === undefined ? {} : { pointer: differences[0] }),
  });
}

/** JSON pointers to the places where two documents differ; a list is one place when its length differs. */
function listDifferences(a: unknown, b: unknown, at = ''): readonly string[] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return [at];
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return [at];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => listDifferences(a[name], b[name], `${at}/${escapePointer(name)}`));
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
