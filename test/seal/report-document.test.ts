// The printable report: what it says, what it never says, and that it is sealed so that anybody can verify it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import test from 'ava';
import type { VerificationReport } from '../../common/contract/report.ts';
import { readNotoSans } from '../../common/pdf/font-files.ts';
import { reportDocument } from '../../seal/web/report-document.ts';
import { judge } from '../_harness/judges.ts';
import { AT, makeTestPki } from '../_harness/pki.ts';
import { startRoom, type TestRoom } from './room.ts';
import { find, flip, makePdf, say, sealBytes, verifyBytes } from './world.ts';

const fonts = readNotoSans();
const plain = await makePdf({ pages: 2 });
const sealed = await sealBytes(plain);
const text = (pdf: Uint8Array): string =>
  execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });

function documentOf(report: VerificationReport, lang: 'zh' | 'en' = 'zh') {
  return reportDocument(fonts, { report, number: 'V-0123456789', lang, at: AT });
}

/** The rendered page is looked at by people: `out/report-NAME.pdf`, with SCREENSHOTS=1. */
function keep(name: string, pdf: Uint8Array): void {
  if (process.env['SCREENSHOTS'] !== '1') return;
  mkdirSync('out', { recursive: true });
  writeFileSync(`out/report-${name}.pdf`, pdf);
}

let room: TestRoom;
test.before(async () => {
  room = await startRoom();
});
test.after.always(() => room.close());

async function download(pdf: Uint8Array, lang = 'zh') {
  const form = new FormData();
  form.set('file', new Blob([pdf as Uint8Array<ArrayBuffer>]), '文件名不进报告.pdf');
  const sent = await fetch(new URL('/verify', room.url), { method: 'POST', body: form, redirect: 'manual' });
  const headers = { Cookie: `xinji_lang=${lang}` };
  const path = `${sent.headers.get('Location')}/report`;
  const answer = () => fetch(new URL(path, room.url), { method: 'POST', headers });
  return { first: await answer(), answer };
}

judge(
  test.serial,
  'pdfsig',
  'pdftotext',
  'qpdf',
)('the report of a passed file is sealed, certified and verified by our own engine and by pdfsig', async (t) => {
  const { first, answer } = await download(sealed);
  t.is(first.status, 200);
  t.regex(first.headers.get('Content-Disposition') ?? '', /filename="V-[0-9A-F]{10}\.pdf"/);
  const pdf = new Uint8Array(await first.arrayBuffer());
  keep('passed.zh', pdf);
  const verdict = verifyBytes(pdf);
  t.is(verdict.indication, 'TOTAL-PASSED');
  t.is(verdict.signatures.length, 1);
  t.regex(await say('pdfsig', pdf), /Total document signed/);
  t.regex(await say('qpdf', pdf, '--check'), /No syntax or stream encoding errors/);
  const words = text(pdf);
  for (const part of ['电子签章核验报告', '签章有效', '测试机构', '36010000000001', verifyBytes(sealed).file.sm3])
    t.true(words.includes(part), `${part} in ${words}`);
  t.false(words.includes('文件名'));
  t.deepEqual(new Uint8Array(await (await answer()).arrayBuffer()), pdf, 'asked for again it is the same');
  const rows = await room.db('seal.audit_entries').where({ kind: 'sealing.released', actor: 'verification-report' });
  t.is(rows.length, 1, 'a use of the seal like any other');
});

judge(test.serial, 'pdftotext')(
  'a failed file, in English: what failed, and no name that was not verified',
  async (t) => {
    const { first } = await download(flip(sealed, find(sealed, 'stream\n') + 9), 'en');
    const pdf = new Uint8Array(await first.arrayBuffer());
    keep('failed.en', pdf);
    const words = text(pdf);
    t.regex(words, /The seal is not valid/);
    t.regex(words, /changed after sealing/);
    const { trust } = await makeTestPki();
    const stranger = text(documentOf(verifyBytes(sealed, trust)).pdf);
    t.regex(stranger, /名称不列出/);
    t.false(stranger.includes('测试机构'), 'a certificate of nobody known may say anything');
    t.false(stranger.includes('示例市卫生健康委员会'), 'so may its seal');
  },
);

judge(test.serial, 'pdftotext')(
  'many signatures take further sheets, and no more than twenty are listed',
  async (t) => {
    const report = verifyBytes(sealed);
    const many = { ...report, signatures: Array.from({ length: 23 }, () => report.signatures[0]!) };
    const document = documentOf(many);
    keep('many.zh', document.pdf);
    const words = text(document.pdf);
    t.true(words.includes('第 20 个签章') && !words.includes('第 21 个签章'));
    t.regex(words, /另有 3 个签章未在此列出/);
    t.true(document.place.page > 3);
    t.deepEqual(documentOf(many).pdf, document.pdf, 'same input, same bytes');
  },
);

judge(test.serial, 'pdftotext')('control characters and missing glyphs of a name become a visible mark', async (t) => {
  const report = verifyBytes(sealed);
  const [signature] = report.signatures;
  const signer = { ...signature!.signer!, organization: 'A\u202eB\u{1F600}C' };
  const words = text(documentOf({ ...report, signatures: [{ ...signature!, signer }] }).pdf);
  t.regex(words, /A〓B〓C/);
});

test.serial(
  'nothing unsigned, nothing unknown: a file without seals gets its report too; other sites get none',
  async (t) => {
    const { first } = await download(plain);
    const pdf = new Uint8Array(await first.arrayBuffer());
    keep('unsigned.zh', pdf);
    t.is(verifyBytes(pdf).indication, 'TOTAL-PASSED', 'the report is sealed');
    const gone = await fetch(new URL(`/verify/${'0'.repeat(26)}/report`, room.url), { method: 'POST' });
    t.is(gone.status, 404);
    const foreign = { method: 'POST', headers: { Origin: 'https://elsewhere.example' } };
    t.is((await fetch(new URL(`/verify/${'0'.repeat(26)}/report`, room.url), foreign)).status, 403);
  },
);
