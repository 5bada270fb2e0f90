// A device code is a bearer secret of the terminal and rests as a digest: who finds it by the code that a person typed does not
// learn it. On the person's side it goes by a name made of that code, which means nothing where terminals ask for tokens.
import { Provider } from 'oidc-provider';

const PREFIX = 'user-code:';

/** The routes of the person: his pages, and the way back from the login. */
const PERSON_ROUTES: ReadonlySet<string> = new Set(['code_verification', 'device_resume']);

export function deviceHandle(userCode: string): string {
  return `${PREFIX}${userCode}`;
}

/** The typed code behind a name, on the person's side; null for everything else. */
export function userCodeOfHandle(id: string): string | null {
  const route = Provider.ctx?.oidc?.route;
  return id.startsWith(PREFIX) && route !== undefined && PERSON_ROUTES.has(route) ? id.slice(PREFIX.length) : null;
}
