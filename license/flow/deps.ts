// What the acts of this room work with. Everything that can fail or be slow comes in here, so that a test can make it so.
import type { Knex } from 'knex';
import type { SealedPdf } from '../../common/client/seal-client.ts';
import type { Clock } from '../../common/clock.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import type { Log } from '../../common/log.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import type { Renderer } from '../pdf/prepare-face.ts';
import type { LicenseCatalog } from './license-catalog.ts';

/** The seal room as this room needs it; common/client/seal-client.ts is one. */
export type SealPort = {
  seal(
    pdf: Uint8Array,
    place: {
      readonly seal: string;
      readonly page: number;
      readonly xMm: number;
      readonly yMm: number;
      readonly reason: string;
    },
    idempotencyKey: string,
  ): Promise<SealedPdf>;
  verify(pdf: Uint8Array): Promise<VerificationReport>;
};

export type Platform = { readonly name: string; readonly sealEsID: string };

export type LicenseDeps = {
  readonly db: Knex;
  readonly catalog: LicenseCatalog;
  readonly files: FileStore;
  readonly seal: SealPort;
  readonly renderer: Renderer;
  /** The public page that checks licenses; the QR code of a face holds it. */
  readonly verifyUrl: string;
  /** Who makes annotated copies, and under which seal; null: nobody does. */
  readonly platform: Platform | null;
  readonly keys: RoomKeys;
  readonly clock: Clock;
  readonly log: Log;
};
