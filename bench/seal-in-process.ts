// Seals one file in this process and prints what it took: for memory.ts, which starts it, so that its resident set is its own.
// Arguments: PDF, seal, key, certificate. Output: JSON { wall, cpu, rssMb } of sealing; the start of the process is not counted.
import { readFileSync } from 'node:fs';
import { readKey, readParty } from '../bin/seal/files.ts';
import { signSm2 } from '../common/crypto/sm2.ts';
import { openFileSource } from '../common/files/file-source.ts';
import { DEFAULT_CONTAINERS } from '../seal/domain/container.ts';
import { sealDocument } from '../seal/flow/seal-document.ts';

const [pdf = '', seal = '', key = '', cert = ''] = process.argv.slice(2);
const privateKey = await readKey(key, {});
const party = await readParty({ seal, key, cert, chain: undefined }, privateKey, DEFAULT_CONTAINERS);
const signer = { sign: async (_: string, message: Uint8Array) => signSm2(privateKey, message) };
const source = openFileSource(pdf);
const cpu = process.cpuUsage();
const start = performance.now();
await sealDocument({ signer }, { source, party, page: 1, placement: {}, time: new Date() });
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
source.close();
// What resourceUsage says begins with the size of the parent.
const kilobytes = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000, rssMb: kilobytes / 1000 }));
