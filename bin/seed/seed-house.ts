// Fills a development house with the values of values.ts through the rooms' own flows. Repeating it changes nothing.
import type { RoomName } from '../schemas.ts';
import type { RoomEnvironment } from '../serve/environment.ts';
import type { Secrets } from '../serve/secrets.ts';
import { type SystemUrls, seedIdentity } from './seed-identity.ts';
import { seedLicense } from './seed-license.ts';
import { seedSeal } from './seed-seal.ts';

/** `rooms` are the environments of all three rooms; their databases are migrated. */
export async function seedHouse(
  rooms: readonly RoomEnvironment[],
  secrets: Secrets,
  systemUrls: SystemUrls,
): Promise<void> {
  const envOf = (name: RoomName): NodeJS.ProcessEnv => rooms.find(({ room }) => room.name === name)!.env;
  const subjects = await seedIdentity(envOf('identity'), secrets.demo_passwords, systemUrls);
  await seedSeal(envOf('seal'), subjects);
  await seedLicense(envOf('license'));
}
