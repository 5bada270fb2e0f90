// The two business systems of the demonstration, as data. Seed registers them, business-systems.ts runs them.
import type { Text } from '../../common/web/texts.ts';

export type SystemEntry = {
  readonly clientId: string;
  readonly name: Text;
  readonly port: number;
  /** Variable that moves it to another port. */
  readonly portKey: string;
  /** Relative to the project's folder. */
  readonly keyFile: string;
};

export const BUSINESS_SYSTEMS: readonly SystemEntry[] = [
  {
    clientId: 'business-a',
    name: { zh: '不动产登记网上办事大厅', en: 'Real Estate Registration Online' },
    port: 7011,
    portKey: 'XINJI_BUSINESS_A_PORT',
    keyFile: 'keys-dev/pem/demo/business-a.key.pem',
  },
  {
    clientId: 'business-b',
    name: { zh: '医疗保障网上服务平台', en: 'Medical Insurance Online' },
    port: 7012,
    portKey: 'XINJI_BUSINESS_B_PORT',
    keyFile: 'keys-dev/pem/demo/business-b.key.pem',
  },
];
