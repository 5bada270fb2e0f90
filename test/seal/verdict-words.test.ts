// The words of the verification page for what the engine can say: no step, no change and no kind of signature without them.
import test from 'ava';
import { concatBytes } from '../../common/bytes.ts';
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import { makeCertificateList } from '../../common/pki/certificate-list.ts';
import { stepName } from '../../common/web/report-words.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { changeWords } from '../../seal/web/change-words.ts';
import { conclude } from '../../seal/web/verdict-words.ts';
import { resultPage } from '../../seal/web/verify-result-page.ts';
import { AT, type Party } from '../_harness/pki.ts';
import { makePdf, party, pki, sealBytes, signer, stamperOf, tsa, verifyBytes } from './world.ts';

const plain = await makePdf();
const frame = { lang: 'zh', size: 'standard', path: '/verify', nonce: 'x', development: true } as const;
const HAN = /[\u4e00-\u9fff]/;

async function preserved(): Promise<Uint8Array> {
  const listBy = (issuer: Party) =>
    makeCertificateList({
      issuer: issuer.certificate,
      number: 1,
      thisUpdate: new Date(AT.getTime() - 300_000),
      nextUpdate: new Date(AT.getTime() + 86_400_000),
      revoked: [],
      sign: issuer.sign,
    });
  const crls = [await listBy(pki.authority), await listBy(pki.root)];
  const evidence = { collect: async () => ({ crls, ocspResponses: [] }) };
  const tools = { signer, stamper: stamperOf(tsa), validation: { evidence, trust: pki.trust } };
  const request = { source: memorySource(plain), party, level: 'LTA', placement: {}, time: AT } as const;
  return concatBytes(plain, (await sealDocument(tools, request)).appended);
}

const page = (report: VerificationReport) =>
  resultPage(frame, { fileName: 'x.pdf', report, href: '/verify/x', until: AT, hasReport: true });

test('level LTA: a document time stamp is called one, what keeps evidence is no addition, every step has a name', async (t) => {
  const report = verifyBytes(await preserved());
  t.is(report.indication, 'TOTAL-PASSED', report.summary);
  t.deepEqual(
    report.signatures.map(({ container }) => container),
    ['dual', 'time_stamp'],
  );
  t.is(conclude(frame, report).title, '签章有效，|文件未被改动');
  const html = page(report);
  t.regex(html, /第 2 个：文件时间戳/);
  t.notRegex(html, /没有电子印章，只有数字签名/);
  for (const change of report.changes_after_sealing) t.regex(changeWords(change).zh, HAN, change);
  for (const { name } of report.signatures.flatMap(({ steps }) => steps)) t.regex(stepName(name).zh, HAN, name);
  const alone = { ...report, signatures: report.signatures.slice(1) };
  t.is(conclude(frame, alone).title, '时间戳有效，|文件未被改动');
  t.regex(conclude(frame, alone).next ?? '', /没有电子印章/);
});

test('what later revisions did is said in both languages; what is not in the table stays as the report has it', async (t) => {
  const twice = verifyBytes(await sealBytes(await sealBytes(plain)));
  t.deepEqual(
    twice.changes_after_sealing.map((change) => changeWords(change).zh),
    ['增加了签章“Seal2”。'],
  );
  t.is(conclude(frame, twice).title, '签章有效；|盖章后有允许的添加');
  for (const [sentence, zh] of [
    ['Object 12 was replaced (the content of page 2).', '第 2 页的内容（对象 12）被替换。'],
    ['Object 5 was removed (the annotation Stamp on page 1).', '第 1 页的批注（Stamp）（对象 5）被删除。'],
    ['Object 7 was replaced.', '对象 7 被替换。'],
    [
      'The signature field A was added. The certification allows no change.',
      '增加了签章“A”。首枚签章声明不允许任何改动。',
    ],
    ['Something new.', 'Something new.'],
  ] as const) {
    t.is(changeWords(sentence).zh, zh);
  }
});

test('a plain signature is never called a seal, whatever its verdict', (t) => {
  const report = verifyBytes(plain);
  const fact = { status: 'passed', finding: '' } as const;
  const signature: SignatureReport = {
    field: 'A',
    container: 'cms',
    indication: 'TOTAL-PASSED',
    sub_indication: null,
    level: 'B',
    integrity: fact,
    cryptography: fact,
    certificate_trust: fact,
    seal_status: fact,
    time: fact,
    covers_whole_file: true,
    byte_range: null,
    signing_time: null,
    time_source: null,
    seal: null,
    signer: {
      subject: 'CN=王五',
      common_name: '王五',
      organization: '',
      serial_number: '1',
      valid_from: '2026-01-01T00:00:00Z',
      valid_to: '2027-01-01T00:00:00Z',
    },
    deviations: [],
    steps: [],
  };
  const of = (indication: VerificationReport['indication']): VerificationReport => ({
    ...report,
    indication,
    signatures: [{ ...signature, indication }],
  });
  const passed = conclude(frame, of('TOTAL-PASSED'));
  t.deepEqual([passed.title, passed.why], ['数字签名有效，|文件未被改动', '由 王五 签名。']);
  t.regex(passed.next ?? '', /没有电子印章/);
  t.is(conclude(frame, of('TOTAL-FAILED')).title, '签名无效，|请勿采用此文件');
  t.regex(page(of('TOTAL-PASSED')), /没有电子印章，只有数字签名/);
});
