// The ways to log in, in the order of the page. A new way is a file of this folder and a row here.
import { makePasswordWay, type PasswordWayDeps } from './password.ts';
import type { LoginWay } from './way.ts';

export type LoginWayDeps = PasswordWayDeps;

export function makeLoginWays(deps: LoginWayDeps): readonly LoginWay[] {
  return [makePasswordWay(deps)];
}
