// Encrypted documents (ISO 32000, standard security handler) by qpdf, sealed twice, and judged by qpdf and pdfsig with the password.
import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { promisify } from 'node:util';
import { PDFDocument, PDFName, PDFString } from '@cantoo/pdf-lib';
import test from 'ava';
import { equalBytes } from '../../common/bytes.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { Lexer } from '../../seal/pdf/lexer.ts';
import { rc4 } from '../../seal/pdf/rc4.ts';
import { readTextString, serialize } from '../../seal/pdf/serialize.ts';
import { isString, type PdfDict } from '../../seal/pdf/value.ts';
import { judge } from '../_harness/judges.ts';
import { appendUpdate, handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, find, flip, makePdf, pki, qpdf, say, sealBytes, verifyBytes, withFile } from './world.ts';

const run = promisify(execFile);
const weak = '--allow-weak-crypto';
/** Security handler revisions, by what qpdf makes them. */
const REVISIONS: Readonly<Record<string, (user: string) => readonly string[]>> = {
  'R2, RC4 of 40 bits': (user) => [weak, '--encrypt', user, 'owner', '40', '--'],
  'R3, RC4 of 128 bits': (user) => [weak, '--encrypt', user, 'owner', '128', '--'],
  'R4, RC4 by crypt filter': (user) => [weak, '--encrypt', user, 'owner', '128', '--force-V4', '--'],
  'R4, AES of 128 bits': (user) => [weak, '--encrypt', user, 'owner', '128', '--use-aes=y', '--'],
  'R4, metadata in clear': (user) => [
    weak,
    '--encrypt',
    user,
    'owner',
    '128',
    '--use-aes=y',
    '--cleartext-metadata',
    '--',
  ],
  'R5, AES of 256 bits': (user) => [weak, '--encrypt', user, 'owner', '256', '--force-R5', '--'],
  'R6, AES of 256 bits': (user) => ['--encrypt', user, 'owner', '256', '--'],
};

const textOf = (pdf: Uint8Array, password: string): Promise<string> =>
  withFile(pdf, async (path) => (await run('pdftotext', ['-upw', password, path, '-'])).stdout);

for (const [what, options] of Object.entries(REVISIONS)) {
  for (const user of ['', 'secret']) {
    judge(
      test,
      'qpdf',
      'pdfsig',
      'pdftotext',
    )(
      `ISO 32000, ${what}: sealed twice with ${user ? 'a password' : 'the empty password'}, judged clean`,
      async (t) => {
        const plain = await makePdf({ withForm: true, pages: 2 });
        const pdf = await qpdf(plain, `--object-streams=${user ? 'generate' : 'disable'}`, ...options(user));
        const once = await sealBytes(pdf, {
          at: { xMm: 5, yMm: 5, withDate: true },
          lock: ['applicant'],
          password: user,
        });
        const twice = await sealBytes(once, { at: { straddle: 'all' }, password: 'owner' });
        t.true(equalBytes(twice.subarray(0, once.length), once) && equalBytes(once.subarray(0, pdf.length), pdf));
        t.regex(await say('qpdf', twice, `--password=${user}`, '--check'), /No syntax or stream encoding errors/);
        t.regex(await say('pdfsig', twice, '-upw', user), /Total document signed/);
        t.regex(await textOf(twice, user), /Page 1.*Page 2/s);
        const report = verifyBytes(twice, pki.trust, user);
        t.is(report.indication, 'TOTAL-PASSED', report.summary);
        t.is(verifyBytes(twice, pki.trust, 'owner').indication, 'TOTAL-PASSED');
        const seen = await qpdf(twice, `--password=${user}`, '--decrypt', '--qdf', '--object-streams=disable');
        t.true(Buffer.from(seen).includes('/Name <feff793a4f8b'), 'the name in the signature is readable');
        if (user) t.throws(() => verifyBytes(twice, pki.trust, ''), { code: 'pdf-encrypted' });
        t.throws(() => verifyBytes(twice, pki.trust, 'wrong'), { code: 'pdf-encrypted' });
      },
    );
  }
}

