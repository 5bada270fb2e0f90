// How sure we are of who acts: from what was proven to the level that is told (`acr`), and what is missing for a higher one.
// One table: password or one-time code L2; two different factors, or a passkey with user verification, L3; plus a face check
// L4; SM2 certificate L5; a scan has the level of the phone's session, at most L3. Never more than the account was proofed to.
// Two factors are different when they are of different kinds: something known, something had, something one is. Two one-time
// codes are one kind, and a face that makes the second factor is not the face check on top of two.

export const LEVELS = [2, 3, 4, 5] as const;
/** 实名等级 */
export type Level = (typeof LEVELS)[number];

export const METHODS = ['pwd', 'sms', 'mail', 'totp', 'recovery', 'passkey', 'face', 'cert', 'scan'] as const;
export type Method = (typeof METHODS)[number];

/** One thing that a person proved. */
export type Proof = {
  readonly method: Method;
  /** A passkey that asked for finger, face or PIN. */
  readonly userVerified?: boolean;
  /** Of a scan: the level of the phone's session. */
  readonly level?: Level;
};

/** The name of a level on the wire. */
export type Acr = `L${Level}`;

export const ACR_VALUES: readonly Acr[] = LEVELS.map(acrOf);

export function acrOf(level: Level): Acr {
  return `L${level}`;
}

/** The level that an `acr` names; null for a name that is not ours. */
export function parseAcr(text: string): Level | null {
  return LEVELS.find((level) => acrOf(level) === text) ?? null;
}

/** The level that these proofs reach for an account of this proofing level. Throws RangeError without any proof. */
export function reachedLevel(proofing: Level, proofs: readonly Proof[]): Level {
  if (proofs.length === 0) throw new RangeError('who proved nothing has reached no level');
  return lower(proofing, ceilingOf(proofs));
}

export type Ways =
  | { readonly outcome: 'reached' }
  /** Each way is a list of methods that together suffice, in the order to ask; the best way first. */
  | { readonly outcome: 'missing'; readonly ways: readonly (readonly Method[])[] }
  /** `proofing`: the account itself was not proofed that far. `factors`: no method that it has leads there. */
  | { readonly outcome: 'unreachable'; readonly because: 'proofing' | 'factors' };

/** What leads from the proofs of a session to the level that is asked. `available`: methods that the account has. */
export function waysTo(asked: Level, proofing: Level, proofs: readonly Proof[], available: readonly Method[]): Ways {
  if (proofing < asked) return { outcome: 'unreachable', because: 'proofing' };
  const reaches = (more: readonly Method[]): boolean => {
    const all = [...proofs, ...more.map(expectedProof)];
    return all.length > 0 && ceilingOf(all) >= asked;
  };
  if (reaches([])) return { outcome: 'reached' };
  const usable = ORDER_OF_ASKING.filter((method) => available.includes(method));
  const enough: (readonly Method[])[] = [];
  for (const way of combinations(usable)) {
    const isLonger = enough.some((shorter) => shorter.every((method) => way.includes(method)));
    if (!isLonger && reaches(way)) enough.push(way);
  }
  return enough.length === 0 ? { outcome: 'unreachable', because: 'factors' } : { outcome: 'missing', ways: enough };
}

/** Authentication method references: the names of RFC 8176 where it has one, our own for mail, scan and recovery code. */
export function amrOf(proofs: readonly Proof[]): readonly string[] {
  const names = proofs.flatMap(({ method, userVerified }) =>
    method === 'passkey' && userVerified ? ['hwk', 'user'] : AMR[method],
  );
  const isMultiple = new Set(proofs.map(({ method }) => KIND[method]).filter((kind) => kind !== null)).size > 1;
  return [...new Set([...names, ...(isMultiple ? ['mfa'] : [])])];
}

type Kind = 'known' | 'had' | 'being';

/** A certificate and a scan are judged by themselves and complete no pair. */
const KIND: Readonly<Record<Method, Kind | null>> = {
  pwd: 'known',
  sms: 'had',
  mail: 'had',
  totp: 'had',
  recovery: 'had',
  passkey: 'had',
  face: 'being',
  cert: null,
  scan: null,
};

const AMR: Readonly<Record<Method, readonly string[]>> = {
  pwd: ['pwd'],
  sms: ['otp', 'sms'],
  mail: ['otp', 'mail'],
  totp: ['otp'],
  recovery: ['recovery'],
  passkey: ['hwk'],
  face: ['face'],
  cert: ['sc'],
  scan: ['scan'],
};

/** Easy for the person and hard for a thief first; what costs a person most, or is there for emergencies, last. */
const ORDER_OF_ASKING: readonly Method[] = [
  'passkey',
  'totp',
  'sms',
  'mail',
  'pwd',
  'scan',
  'face',
  'cert',
  'recovery',
];

/** More than three methods are never needed. */
const LONGEST_WAY = 3;

function ceilingOf(proofs: readonly Proof[]): Level {
  if (proofs.some(({ method }) => method === 'cert')) return 5;
  const hasFace = proofs.some(({ method }) => method === 'face');
  const withoutFace = ceilingWithoutFace(proofs.filter(({ method }) => method !== 'face'));
  if (!hasFace) return withoutFace;
  if (withoutFace >= 3) return 4;
  return proofs.some(({ method }) => KIND[method] === 'known' || KIND[method] === 'had') ? 3 : 2;
}

function ceilingWithoutFace(proofs: readonly Proof[]): Level {
  const has = (kind: Kind): boolean => proofs.some(({ method }) => KIND[method] === kind);
  const isStrong = ({ method, userVerified, level = 2 }: Proof): boolean =>
    (method === 'passkey' && userVerified === true) || (method === 'scan' && level >= 3);
  return proofs.some(isStrong) || (has('known') && has('had')) ? 3 : 2;
}

/** What a method proves when it goes well. */
function expectedProof(method: Method): Proof {
  if (method === 'passkey') return { method, userVerified: true };
  return method === 'scan' ? { method, level: 3 } : { method };
}

/** Lists of one, then two, then three methods, each in the order of asking. */
function* combinations(methods: readonly Method[]): Generator<readonly Method[]> {
  for (let length = 1; length <= LONGEST_WAY; length += 1) yield* choose(methods, length);
}

function* choose(methods: readonly Method[], length: number): Generator<readonly Method[]> {
  if (length === 0) return yield [];
  for (const [at, method] of methods.entries())
    for (const rest of choose(methods.slice(at + 1), length - 1)) yield [method, ...rest];
}

function lower(a: Level, b: Level): Level {
  return a < b ? a : b;
}
