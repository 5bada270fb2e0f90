// Asks for all ports at once before anything is started, so that every taken one is said in the same breath.
import { createServer, type Server } from 'node:net';

export type WantedPort = { readonly who: string; readonly host: string; readonly port: number };

/** One sentence for each port that cannot be had; empty when all can. Port 0 always can. */
export async function findTakenPorts(wanted: readonly WantedPort[]): Promise<readonly string[]> {
  const servers: Server[] = [];
  const faults: string[] = [];
  for (const { who, host, port } of wanted) {
    const server = createServer();
    const fault = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve);
      server.listen(port, host, () => resolve(null));
    });
    if (fault === null) servers.push(server);
    else faults.push(`port ${port} on ${host}, wanted by ${who}, cannot be used: ${sayFault(fault)}`);
  }
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return faults;
}

function sayFault(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') return 'another program listens there (is xinji running already?)';
  if (error.code === 'EACCES') return 'this user may not listen there';
  return error.code ?? error.message;
}
