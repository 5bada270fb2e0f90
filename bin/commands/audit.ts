// `xinji audit verify`: proves that no row of a room's audit log was changed, dropped or moved, and says how far that reaches.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { AuditFault } from '../../common/audit/audit-fault.ts';
import { type AuditFinding, type EventVerifier, verifyAudit } from '../../common/audit/verify-audit.ts';
import type { Coverage } from '../../common/audit/verify-checkpoints.ts';
import { connect } from '../../common/db/connect.ts';
import { asDatabaseProblem } from '../../common/db/errors.ts';
import { checkSchemaVersion } from '../../common/db/migrate.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type Certificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import { type TrustStores, withIntermediates } from '../../common/pki/trust-stores.ts';
import { readRoomConfig as readIdentityConfig } from '../../identity/config.ts';
import { readRoomConfig as readLicenseConfig } from '../../license/config.ts';
import { verifyEvents } from '../../license/flow/verify-events.ts';
import { readRoomConfig as readSealConfig } from '../../seal/config.ts';
import type { RoomName } from '../schemas.ts';
import { SCHEMAS } from '../schemas.ts';
import { openOwnedDatabase } from '../serve/database.ts';
import { databaseKey, planRooms, readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { loadSecrets } from '../serve/secrets.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const INTACT = 0;
const FAULTS = 1;
const NOT_JUDGED = 2;

/** What a room's environment says about its audit log. */
type Kept = {
  readonly databaseUrl: string;
  readonly checkpointCertificates: readonly Certificate[];
  readonly checkpointFolder: string;
  /** Under which times may be stamped; a room that knows nobody judges the tokens' own signatures only. */
  readonly trust?: TrustStores;
  readonly verifyEvents?: EventVerifier;
};

/** Rooms that keep an audit log. */
const ROOMS: Readonly<Partial<Record<RoomName, (env: NodeJS.ProcessEnv) => Kept>>> = {
  identity: readIdentityConfig,
  license: (env) => ({ ...readLicenseConfig(env), verifyEvents }),
  seal: (env) => {
    const config = readSealConfig(env);
    return { ...config, trust: withIntermediates(config.trustStores, config.chain) };
  },
};
const NAMES = Object.keys(ROOMS) as readonly RoomName[];

export const command: Command = {
  name: 'audit',
  summary: 'Prove that an audit log is whole: xinji audit verify [--checkpoints FOLDER]',
  usage: `xinji audit verify [--room NAME] [--checkpoints FOLDER] [--certificates FILE] [--json]
    --room NAME          the room whose log is verified: ${NAMES.join(', ')}; all of them unless given
    --checkpoints FOLDER the copy of the checkpoints outside the database; XINJI_<ROOM>_CHECKPOINTS unless given, "none" for none
    --certificates FILE  PEM certificates that may have signed checkpoints; XINJI_<ROOM>_CHECKPOINT_CERTIFICATES unless given
    --json               the finding as one JSON document; a list of them when no room is named

Reads every row and every checkpoint with the environment of the room. Who does not trust the room's machine gives a copy
and certificates of his own. Exit codes: ${INTACT} nothing was changed, ${FAULTS} faults were found, ${NOT_JUDGED} could not be judged,
${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const rooms = values.room === undefined ? NAMES : NAMES.filter((name) => name === values.room);
    if (rooms.length === 0) {
      console.error(`xinji audit: the room ${values.room} keeps no audit log; expected ${NAMES.join(', ')}`);
      return EXIT_USAGE;
    }
    if (positionals.join(' ') !== 'verify') {
      console.error(`xinji audit: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    try {
      const findings = await verify(env, rooms, values);
      console.log(values.json ? asJson(findings, values.room !== undefined) : findings.map(inWords).join('\n\n'));
      return findings.some(({ faults }) => faults.length > 0) ? FAULTS : INTACT;
    } catch (error) {
      const known = asDatabaseProblem(error);
      if (!isTrustError(known) || known.code === 'config-invalid') throw known;
      console.error(`xinji audit: ${known.message}\n${known.hint}`);
      return NOT_JUDGED;
    }
  },
};

