// The statements of a room, sent by pg alone: what nobody who keeps state in PostgreSQL with Node can go below. Told by
// {statements} what to send and by {times} how often; BENCH_DATABASE_URL says where.
import pg from 'pg';
import type { Recorded } from './recording-node.ts';

const client = new pg.Client({ connectionString: process.env['BENCH_DATABASE_URL'] });
await client.connect();
let statements: readonly Recorded[] = [];

process.on('message', (message: { statements?: readonly Recorded[]; times?: number }) => {
  if (message.statements) statements = message.statements.map(fromPlain);
  void run(message.times ?? 0).then(() => process.send?.({ type: 'done' }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });

async function run(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1)
    for (const { name, text, values } of statements)
      await client.query({ ...(name === undefined ? {} : { name }), text, values: [...(values ?? [])] });
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
