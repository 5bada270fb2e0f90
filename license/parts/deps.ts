// What the room is made of: its settings, and what main.ts opened for it.
import type { JWTVerifyGetKey } from 'jose';
import type { SessionUses } from '../../common/client/session-use-client.ts';
import type { Mode } from '../../common/env.ts';
import type { Metrics } from '../../common/http/metrics.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import type { Sheets } from '../../common/sheets/open-sheets.ts';
import type { SiteFoot } from '../../common/web/site-foot.ts';
import type { LicenseDeps } from '../flow/deps.ts';

export type LicenseAppDeps = Omit<LicenseDeps, 'catalog' | 'verifyUrl' | 'platform'> & {
  readonly metrics: Metrics;
  readonly mode: Mode;
  /** At the foot of the pages. */
  readonly site?: SiteFoot;
  /** The room's public URL, which is the audience of its tokens. */
  readonly url: string;
  /** Public URL of the identity room: the issuer. */
  readonly identityUrl: string;
  /** Who makes annotated copies, under the seal of this code; null: nobody does. */
  readonly platformSeal: string | null;
  readonly platformName: string;
  /** Reads uploaded lists. */
  readonly sheets: Sheets;
  /** PKCS#8 PEM, P-256: this room as a client of the identity room. */
  readonly clientKeyPem: string;
  /** Whose signatures on license types are accepted. */
  readonly catalogCertificates: readonly Certificate[];
  readonly cookieKeys: readonly string[];
  /** From one address. */
  readonly verificationsPerMinute: number;
  /** How long a request waits for its license before it is promised; 5 s unless given. */
  readonly issueWaitMs?: number;
  /** How long an unknown key of a token is not looked for again; 30 unless given. */
  readonly jwksCooldownSeconds?: number;
  /** For tests; otherwise the issuer's published keys. */
  readonly tokenKeys?: JWTVerifyGetKey;
  /** For tests; otherwise the identity room is told that a session is used. */
  readonly sessionUses?: SessionUses;
};
