// One argon2id of the house's cost after another, {times} of them: what a password login cannot go below.
import { hashPassword } from '../../identity/flow/password.ts';

process.on('message', ({ times }: { times: number }) => {
  void run(times).then(() => process.send?.({ type: 'done' }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });

async function run(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await hashPassword('a long enough password');
}