judge(test, 'qpdf')(
  'ISO 32000: /Encrypt and /ID are kept, strings are read in clear, a changed byte does not pass',
  async (t) => {
    const pdf = await qpdf(await makePdf({ withForm: true }), '--encrypt', '', 'owner', '256', '--');
    const sealed = await sealBytes(pdf);
    const [before, after] = [pdf, sealed].map((bytes) => openDocument(memorySource(bytes)));
    for (const key of ['Encrypt', 'ID']) {
      t.is(serialize(after!.trailer.map.get(key)!), serialize(before!.trailer.map.get(key)!));
    }
    const form = after!.dictAt(after!.catalogue.map.get('AcroForm'), 'the form');
    const fields = after!.resolve(form.map.get('Fields'));
    const names = (fields && typeof fields === 'object' && fields.kind === 'array' ? fields.items : []).map((item) => {
      const name = after!.dictAt(item, 'a field').map.get('T');
      return isString(name) ? readTextString(name.bytes) : null;
    });
    t.deepEqual(names, ['applicant', 'Seal1']);
    t.false(Buffer.from(sealed).includes('(Seal1)'));
    t.is(verifyBytes(flip(sealed, find(sealed, 'stream\n') + 9)).indication, 'TOTAL-FAILED');
  },
);

judge(test, 'qpdf')(
  'A form, a catalogue and names out of encrypted object streams are the same when they are written anew',
  async (t) => {
    const plain = await PDFDocument.load(await makePdf({ withForm: true }));
    plain.catalog.set(PDFName.of('Lang'), PDFString.of('zh-CN'));
    const options = ['--object-streams=generate', '--encrypt', '', 'owner', '256', '--'];
    const once = await sealBytes(await qpdf(await plain.save(), ...options), { certify: 2 });
    const twice = await sealBytes(once, { at: { xMm: 5, yMm: 5 } });
    t.deepEqual(
      verifyBytes(twice).signatures.map(({ indication }) => indication),
      ['TOTAL-PASSED', 'TOTAL-PASSED'],
    );
  },
);

judge(test, 'qpdf')('A password that is not ASCII opens in every revision', async (t) => {
  const pdf = await makePdf();
  for (const bits of ['128', '256']) {
    const closed = await qpdf(pdf, weak, '--encrypt', '密码é', 'owner', bits, '--');
    t.is(openDocument(memorySource(closed), '密码é').password, '密码é');
    t.throws(() => openDocument(memorySource(closed), '密码e'), { code: 'pdf-encrypted' });
  }
});

judge(test, 'qpdf')(
  'What is encrypted for recipients or in no known way is refused, and so is what was tampered with',
  async (t) => {
    const text = Buffer.from(await qpdf(await makePdf(), '--encrypt', '', 'owner', '256', '--')).toString('latin1');
    const open = (changed: string) => openDocument(memorySource(ascii(changed)));
    t.notThrows(() => open(text));
    for (const [from, to, code, message] of [
      ['/Filter /Standard', '/Filter /Somebody', 'pdf-encrypted', /handler Somebody/],
      ['/Filter /Standard', '/Filter /Adobe.PubSec', 'pdf-encrypted', /PubSec/],
      ['/CFM /AESV3', '/CFM /AESV9', 'pdf-encrypted', /crypt filter/],
      ['/CFM /AESV3', '/CFM /AESV2', 'pdf-encrypted', /crypt filter/],
      ['/R 6', '/R 9', 'pdf-encrypted', /revision 9/],
      ['/V 5', '/V 4', 'pdf-encrypted', /version 4/],
      ['/P -', '/P -1', 'pdf-broken', /Perms/],
      ['/ID [', '/IX [', 'pdf-broken', /no \/ID/],
    ] as const) {
      t.true(text.includes(from), from);
      t.throws(() => open(resized(text, from, to)), { code, message }, to);
    }
  },
);

