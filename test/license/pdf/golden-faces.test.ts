// The faces of all packs by their SM3 (test/vectors/license/faces.json), from this process and from another one: the same record
// and template version give the same bytes. A pack that changes changes its vector, a new one adds it:
// `UPDATE_FACES=1 npm test -- test/license/pdf/golden-faces.test.ts`, and look at the page before.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { digestFaces } from './face-digests.ts';
import { fontFiles } from './renderer.ts';

const VECTORS = 'test/vectors/license/faces.json';
const digests = digestFaces(fontFiles);

test('the face of every pack has the bytes of its vector', (t) => {
  if (process.env['UPDATE_FACES'] === '1') {
    const document = {
      source: 'license/type-packs, one sample each (test/license/pdf/pack-samples.ts), rendered by license/pdf',
      clause: 'the same record and template version give the same bytes',
      expect: digests,
    };
    writeFileSync(VECTORS, `${JSON.stringify(document, null, 2)}\n`);
  }
  t.deepEqual(digests, JSON.parse(readFileSync(VECTORS, 'utf8')).expect);
});

test('another process draws the same bytes', (t) => {
  const printed = execFileSync(process.execPath, ['test/license/pdf/face-digests.ts'], { encoding: 'utf8' });
  t.deepEqual(JSON.parse(printed), digests);
});
