// The keys of the owner of an installation: read by serve, migrate, seed and doctor, never handed to a room.
import { parseInteger, parsePort, parsePostgresUrl, parseText } from '../../common/env.ts';

export const OWNER_TABLE = {
  databaseUrl: {
    name: 'DATABASE_URL',
    manual:
      'PostgreSQL 15 or later, as the owner of the schemas, who may create roles. Rooms never see it. Unset: `xinji` brings a server of its own along.',
    example: 'postgres://owner:password@db.example.gov.cn:5432/xinji',
    secret: true,
    fallback: () => '',
    parse: (value: string) => (value === '' ? null : parsePostgresUrl(value)),
  },
  dataDir: {
    name: 'XINJI_DATA_DIR',
    manual: 'Folder for what lasts: the embedded database, generated secrets (mode 0600), files.',
    example: '/var/lib/xinji/data',
    fallback: () => '.data',
    parse: parseText,
  },
  catalogKey: {
    name: 'XINJI_LICENSE_CATALOG_KEY',
    manual:
      'SM2 key (PKCS#8 PEM, mode 0600, or a sealed box) that signs license types for `xinji type-pack publish`; its certificate is one of XINJI_LICENSE_CATALOG_CERTIFICATES. Unset: in development the one of keys-dev. No room reads it.',
    example: '/etc/xinji/catalog.key.pem',
    fallback: () => '',
    parse: (value: string) => (value === '' ? null : value),
  },
  businessAPort: {
    name: 'XINJI_BUSINESS_A_PORT',
    manual: 'Port of demo business system A; development only.',
    example: '7011',
    fallback: () => '7011',
    parse: parsePort,
  },
  businessBPort: {
    name: 'XINJI_BUSINESS_B_PORT',
    manual: 'Port of demo business system B; development only.',
    example: '7012',
    fallback: () => '7012',
    parse: parsePort,
  },
  stopSeconds: {
    name: 'XINJI_STOP_SECONDS',
    manual: 'How long a child that was told to stop may take before it is killed. Requests in flight have 10 s.',
    example: '15',
    fallback: () => '15',
    parse: parseInteger(1, 300),
  },
} as const;
