// What the flows of a seal's life work with.
import type { Knex } from 'knex';
import type { CertificateAuthority } from '../../common/ca/certificate-authority.ts';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import type { Trust } from '../../common/pki/verify-chain.ts';
import type { SealCodeRule } from '../domain/seal-code.ts';
import type { SealKeyring } from './seal-keyring.ts';

/** 制章者: certificate and key of the seal maker. */
export type SealMaker = {
  readonly certificate: Certificate;
  /** SM2 over the message, DER. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

export type LifeDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  readonly codeRule: SealCodeRule;
  /** Certifies the keys of seals; null: this room makes none. */
  readonly authority: CertificateAuthority | null;
  /** OU of the subjects that are asked for; null for none. */
  readonly subjectUnit: string | null;
  /** Null: this room makes no seals. */
  readonly maker: SealMaker | null;
  /** Under which the certificates of seals have to be. */
  readonly signers: Trust;
  /** The secret of the room, 32 bytes: from it comes the key that closes the keys of seals. */
  readonly rootSecret: Uint8Array;
  /** Of the seals that are made. */
  readonly sealVersion: 4 | 5;
  readonly keyring: SealKeyring;
  /** A TrueType font for the texts of seals; read when first needed. */
  readonly font: () => Uint8Array;
};
