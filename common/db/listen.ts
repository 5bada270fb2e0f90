// LISTEN on a connection of its own, beside the pool: a notice is delivered to the session that asked for it. A connection
// that is lost is made again; since notices may have been missed meanwhile, the caller is told of every new one.
import type { Knex } from 'knex';
import pg from 'pg';

export type Listener = { stop(): Promise<void> };

export type ListenOptions = {
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  /** After each connect: something may have happened that nobody told. */
  readonly onConnect: () => void;
  readonly onTrouble: (error: unknown) => void;
};

const RECONNECT_MS = 1_000;

/** Listens with the same credentials as the pool. Never throws: while nobody is connected, nothing is heard. */
export function listenTo(db: Knex, options: ListenOptions): Listener {
  const settings = db.client.config.connection as pg.ClientConfig;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const connect = async (): Promise<void> => {
    const mine = new pg.Client(settings);
    client = mine;
    mine.on('error', () => undefined); // its end says it
    mine.on('end', () => again(mine));
    mine.on('notification', ({ payload }) => options.onNotice(payload ?? ''));
    try {
      await mine.connect();
      await mine.query(`listen ${pg.escapeIdentifier(options.channel)}`);
      if (!isStopped) options.onConnect();
    } catch (error) {
      if (isStopped) return;
      options.onTrouble(error);
      await mine.end().catch(() => undefined);
      again(mine);
    }
  };

  const again = (ended: pg.Client): void => {
    if (isStopped || client !== ended) return;
    client = null;
    timer = setTimeout(() => void connect(), RECONNECT_MS).unref();
  };

  let connecting = connect();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await connecting;
      connecting = Promise.resolve();
      await client?.end().catch(() => undefined);
    },
  };
}
