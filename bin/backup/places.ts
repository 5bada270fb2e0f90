// What lies outside of the database, by the setting that names it. Keys are kept apart from everything else.
import type { RoomName } from '../schemas.ts';

type Place = { readonly room: RoomName; readonly setting: string };

/** Stores of files named by their SM3, which never change: kept once for all backups of a folder. */
export const POOLS: readonly Place[] = [{ room: 'license', setting: 'XINJI_LICENSE_FILES' }];

/** Folders whose files grow and prove rows: copied before the rows are read. */
export const COPIES: readonly Place[] = [
  { room: 'identity', setting: 'XINJI_IDENTITY_CHECKPOINTS' },
  { room: 'license', setting: 'XINJI_LICENSE_CHECKPOINTS' },
  { room: 'seal', setting: 'XINJI_SEAL_CHECKPOINTS' },
];

/** Files and folders of keys and of what belongs to them. */
export const KEY_PLACES: readonly Place[] = [
  { room: 'identity', setting: 'XINJI_IDENTITY_CHECKPOINT_KEY' },
  { room: 'identity', setting: 'XINJI_IDENTITY_CHECKPOINT_CERTIFICATES' },
  { room: 'identity', setting: 'XINJI_IDENTITY_CERTIFICATE_TRUST' },
  { room: 'license', setting: 'XINJI_LICENSE_CLIENT_KEY' },
  { room: 'license', setting: 'XINJI_LICENSE_FILES_KEY' },
  { room: 'license', setting: 'XINJI_LICENSE_CATALOG_CERTIFICATES' },
  { room: 'license', setting: 'XINJI_LICENSE_CHECKPOINT_KEY' },
  { room: 'license', setting: 'XINJI_LICENSE_CHECKPOINT_CERTIFICATES' },
  { room: 'seal', setting: 'XINJI_SEAL_KEYS' },
  { room: 'seal', setting: 'XINJI_SEAL_MAKER_KEYS' },
  { room: 'seal', setting: 'XINJI_SEAL_TSA_KEYS' },
  { room: 'seal', setting: 'XINJI_SEAL_CHECKPOINT_KEY' },
  { room: 'seal', setting: 'XINJI_SEAL_CHECKPOINT_CERTIFICATES' },
  { room: 'seal', setting: 'XINJI_SEAL_CHAIN' },
  { room: 'seal', setting: 'XINJI_SEAL_TRUST' },
];
