// What may happen once, tried many times at the same moment on several nodes: codes, device codes, assertions, DPoP proofs,
// pushed requests; and refresh tokens, where all of a race get the same successor and nobody is logged out.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { makeBrowser } from '../../bin/demo/browser.ts';
import {
  type Answer,
  ask,
  assertionOf,
  codeFrom,
  exchangeForm,
  type LeanBrowser,
  type LeanClient,
  logInLean,
  makeLeanBrowser,
  postForm,
} from './lean-browser.ts';

export type RaceGround = {
  readonly issuer: string;
  readonly nodes: readonly string[];
  readonly person: { readonly login: string; readonly password: string };
  /** Logs people in, with refresh tokens. */
  readonly system: LeanClient;
  /** Without a person, for the audience `audience`. */
  readonly machine: LeanClient;
  /** A hall terminal, by device codes. */
  readonly terminal: LeanClient;
  readonly audience: string;
};

/** One thing to fight for. */
type Prize = {
  readonly attempt: (node: string) => Promise<Answer>;
  /** What is wrong with how it went; null when it is as it must be. */
  readonly judge: (answers: readonly Answer[]) => string | null;
};

type Lane = () => Promise<Prize>;

export type RaceResult = { readonly attempts: number; readonly faults: readonly string[] };

/** Each makes a lane, in which prizes follow each other. */
export const RACES: Readonly<Record<string, (ground: RaceGround) => Promise<Lane>>> = {
  code: codeLane,
  'pushed request': pushedLane,
  refresh: refreshLane,
  'device code': deviceLane,
  'client assertion': assertionLane,
  'DPoP proof': proofLane,
};

/** `prizes` prizes one after the other, each fought for by `width` at once. */
export async function runLane(lane: Lane, ground: RaceGround, prizes: number, width: number): Promise<RaceResult> {
  const faults: string[] = [];
  for (let count = 0; count < prizes; count += 1) {
    const { attempt, judge } = await lane();
    const answers = await Promise.all(
      Array.from({ length: width }, (_, index) => attempt(ground.nodes[index % ground.nodes.length]!)),
    );
    const fault = judge(answers);
    if (fault !== null) faults.push(fault);
  }
  return { attempts: prizes * width, faults };
}

async function codeLane(ground: RaceGround): Promise<Lane> {
  const { issuer, system } = ground;
  const { browser } = await logIn(ground);
  return async () => {
    const asked = ask(system, issuer);
    const code = await codeFrom(browser, asked.url, system, anyOf(ground.nodes));
    const form = { code, verifier: asked.verifier };
    return {
      attempt: (via) => postForm(`${issuer}/oidc/token`, exchangeForm(system, issuer, form), { via }),
      judge: (answers) => judgeOnce(answers, ({ status }) => status === 200),
    };
  };
}

async function pushedLane(ground: RaceGround): Promise<Lane> {
  const { issuer, system } = ground;
  const { browser } = await logIn(ground);
  return async () => {
    const parameters = Object.fromEntries(new URL(ask(system, issuer).url).searchParams);
    const pushed = await postForm(`${issuer}/oidc/request`, { ...parameters, ...assertionOf(system, issuer) });
    const query = new URLSearchParams({ client_id: system.id, request_uri: String(pushed.json()['request_uri']) });
    return {
      attempt: (via) => browser.get(`${issuer}/oidc/auth?${query}`, via),
      judge: (answers) => judgeOnce(answers, ({ next }) => next?.startsWith(`${system.redirectUri}?code=`) ?? false),
    };
  };
}

async function refreshLane(ground: RaceGround): Promise<Lane> {
  const { issuer, system } = ground;
  let token = String((await logIn(ground)).tokens['refresh_token']);
  return async () => ({
    attempt: (via) =>
      postForm(
        `${issuer}/oidc/token`,
        { grant_type: 'refresh_token', refresh_token: token, ...assertionOf(system, issuer) },
        { via },
      ),
    judge: (answers) => {
      const refused = answers.find(({ status }) => status !== 200);
      if (refused) return `a refresh was refused: ${refused.text}`;
      const successors = new Set(answers.map((answer) => String(answer.json()['refresh_token'])));
      token = [...successors][0]!;
      return successors.size === 1 ? null : `${successors.size} successors of one refresh token`;
    },
  });
}

/** The phone confirms each code before the terminal asks; it logs in for the first one only. */
async function deviceLane({ issuer, terminal, person }: RaceGround): Promise<Lane> {
  const phone = makeBrowser();
  return async () => {
    const asked = { scope: 'openid profile', ...assertionOf(terminal, issuer) };
    const device = (await postForm(`${issuer}/oidc/device`, asked)).json();
    const question = await phone.submit(await phone.open(`${issuer}/device`), {
      user_code: String(device['user_code']),
    });
    const next = await phone.submit(question, {});
    const done = next.text.includes('name="password"') ? await phone.submit(next, person) : next;
    if (!done.text.includes('已在终端登录')) throw new Error(`not confirmed: ${/<main.{0,500}/s.exec(done.text)?.[0]}`);
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: String(device['device_code']),
    };
    return {
      attempt: (via) => postForm(`${issuer}/oidc/token`, { ...form, ...assertionOf(terminal, issuer) }, { via }),
      judge: (answers) => judgeOnce(answers, ({ status }) => status === 200),
    };
  };
}

async function assertionLane({ issuer, machine, audience }: RaceGround): Promise<Lane> {
  return async () => {
    const form = machineForm(audience, assertionOf(machine, issuer));
    return {
      attempt: (via) => postForm(`${issuer}/oidc/token`, form, { via }),
      judge: (answers) => judgeOnce(answers, ({ status }) => status === 200),
    };
  };
}

async function proofLane({ issuer, machine, audience }: RaceGround): Promise<Lane> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return async () => {
    const url = `${issuer}/oidc/token`;
    const claims = { htm: 'POST', htu: url, jti: randomBytes(12).toString('hex'), iat: Math.floor(Date.now() / 1000) };
    const head = [{ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(head), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const headers = { DPoP: `${head}.${signature.toString('base64url')}` };
    return {
      attempt: (via) => postForm(url, machineForm(audience, assertionOf(machine, issuer)), { via, headers }),
      judge: (answers) => judgeOnce(answers, ({ status }) => status === 200),
    };
  };
}

function machineForm(resource: string, assertion: Record<string, string>): Record<string, string> {
  return { grant_type: 'client_credentials', scope: 'seal:use', resource, ...assertion };
}

/** A person in a new browser, and the tokens of the first exchange. */
export async function logIn({
  issuer,
  system,
  person,
}: RaceGround): Promise<{ browser: LeanBrowser; tokens: Record<string, unknown> }> {
  const browser = makeLeanBrowser();
  const asked = ask(system, issuer);
  const code = await logInLean(browser, system, asked, person);
  const answer = await postForm(
    `${issuer}/oidc/token`,
    exchangeForm(system, issuer, { code, verifier: asked.verifier }),
  );
  return { browser, tokens: answer.json() };
}

function judgeOnce(answers: readonly Answer[], isWon: (answer: Answer) => boolean): string | null {
  const won = answers.filter(isWon).length;
  const broken = answers.find(({ status }) => status >= 500);
  if (broken) return `answered ${broken.status}: ${broken.text.slice(0, 300)}`;
  return won === 1 ? null : `${won} of ${answers.length} won: ${answers.at(-1)?.text.slice(0, 300)}`;
}

export function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)]!;
}
