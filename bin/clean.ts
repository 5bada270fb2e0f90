// `make clean`: stops the embedded PostgreSQL of this checkout if it runs, and removes the data folder, wherever it lies.
import { rm, stat } from 'node:fs/promises';
import { removeEmbedded } from '../common/db/embedded.ts';

const dataDir = process.env['XINJI_DATA_DIR'] ?? '.data';
if (await stat(dataDir).catch(() => null)) {
  await removeEmbedded(dataDir);
  await rm(dataDir, { recursive: true, force: true });
  console.log(`removed ${dataDir}`);
}
