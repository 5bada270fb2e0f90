// Universal signature forgery: /ByteRange and /Contents are taken away, emptied or made odd, in place and by an update, so
// that a verifier has nothing to compare and calls the signature good.
import { concatBytes, toHex } from '../../../common/bytes.ts';
import { serialize } from '../../../seal/pdf/serialize.ts';
import { ascii, find } from '../world.ts';
import { type Attack, type FailedStep, onEach } from './attack.ts';
import {
  byteRangeOf,
  contentsOf,
  digitsFor,
  look,
  replace,
  sealed,
  sealedBy,
  withByteRange,
  withContents,
} from './base.ts';

const MODES = ['dual', 'ses'] as const;
const RANGE: FailedStep = { step: 'byte-range', sub: 'FORMAT_FAILURE' };
const claim = 'The signature is valid, though it covers nothing that could be compared';

const range = (what: string, text: string | ((pdf: Uint8Array) => string), found = RANGE): readonly Attack[] =>
  onEach(MODES, {
    name: `ByteRange ${what}`,
    family: 'forgery',
    claim,
    found,
    make: async (mode) => {
      const pdf = await sealed(mode);
      return withByteRange(pdf, typeof text === 'string' ? text : text(pdf));
    },
  });

const contents = (what: string, text: (pdf: Uint8Array) => string | Uint8Array, found = RANGE): readonly Attack[] =>
  onEach(MODES, {
    name: `Contents ${what}`,
    family: 'forgery',
    claim,
    found,
    make: async (mode) => {
      const pdf = await sealed(mode);
      return withContents(pdf, text(pdf));
    },
  });

/** The signature dictionary replaced by an update. */
const replaced = (what: string, change: (dict: string, pdf: Uint8Array) => string, found: Attack['found']): Attack => ({
  name: `signature dictionary replaced: ${what}`,
  family: 'forgery',
  claim,
  found,
  make: async () => {
    const pdf = await sealed();
    const { append, signature, dict } = look(pdf);
    return append({ [signature.num]: change(dict(signature.num), pdf) });
  },
});

const gone = (what: string, changed: (dict: string) => string): Attack => ({
  name: `signature field ${what}`,
  family: 'forgery',
  claim: 'There was never a signature, or another one',
  found: 'no-signature',
  make: async () => {
    const { append, field, dict } = look(await sealed());
    return append({ [field.num]: changed(dict(field.num)) });
  },
});

const fill = (pdf: Uint8Array, front: string): string => {
  const at = find(pdf, '/Contents <') + '/Contents '.length;
  return front.padEnd(find(pdf, '>', at) + 1 - at);
};

export const FORGERY: readonly Attack[] = [
  ...range('null', 'null'),
  ...range('empty', '[]'),
  ...range('of three numbers', '[0 1 2]'),
  ...range('of five numbers', '[0 1 2 3 4]'),
  ...range('of negative numbers', '[0 -1 -2 -3]'),
  ...range('of names', '[/a /b /c /d]'),
  ...range('that leads to nothing', '99 0 R'),
  ...range('of zeros', '[0 0 0 0]'),
  ...range('with fractions', '[0 1.5 2.5 3]'),
  ...range('beyond all sizes', '[0 99999999999 999999999999 9]'),
  ...range('around the whole file without a gap', (pdf) => `[0 ${pdf.length} ${pdf.length} 0]`),
  ...range('whose pieces overlap', (pdf) => `[0 ${pdf.length} 0 ${pdf.length}]`),
  ...range('that begins later', (pdf) => `[9 ${byteRangeOf(pdf)[1] - 9} ${byteRangeOf(pdf).slice(2).join(' ')}]`),
  ...range('with a wider gap', (pdf) => {
    const [, start, end, tail] = byteRangeOf(pdf);
    return `[0 ${start - 30} ${end} ${tail}]`;
  }),
  ...onEach(['dual', 'ses', 'cms'] as const, {
    name: 'ByteRange that leaves out the end of the revision',
    family: 'forgery',
    claim: 'The cross-reference is signed too',
    found: (mode) => ({ step: mode === 'ses' ? 'document-digest' : 'cms-message-digest', sub: 'HASH_FAILURE' }),
    make: async (mode) => {
      const pdf = await sealed(mode);
      const [, start, end, tail] = byteRangeOf(pdf);
      return withByteRange(pdf, `[0 ${start} ${end} ${tail - 20}]`);
    },
  }),
  ...onEach(MODES, {
    name: 'ByteRange missing',
    family: 'forgery',
    claim,
    found: RANGE,
    make: async (mode) => replace(await sealed(mode), '/ByteRange', '/ByteRangf'),
  }),
  ...onEach(MODES, {
    name: 'Contents missing',
    family: 'forgery',
    claim,
    found: RANGE,
    make: async (mode) => replace(await sealed(mode), '/Contents <', '/Contentz <'),
  }),
  ...contents('null', (pdf) => fill(pdf, 'null')),
  ...contents('empty', (pdf) => fill(pdf, '<>')),
  ...contents('of zeros', () => new Uint8Array(4), { step: 'container', sub: 'FORMAT_FAILURE' }),
  ...contents('that leads to nothing', (pdf) => fill(pdf, '99 0 R')),
  ...contents('as a literal string', (pdf) => fill(pdf, '(').slice(0, -1).concat(')')),
  ...contents('with white space', (pdf) => digitsFor(pdf, toHex(contentsOf(pdf)).replace(/(.{100})./, '$1 '))),
  ...onEach(MODES, {
    name: 'Contents with one blank in its padding',
    family: 'forgery',
    claim: 'The gap holds nothing but digits',
    found: RANGE,
    make: async (mode) => {
      const pdf = await sealedBy(({ genuine }) => genuine, { mode });
      return withContents(pdf, digitsFor(pdf, toHex(contentsOf(pdf))).replace(/0>$/, ' >'));
    },
  }),
  ...contents('shorter than its DER says', (pdf) =>
    digitsFor(pdf, toHex(contentsOf(pdf)).replace(/^3082..../, '3082ffff')),
  ),
  ...contents('in BER of indefinite length', (pdf) => concatBytes(ascii('0\x80'), contentsOf(pdf).subarray(4))),
  replaced('without ByteRange', (dict) => dict.replace(/\/ByteRange \[[^\]]*\]/, ''), RANGE),
  replaced('without Contents', (dict) => dict.replace(/\/Contents <[^>]*>/, ''), RANGE),
  replaced('null', () => 'null', 'no-signature'),
  replaced('a string', () => '(signed)', { refused: 'pdf-broken' }),
  replaced('the same one at another place', (dict) => dict, RANGE),
  replaced('one with the field twice', (dict) => dict.replace('/Contents', '/Contents <3000> /Contents'), {
    refused: 'pdf-broken',
  }),
  gone('without value', (dict) => dict.replace(/\/V \d+ 0 R/, '/V null')),
  gone('of another type', (dict) => dict.replace('/FT /Sig', '/FT /Tx')),
  {
    name: 'form emptied',
    family: 'forgery',
    claim: 'There was never a signature',
    found: 'no-signature',
    make: async () => {
      const { append, form } = look(await sealed());
      return append({ [form.num]: '<< /Fields [] /SigFlags 3 >>' });
    },
  },
  {
    name: 'catalogue without form',
    family: 'forgery',
    claim: 'There was never a signature',
    found: 'no-signature',
    make: async () => {
      const { append, root, document } = look(await sealed());
      return append({ [root.num]: `<< /Type /Catalog /Pages ${serialize(document.catalogue.map.get('Pages')!)} >>` });
    },
  },
];
