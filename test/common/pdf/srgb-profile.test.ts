// Our sRGB profile: its structure by ICC.1, its curve by the formula, and the same colours as the profile that others ship.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { makeSrgbProfile, srgbToLight } from '../../../common/pdf/srgb-profile.ts';
import { judge } from '../../_harness/judges.ts';

type Profile = { readonly tags: ReadonlyMap<string, DataView>; readonly head: Buffer };

function readProfile(bytes: Uint8Array): Profile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = Array.from({ length: view.getUint32(128) }, (_, row) => 132 + 12 * row);
  const tags = rows.map((at) => {
    const [start, length] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    return [
      Buffer.from(bytes.subarray(at, at + 4)).toString(),
      new DataView(bytes.buffer, bytes.byteOffset + start, length),
    ] as const;
  });
  return { tags: new Map(tags), head: Buffer.from(bytes.subarray(0, 128)) };
}

const xyzOf = ({ tags }: Profile, tag: string): number[] =>
  [8, 12, 16].map((at) => tags.get(tag)!.getInt32(at) / 65_536);
const curveOf = ({ tags }: Profile, tag: string): number[] => {
  const view = tags.get(tag)!;
  return Array.from({ length: view.getUint32(8) }, (_, index) => view.getUint16(12 + 2 * index) / 65_535);
};

const ours = makeSrgbProfile();

test('the profile is a small one of a monitor, version 2, with every tag that ICC.1 asks for, at multiples of four', (t) => {
  const { head, tags } = readProfile(ours);
  t.true(ours.length < 3000);
  t.is(head.readUInt32BE(0), ours.length);
  t.is(head[8], 2);
  t.is(head.toString('latin1', 12, 24), 'mntrRGB XYZ ');
  t.is(head.toString('latin1', 36, 40), 'acsp');
  t.deepEqual([...tags.keys()].sort(), ['bTRC', 'bXYZ', 'cprt', 'desc', 'gTRC', 'gXYZ', 'rTRC', 'rXYZ', 'wtpt']);
  for (const view of tags.values()) t.is(view.byteOffset % 4, ours.byteOffset % 4);
  t.deepEqual(makeSrgbProfile(), ours);
});

test('the curve is that of IEC 61966-2-1, white is the sum of the primaries', (t) => {
  const profile = readProfile(ours);
  for (const [index, light] of curveOf(profile, 'gTRC').entries()) {
    t.true(Math.abs(light - srgbToLight(index / 1023)) < 1e-5);
  }
  const white = [0, 1, 2].map((axis) =>
    ['rXYZ', 'gXYZ', 'bXYZ'].reduce((sum, tag) => sum + (xyzOf(profile, tag)[axis] ?? 0), 0),
  );
  for (const [axis, value] of xyzOf(profile, 'wtpt').entries()) t.true(Math.abs(value - (white[axis] ?? 0)) < 5e-4);
});

judge(test, 'icc-profiles')(
  'primaries and curves are those of the sRGB profile of Debian, to half a thousandth',
  (t) => {
    const [mine, theirs] = [readProfile(ours), readProfile(readFileSync('/usr/share/color/icc/sRGB.icc'))];
    for (const channel of ['r', 'g', 'b']) {
      for (const [axis, value] of xyzOf(theirs, `${channel}XYZ`).entries()) {
        t.true(Math.abs(value - (xyzOf(mine, `${channel}XYZ`)[axis] ?? 0)) < 5e-4, channel);
      }
      const [a, b] = [curveOf(mine, `${channel}TRC`), curveOf(theirs, `${channel}TRC`)];
      t.is(a.length, b.length);
      for (const [index, value] of b.entries()) t.true(Math.abs(value - (a[index] ?? 0)) < 5e-4);
    }
  },
);
