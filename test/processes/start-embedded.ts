// A process of its own for the tests that kill one: starts the embedded server on the folder given, says so, and stays.
import { startEmbedded } from '../../common/db/embedded.ts';

const server = await startEmbedded({ dataDir: process.argv[2]!, durable: false });
process.stdout.write(`${JSON.stringify({ url: server.url, adopted: server.adopted })}\n`);
process.stdin.resume().once('end', async () => {
  await server.stop();
  process.exit(0);
});
