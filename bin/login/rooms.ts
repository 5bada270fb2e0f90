// Where the rooms are, for a person's own machine: by option, by environment, or those of a development house.
import { type Mode, parsePublicUrl, readMode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import type { RoomName } from '../schemas.ts';
import { DEFAULT_PORTS } from '../serve/environment.ts';

/** Public URL of a room. Throws `config-invalid` when nothing says it, or when production would speak http. */
export function findRoomUrl(env: NodeJS.ProcessEnv, room: RoomName, option: string | undefined): string {
  const name = `XINJI_${room.toUpperCase()}_URL`;
  const mode = readMode(env);
  const text = option ?? env[name] ?? developmentUrl(env, room, mode);
  if (text === undefined) {
    const hint = `Set ${name}, or give --${room} URL. For a house on this machine: XINJI_MODE=development.`;
    throw new TrustError('config-invalid', `nothing says where the ${room} room is`, { hint });
  }
  try {
    return parsePublicUrl(text, mode);
  } catch (cause) {
    throw new TrustError('config-invalid', `the address of the ${room} room is "${text}"; ${(cause as Error).message}`);
  }
}

function developmentUrl(env: NodeJS.ProcessEnv, room: RoomName, mode: Mode): string | undefined {
  if (mode !== 'development') return undefined;
  return `http://localhost:${env[`XINJI_${room.toUpperCase()}_PORT`] ?? DEFAULT_PORTS[room]}`;
}
