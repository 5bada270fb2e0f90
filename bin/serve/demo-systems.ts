// The two demo business systems beside the rooms: a further child, in development only.
import type { ChildPlan } from './children.ts';
import type { OwnerConfig, RoomEnvironment } from './environment.ts';
import type { WantedPort } from './ports.ts';

/** The ports of systems A and B. */
export function demoPorts(owner: OwnerConfig): readonly WantedPort[] {
  return [
    { who: 'business system A', host: '127.0.0.1', port: owner.businessAPort },
    { who: 'business system B', host: '127.0.0.1', port: owner.businessBPort },
  ];
}

/** Addresses of systems A and B. */
export function systemUrls(owner: OwnerConfig): readonly [string, string] {
  return [`http://localhost:${owner.businessAPort}`, `http://localhost:${owner.businessBPort}`];
}

/** One child that runs both; it knows the address of identity and its own keys, nothing else of the house. */
export function planDemoSystems(
  env: NodeJS.ProcessEnv,
  owner: OwnerConfig,
  rooms: readonly RoomEnvironment[],
): readonly ChildPlan[] {
  const identity = rooms.find(({ room }) => room.name === 'identity')!.env;
  const own = {
    PATH: env['PATH'],
    XINJI_MODE: owner.mode,
    XINJI_IDENTITY_URL: identity['XINJI_IDENTITY_URL'],
    XINJI_BUSINESS_A_PORT: `${owner.businessAPort}`,
    XINJI_BUSINESS_B_PORT: `${owner.businessBPort}`,
  };
  return [{ name: 'business systems', main: new URL('../demo/business-systems.ts', import.meta.url), env: own }];
}
