// Signature wrapping: the bytes that are signed stay, /ByteRange leads around others that are read in their place.
import { concatBytes } from '../../../common/bytes.ts';
import { serialize } from '../../../seal/pdf/serialize.ts';
import { ascii, find } from '../world.ts';
import { type Attack, type FailedStep, onEach } from './attack.ts';
import {
  byteRangeOf,
  fieldOver,
  look,
  OVERLAY,
  replace,
  sealed,
  sealedAgain,
  withByteRange,
  withNewTable,
} from './base.ts';

const RANGE: FailedStep = { step: 'byte-range', sub: 'FORMAT_FAILURE' };

/** Bytes put between the two signed pieces, behind `at`; the second piece is named where it now lies. */
function wrapped(pdf: Uint8Array, inserted: string, where: 'before' | 'behind'): Uint8Array {
  const [, start, end, tail] = byteRangeOf(pdf);
  const at = where === 'before' ? start : end;
  const grown = concatBytes(pdf.subarray(0, at), ascii(inserted), pdf.subarray(at));
  const ranged = withByteRange(grown, `[0 ${start} ${end + inserted.length} ${tail}]`);
  return withNewTable(ranged, pdf, (offset) => (offset < start ? offset : offset + inserted.length));
}

export const WRAPPING: readonly Attack[] = [
  ...onEach(['dual', 'ses'] as const, {
    name: 'objects behind Contents, inside the gap',
    family: 'wrapping',
    claim: 'The objects in the gap are signed',
    found: RANGE,
    make: async (mode) => wrapped(await sealed(mode), ' /Other (another) ', 'behind'),
  }),
  ...onEach(['dual', 'ses'] as const, {
    name: 'objects before Contents, inside the gap',
    family: 'wrapping',
    claim: 'The objects in the gap are signed',
    found: RANGE,
    make: async (mode) => wrapped(await sealed(mode), '<00> /Padding ', 'before'),
  }),
  {
    name: 'second piece copied behind the file, another one in its place',
    family: 'wrapping',
    claim: 'The second piece that is signed is the one that is read',
    found: RANGE,
    make: async () => {
      const pdf = await sealed();
      const [, start, end, tail] = byteRangeOf(pdf);
      const grown = concatBytes(pdf, pdf.subarray(end));
      const ranged = withByteRange(grown, `[0 ${start} ${end + tail} ${tail}]`);
      return withNewTable(ranged, pdf, (offset) => offset);
    },
  },
  {
    name: 'ByteRange twice, the genuine one first',
    family: 'wrapping',
    claim: 'The range that is checked is the range that is used',
    found: { refused: 'pdf-broken' },
    make: async () => {
      const pdf = await sealed();
      return replace(pdf, '/Filter /Adobe.PPKLite', '/ByteRange [0 1 2 3]');
    },
  },
  {
    name: 'Contents whose digits hide an object',
    family: 'wrapping',
    claim: 'The gap holds nothing but a signature',
    found: RANGE,
    make: async () => {
      const pdf = await sealed('ses');
      const at = find(pdf, '/Contents <') + 5000;
      const copy = Uint8Array.from(pdf);
      copy.set(ascii('> /X (4 0 obj) /Y <'), at);
      return copy;
    },
  },
  {
    name: 'one signature shown in a second field over the page',
    family: 'wrapping',
    claim: 'The seal covers what the second field shows',
    found: { step: 'byte-range', sub: 'FORMAT_FAILURE', at: 1 },
    make: async () => {
      const { append, signature, page, pageWith, form, formWith } = look(await sealed());
      return append({
        110: fieldOver(serialize(signature)),
        120: OVERLAY,
        [page.num]: pageWith(110),
        [form.num]: formWith(110),
      });
    },
  },
  {
    name: 'one signature shown in two fields of a form that is sealed again',
    family: 'wrapping',
    claim: 'The seal covers what the second field shows',
    found: { step: 'byte-range', sub: 'FORMAT_FAILURE', at: 1 },
    make: async () => {
      const { append, signature, form, formWith } = look(await sealed());
      return sealedAgain(append({ 110: fieldOver(serialize(signature)), 120: OVERLAY, [form.num]: formWith(110) }));
    },
  },
  {
    name: 'a copy of the signature in a new field',
    family: 'wrapping',
    claim: 'The seal was put twice',
    found: { step: 'byte-range', sub: 'FORMAT_FAILURE', at: 1 },
    make: async () => {
      const { append, signature, dict, page, pageWith, form, formWith } = look(await sealed());
      return append({
        110: fieldOver('130 0 R'),
        120: OVERLAY,
        130: dict(signature.num),
        [page.num]: pageWith(110),
        [form.num]: formWith(110),
      });
    },
  },
];
