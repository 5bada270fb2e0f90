// The statements of a room, sent by pg alone: what nobody who keeps state in PostgreSQL with Node can go below. Told by
// {statements} what to send and by {times} how often; BENCH_DATABASE_URL says where.
import type { Recorded } from './recording-node.ts';
import { openStatements } from './sent-statements.ts';

const sent = await openStatements(process.env['BENCH_DATABASE_URL']);

process.on('message', (message: { statements?: readonly Recorded[]; times?: number }) => {
  if (message.statements) sent.use(message.statements);
  void run(message.times ?? 0).then(() => process.send?.({ type: 'done' }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });

async function run(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await sent.run();
}