const OPTIONS = {
  room: { type: 'string' },
  checkpoints: { type: 'string' },
  certificates: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Given = { readonly checkpoints?: string | undefined; readonly certificates?: string | undefined };

async function verify(
  env: NodeJS.ProcessEnv,
  names: readonly RoomName[],
  given: Given,
): Promise<readonly AuditFinding[]> {
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  planRooms(env, secrets, names);
  const isGiven = names.every((name) => env[databaseKey(name)] !== undefined);
  const database = isGiven ? null : await openOwnedDatabase(owner, console.error);
  try {
    const rooms = roomEnvironments(env, owner, secrets, database?.url ?? null);
    const findings: AuditFinding[] = [];
    for (const name of names) {
      const kept = ROOMS[name]!(rooms.find(({ room }) => room.name === name)!.env);
      findings.push(await verifyRoom(name, kept, given));
    }
    return findings;
  } finally {
    await database?.close();
  }
}

async function verifyRoom(room: RoomName, kept: Kept, given: Given): Promise<AuditFinding> {
  const { schema, migrations } = SCHEMAS.find((entry) => entry.room === room)!;
  const certificates = given.certificates ? await readCertificates(given.certificates) : kept.checkpointCertificates;
  const copyFolder = given.checkpoints === 'none' ? null : (given.checkpoints ?? kept.checkpointFolder);
  const db = connect(kept.databaseUrl, { applicationName: 'xinji audit', poolMax: 1, byKey: true });
  try {
    await checkSchemaVersion(db, schema, migrations);
    const { trust, verifyEvents: judge } = kept;
    return await verifyAudit({ db, schema, room, certificates, copyFolder, trust, verifyEvents: judge });
  } finally {
    await db.destroy();
  }
}

async function readCertificates(path: string): Promise<readonly Certificate[]> {
  const pem = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TrustError('certificate-malformed', `${path} cannot be read (${cause.code})`, { cause });
  });
  return readCertificatesPem(pem);
}

/** One finding for a room that was named, else a list. */
function asJson(findings: readonly AuditFinding[], isOne: boolean): string {
  const plain = ({ covered: _covered, ...coverage }: Coverage) => coverage;
  const all = findings.map(({ checkpoints, copy, ...finding }) => ({
    ...finding,
    checkpoints: plain(checkpoints),
    copy: copy && plain(copy),
  }));
  return JSON.stringify(isOne ? all[0] : all, null, 2);
}

function inWords(finding: AuditFinding): string {
  const { room, faults, hasMore, chains, checkpoints, copy, timeStamps, lastStamp, events } = finding;
  const rows = chains.reduce((sum, chain) => sum + chain.rows, 0);
  return [
    faults.length === 0
      ? `INTACT  ${rows} rows in ${chains.length} chains of ${room}: none changed, dropped or moved.`
      : `FAULTS  ${faults.length}${hasMore ? ' and more' : ''} in the audit log of ${room}`,
    ...faults.map((fault) => `  ${describe(room, fault)}`),
    '',
    ...chains.map(
      (chain) =>
        `chain ${room}/${chain.chain}: ${chain.rows} rows; checkpoints cover it to row ${chain.coveredByDatabase}` +
        (copy ? `, the copy to row ${chain.coveredByCopy}` : ''),
    ),
    ...(events ? [`events: ${events.events} held against the chains, ${events.waiting} wait for theirs`] : []),
    `checkpoints in the database: ${countOf(checkpoints)}`,
    copy
      ? `copy outside the database: ${countOf(copy)}`
      : 'copy outside the database: none given; rows and checkpoints that the owner of the tables removed or made anew together would not be noticed',
    'Rows behind the last checkpoint are protected by their chain alone until the next one, a second later while the room runs.',
    timeStamps === 0 || !lastStamp
      ? 'time stamps on checkpoints: none; the times are those of the room'
      : `time stamps on checkpoints: ${timeStamps}; ${describeStamp(lastStamp)}`,
  ].join('\n');
}

function describeStamp({ checkpoint, provedAt, since }: NonNullable<AuditFinding['lastStamp']>): string {
  const proved = provedAt ? `proves ${provedAt.toISOString()}` : 'leads to nobody who is trusted and proves no time';
  return `the newest, on checkpoint ${checkpoint}, ${proved}; ${since} checkpoints since then have none`;
}

const countOf = ({ count, last }: Coverage): string =>
  last ? `${count}, the last is number ${last.number} of ${last.at.toISOString()}` : 'none';

function describe(room: string, { kind, chain, row, checkpoint, line, event, detail }: AuditFault): string {
  const places = [
    chain === undefined ? null : `chain ${room}/${chain}`,
    row === undefined ? null : `row ${row}`,
    checkpoint === undefined ? null : `checkpoint ${checkpoint}`,
    line === undefined ? null : `line ${line} of the copy`,
    event === undefined ? null : `event ${event}`,
  ];
  return `${kind}  ${places.filter((place) => place !== null).join(', ')}: ${detail}`;
}
