// A person's token as `xinji login` gets it, with the script-less browser in the person's place: for the demo and the tests.
import { logInByLoopback, type PersonToken } from '../login/loopback-login.ts';
import { makeBrowser } from './browser.ts';

export type PersonTokenRequest = {
  /** Public URL of the identity room. */
  readonly issuer: string;
  /** Public URL of the room that the token is for. */
  readonly resource: string;
  readonly login: string;
  readonly password: string;
  /** Duties: `seal:apply seal:keep`. */
  readonly scope: string;
};

const LOGIN_FORM = '/interaction/';

/** Types login name and password, and agrees. Errors: login-failed, identity-unavailable. */
export async function getPersonToken({ login, password, ...asked }: PersonTokenRequest): Promise<PersonToken> {
  const open = async (address: string): Promise<void> => {
    const browser = makeBrowser();
    let page = await browser.open(address);
    if (page.text.includes('name="password"')) page = await browser.submit(page, { login, password }, LOGIN_FORM);
    if (page.text.includes('name="decision"')) page = await browser.submit(page, { decision: 'agree' }, LOGIN_FORM);
    if (page.status !== 200) throw new Error(`${page.url} answered ${page.status}: ${page.text.slice(0, 500)}`);
  };
  return logInByLoopback({ ...asked, open, waitSeconds: 60 });
}