/** A change of one entry, with the offsets behind it put right. */
function resized(text: string, from: string, to: string): string {
  const at = text.indexOf(from);
  const moved = (offset: number): number => (offset > at ? offset + to.length - from.length : offset);
  return text
    .replace(from, to)
    .replace(/(\d{10}) (\d{5}) n/g, (_, offset, gen) => `${String(moved(Number(offset))).padStart(10, '0')} ${gen} n`)
    .replace(/startxref\n(\d+)/, (_, offset) => `startxref\n${moved(Number(offset))}`);
}

judge(test, 'qpdf')('Crypt filters: a stream that names Identity is read as it is', async (t) => {
  const text = Buffer.from(await qpdf(await makePdf(), '--encrypt', '', 'owner', '256', '--')).toString('latin1');
  const document = openDocument(memorySource(ascii(text)));
  const { encryption } = document;
  const header = (entries: string) => new Lexer(ascii(`<< ${entries} >>`), -1, true).readValue() as PdfDict;
  const object = { num: 9, gen: 0 };
  const bytes = ascii('some bytes');
  const open = (entries: string, from: Uint8Array) => encryption!.openStream(header(entries), from, object);
  t.deepEqual(open('/Filter /Crypt', bytes), bytes);
  t.deepEqual(open('/Filter [/Crypt /FlateDecode] /DecodeParms [<< /Name /Identity >> null]', bytes), bytes);
  const closed = encryption!.closeStream(header(''), bytes, object);
  t.notDeepEqual(closed, bytes);
  t.deepEqual(Buffer.from(open('/Filter [/Crypt] /DecodeParms [<< /Name /StdCF >>]', closed)), Buffer.from(bytes));
  t.throws(() => open('/Filter /Crypt /DecodeParms << /Name /Other >>', bytes), { code: 'pdf-encrypted' });
  t.throws(() => open('', bytes), { code: 'pdf-broken' });
});

judge(test, 'qpdf')(
  'A later revision that encrypts the document does not pass, even where nothing changes by it',
  async (t) => {
    const sealed = await sealBytes(await makePdf());
    const before = openDocument(memorySource(sealed));
    const text = Buffer.from(await qpdf(await makePdf(), '--encrypt', '', 'owner', '256', '--')).toString('latin1');
    const encrypt = /<< \/CF .*?\/V 5 >>/s.exec(text)![0].replace(/\/St([rm])F \/StdCF/g, '/St$1F /Identity');
    const trailer = `/Size 200 /Root ${serialize(before.root)} /Prev ${before.startxref} /ID [<00> <00>]`;
    const update = appendUpdate(sealed, { 150: encrypt }, `${trailer} /Encrypt 150 0 R`);
    const [signature] = verifyBytes(update).signatures;
    t.is(signature?.indication, 'TOTAL-FAILED');
    t.regex(JSON.stringify(signature), /encrypted in another way/);
  },
);

test('An encryption dictionary that leads back to itself costs nothing', (t) => {
  const loop = `<< ${Array.from({ length: 1000 }, (_, i) => `/K${i} 5 0 R`).join(' ')} /CF 5 0 R /Filter 5 0 R >>`;
  const pdf = handMade({ objects: plainObjects({ 5: loop }), trailer: '/Encrypt 5 0 R /ID [<00> <00>]' });
  t.throws(() => openDocument(memorySource(pdf)), { code: 'pdf-encrypted' });
});

test('RC4: two vectors that are widely published', (t) => {
  const hex = (key: string, text: string) => Buffer.from(rc4(ascii(key), ascii(text))).toString('hex');
  t.is(hex('Key', 'Plaintext'), 'bbf316e8d940af0ad3');
  t.is(hex('Wiki', 'pedia'), '1021bf0420');
  t.throws(() => createCipheriv('rc4', Buffer.alloc(16), null), undefined, 'OpenSSL does not give it');
});
