// What a request asks for, as a flat list, so that a repetition is recognised: by its fingerprint, and, when another request
// comes under the same case, by the names of what differs. Values never leave here.
import { toHex, utf8 } from '../../common/bytes.ts';
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import type { IssueRequest, VersionRequest } from '../../common/contract/license.ts';
import { hmacSm3 } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';

/** JSON pointer into the request -> value. A date that was left out is not there: today's default is tomorrow another. */
export type Asked = Readonly<Record<string, string>>;

/** `authorityCode`: the one that is meant, whether the request named it or not. */
export function askedToIssue(request: IssueRequest, authorityCode: string): Asked {
  return sorted([
    ['/authority_code', authorityCode],
    ['/license_number', request.license_number],
    ...holderItems(request.holders),
    ...commonItems(request),
  ]);
}

/** `replaces`: the identifier of the version that a new one shall take the place of. */
export function askedForVersion(request: VersionRequest, replaces: string): Asked {
  return sorted([['/identifier', replaces], ...holderItems(request.holders ?? []), ...commonItems(request)]);
}

/** 32 bytes. Keyed, because it stands over numbers that could be tried one by one. */
export function fingerprintOf(key: Uint8Array, asked: Asked): Uint8Array {
  return hmacSm3(key, utf8(JSON.stringify(Object.entries(asked))));
}

/** Pointers to what two requests ask differently, in order. */
export function differencesOf(a: Asked, b: Asked): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort();
}

type Item = readonly [string, string];

function holderItems(holders: IssueRequest['holders']): readonly Item[] {
  return holders.flatMap(({ name, code_type, code }, index): Item[] => [
    [`/holders/${index}/name`, name],
    [`/holders/${index}/code_type`, code_type],
    [`/holders/${index}/code`, canonicalHolderCode(code)],
  ]);
}

type Common = Pick<VersionRequest, 'issued_on' | 'valid_from' | 'valid_to' | 'fields' | 'photo'>;

function commonItems(request: Common): readonly Item[] {
  const dates = (['issued_on', 'valid_from', 'valid_to'] as const).flatMap((name): Item[] => {
    const value = request[name];
    return value === undefined ? [] : [[`/${name}`, value]];
  });
  const fields = Object.entries(request.fields).map(
    ([name, value]): Item => [
      `/fields/${name}`,
      // A text in quotes, so that no text is taken for the absence that null asks for.
      JSON.stringify(value),
    ],
  );
  const photo: Item[] = request.photo === undefined ? [] : [['/photo', toHex(sm3(utf8(request.photo)))]];
  return [...dates, ...fields, ...photo];
}

function sorted(items: readonly Item[]): Asked {
  return Object.fromEntries([...items].sort(([a], [b]) => (a < b ? -1 : 1)));
}
