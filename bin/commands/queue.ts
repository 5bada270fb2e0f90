// `xinji queue`: what is in a room's durable queue, what was given up, and trying that again.
import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import { systemClock } from '../../common/clock.ts';
import { countJobs, type DeadChoice, listDeadJobs, requeueDeadJobs } from '../../common/queue/store/jobs.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { withLicenseRoom } from '../license-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

/** Rooms that keep a queue; the schema bears the name. */
const ROOMS = { identity: withIdentityRoom, license: withLicenseRoom } as const;
type Room = keyof typeof ROOMS;
const MOST = 1000;

export const command: Command = {
  name: 'queue',
  summary: 'Show what waits in the queue of a room, what was given up, and try that again',
  usage: `xinji queue list [--room ROOM] [--json]
xinji queue dead [--room ROOM] [--queue QUEUE] [--json]
xinji queue requeue (ID… | --all) [--room ROOM] [--queue QUEUE]
    list     jobs that are not done, by queue and state
    dead     jobs that were given up after the last try, with the last error; the first ${MOST}
    requeue  lets dead jobs be tried again from the beginning of their schedule: those named, or all
    ROOM     identity, or license; identity unless given
    QUEUE    of identity: logout: notices of logout to systems; logout-stragglers: the second look after the end of a session;
             messages: SMS and mail to people; logout-everybody: the end of all sessions, ordered in an emergency;
             proofs: entries that a silent source is asked about again; imports: users of other houses;
             of license: notify: webhooks to case systems, KEY is the subscription (\`xinji webhook list\`)

Needs the environment of the room. Running rooms take the jobs up at once.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, ...ids] = positionals;
    const run = action !== undefined && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    const room = values.room ?? 'identity';
    const isRequeue = action === 'requeue';
    const areIds = ids.every((id) => /^[1-9]\d{0,14}$/.test(id)) && ids.length > 0 !== (values.all ?? false);
    if (!run || !isRoom(room) || (isRequeue ? !areIds : ids.length > 0 || values.all)) {
      console.error(`xinji queue: expected\n${command.usage.split('\n    list')[0]}`);
      return EXIT_USAGE;
    }
    const choice = { queue: values.queue, ids: isRequeue && !values.all ? ids.map(Number) : undefined };
    const place = { schema: room, json: values.json ?? false };
    const { lines, code } = await ROOMS[room](env, 'queue', ({ db }) => run(db, choice, place));
    for (const line of lines) console.log(line);
    return code;
  },
};

const OPTIONS = {
  room: { type: 'string' },
  queue: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const isRoom = (name: string): name is Room => Object.hasOwn(ROOMS, name);

type Said = { readonly lines: readonly string[]; readonly code: number };
type Action = (
  db: Knex,
  choice: DeadChoice,
  place: { readonly schema: string; readonly json: boolean },
) => Promise<Said>;

const ACTIONS: Readonly<Record<string, Action>> = {
  list: async (db, _choice, { schema, json }) => {
    const rows = await countJobs(db, schema);
    const lines = rows.map(({ queue, state, jobs, oldest }) =>
      [queue.padEnd(20), state.padEnd(8), String(jobs).padStart(8), oldest.toISOString()].join('  '),
    );
    return say(json ? [toJson(rows)] : lines.length === 0 ? ['everything is done'] : lines);
  },
  dead: async (db, choice, { schema, json }) => {
    const rows = await listDeadJobs(db, schema, choice, MOST);
    const lines = rows.map(({ id, queue, key, tries, error, diedAt }) =>
      [String(id), queue, key ?? '-', `${tries} tries`, diedAt.toISOString(), error].join('  '),
    );
    return say(json ? [toJson(rows)] : lines.length === 0 ? ['nothing was given up'] : lines);
  },
  requeue: async (db, choice, { schema }) => {
    const jobs = await requeueDeadJobs(db, schema, choice, systemClock());
    const isShort = jobs < (choice.ids?.length ?? 0);
    return say([`${jobs} ${jobs === 1 ? 'job waits' : 'jobs wait'} again.`], isShort ? 1 : 0);
  },
};

const say = (lines: readonly string[], code = 0): Said => ({ lines, code });
const toJson = (rows: readonly object[]): string => JSON.stringify(rows, null, 2);
