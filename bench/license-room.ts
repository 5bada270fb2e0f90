// The license room as a process of its own, for the benches that measure it through HTTP: fixed keys, tokens of the bench, no
// seal room (nothing is sealed here), no files. Told by its environment; it says where it listens over its channel.
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { systemClock } from '../common/clock.ts';
import { connect } from '../common/db/connect.ts';
import { TrustError } from '../common/errors.ts';
import { makeMetrics } from '../common/http/metrics.ts';
import { listen } from '../common/http/server.ts';
import { makeLog } from '../common/log.ts';
import { readFontFiles } from '../common/pdf/font-files.ts';
import { readCertificatesPem } from '../common/pki/certificate.ts';
import { openSheets } from '../common/sheets/open-sheets.ts';
import { buildApp } from '../license/app.ts';
import { makeRoomKeys } from '../license/domain/room-keys.ts';
import { makeRenderer } from '../license/pdf/prepare-face.ts';
import { makeMemoryFiles } from '../test/license/doubles.ts';

/** The keys of the room that is measured. */
export const BENCH_ROOM_KEYS = makeRoomKeys([new Uint8Array(32).fill(9)], new Uint8Array(32).fill(8));
export const BENCH_ISSUER = 'http://localhost:7001';
export const BENCH_AUDIENCE = 'http://localhost:7002';

export type BenchRoomSettings = {
  readonly databaseUrl: string;
  readonly jwks: JSONWebKeySet;
  readonly catalogCertificate: string;
  readonly clientKeyPem: string;
  readonly poolMax: number;
};

const noSeal = async (): Promise<never> => {
  throw new TrustError('seal-unavailable', 'the bench has no seal room');
};

if (process.send) {
  const settings = JSON.parse(process.env['BENCH_ROOM'] ?? '{}') as BenchRoomSettings;
  const { databaseUrl, jwks, catalogCertificate, clientKeyPem, poolMax } = settings;
  const { app } = buildApp({
    db: connect(databaseUrl, { applicationName: 'bench room', poolMin: poolMax, poolMax }),
    clock: systemClock,
    log: makeLog('license', 'warn'),
    metrics: makeMetrics('license'),
    mode: 'development',
    url: BENCH_AUDIENCE,
    identityUrl: BENCH_ISSUER,
    seal: { seal: noSeal, verify: noSeal },
    files: makeMemoryFiles(),
    sheets: openSheets(),
    renderer: makeRenderer({ fonts: readFontFiles() }),
    clientKeyPem,
    catalogCertificates: readCertificatesPem(catalogCertificate),
    cookieKeys: ['a cookie key of the bench, 32 characters'],
    verificationsPerMinute: 1000,
    platformSeal: '36010000000002',
    platformName: '示例市政务服务和数据管理局',
    keys: BENCH_ROOM_KEYS,
    tokenKeys: createLocalJWKSet(jwks),
  });
  const { url } = await listen(app, { host: '127.0.0.1', port: 0 });
  process.send({ url });
  process.on('disconnect', () => process.exit(0));
}
