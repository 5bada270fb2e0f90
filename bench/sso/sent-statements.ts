// Statements as the room sends them, sent by pg alone on one connection.
import pg from 'pg';
import type { Recorded } from './recording-node.ts';

export type SentStatements = {
  /** What `run` sends from now on, as it crossed the channel. */
  use(recorded: readonly Recorded[]): void;
  /** One after the other. */
  run(): Promise<void>;
};

export async function openStatements(connectionString: string | undefined): Promise<SentStatements> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  let statements: readonly Recorded[] = [];
  return {
    use: (recorded) => {
      statements = recorded.map(fromPlain);
    },
    run: async () => {
      for (const { name, text, values } of statements)
        await client.query({ ...(name === undefined ? {} : { name }), text, values: [...(values ?? [])] });
    },
  };
}

function fromPlain({ values = [], ...statement }: Recorded): Recorded {
  return { ...statement, values: values.map(readValue) };
}

function readValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('date' in value) return new Date(String(value.date));
  if ('bytes' in value) return Buffer.from(String(value.bytes), 'base64');
  return value;
}
