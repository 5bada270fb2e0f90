// The ways to log in, in the order of the page. A new way is a file of this folder and a row here.
import { type CodeChannel, type CodeWayDeps, makeCodeWay } from './one-time-code.ts';
import { makePasswordWay, type PasswordWayDeps } from './password.ts';
import type { LoginWay } from './way.ts';

export type LoginWayDeps = PasswordWayDeps &
  CodeWayDeps & {
    /** Channels that messages leave by. */
    readonly channels: readonly CodeChannel[];
    /** Ways that are put together elsewhere (factor-parts.ts). */
    readonly others: readonly LoginWay[];
  };

export function makeLoginWays(deps: LoginWayDeps): readonly LoginWay[] {
  return [makePasswordWay(deps), ...deps.channels.map((channel) => makeCodeWay(deps, channel)), ...deps.others];
}
