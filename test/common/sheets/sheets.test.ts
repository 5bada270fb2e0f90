// Lists as offices save them, and what must not be read: bombs, lies about size, macros, lost digits.
import test from 'ava';
import { openSheets } from '../../../common/sheets/open-sheets.ts';
import { readCsv } from '../../../common/sheets/read-csv.ts';
import { readXlsx } from '../../../common/sheets/read-xlsx.ts';
import { SHEET_LIMITS } from '../../../common/sheets/sheet.ts';
import { writeCsv } from '../../../common/sheets/write-csv.ts';
import { date, formula, makeXlsx, number, part, text, zip } from './make-xlsx.ts';

const csv = (source: string) => readCsv(new TextEncoder().encode(source), SHEET_LIMITS);
const xlsx = (bytes: Uint8Array, limits = SHEET_LIMITS) => readXlsx(bytes, limits);
const unreadable = (message: RegExp) => ({ code: 'sheet-unreadable', message });

test('CSV: header and rows with the line a person sees, quoted line breaks, empty lines and cells left out', (t) => {
  const sheet = csv('\uFEFFcase_id,name\r\nC-1,"张,三"\r\n,\r\nC-2,\r\n');
  t.deepEqual(sheet, {
    header: ['case_id', 'name'],
    rows: [
      { line: 2, cells: { case_id: 'C-1', name: '张,三' } },
      { line: 4, cells: { case_id: 'C-2' } },
    ],
  });
});

test('CSV in GB 18030, as a Chinese Excel saves it, is read; bytes that are neither are refused', (t) => {
  const chinese = Uint8Array.from([...Buffer.from('name\n'), 0xd5, 0xc5, 0xc8, 0xfd]);
  t.is(readCsv(chinese, SHEET_LIMITS).rows[0]?.cells['name'], '张三');
  t.throws(
    () => readCsv(Uint8Array.of(0x61, 0x0a, 0xff, 0xff), SHEET_LIMITS),
    unreadable(/neither UTF-8 nor GB 18030/),
  );
});

test('CSV that is damaged, without names, with names twice, or too large is refused with the place', (t) => {
  t.throws(() => csv('a\n"open'), unreadable(/quotation mark/));
  t.throws(() => csv('\n1'), unreadable(/no row|names the columns|must name/));
  t.throws(() => csv('a,a\n1,2'), unreadable(/"a" is there twice/));
  t.throws(() => csv('a,,c\n1,2,3'), unreadable(/column 2 has no name/));
  t.throws(() => csv('a\n1,2'), unreadable(/line 2 has more cells/));
  t.throws(() => csv('a\n'), unreadable(/no row below/));
  t.throws(() => csv('a\n\0'), unreadable(/zero byte/));
  t.throws(() => csv(`a\n${'x'.repeat(2001)}`), unreadable(/line 2, "a": more than 2000/));
  const few = { ...SHEET_LIMITS, rows: 2, columns: 1 };
  t.throws(() => readCsv(new TextEncoder().encode('a\n1\n2\n3'), few), unreadable(/3 rows; 2 are allowed/));
  t.throws(() => readCsv(new TextEncoder().encode('a,b\n1,2'), few), unreadable(/2 columns; 1 are allowed/));
});

test('XLSX: texts, dates as YYYY-MM-DD, numbers as shown, and of a formula the kept result alone', async (t) => {
  const rows = [
    ['case_id', 'issued_on', 'amount', 'code', 'sum'].map(text),
    [text('C-1'), date(46_346), number('0.30000000000000004'), text('360102199003077718'), formula('1+1', '2')],
  ];
  const sheet = await xlsx(makeXlsx(rows));
  t.deepEqual(sheet.rows, [
    {
      line: 2,
      cells: { case_id: 'C-1', issued_on: '2026-11-20', amount: '0.3', code: '360102199003077718', sum: '2' },
    },
  ]);
});

test('XLSX: an ID number that was typed as a number has lost digits and is refused with its line', async (t) => {
  const rows = [[text('code')], [number('3.6010219900307770E+17')]];
  await t.throwsAsync(xlsx(makeXlsx(rows)), unreadable(/line 2: a long number was typed as a number/));
  await t.throwsAsync(xlsx(makeXlsx([[text('code')], [number('360102199003077718')]])), unreadable(/lost digits/));
  t.is((await xlsx(makeXlsx([[text('code')], [number('360102199003077')]]))).rows[0]?.cells['code'], '360102199003077');
});

test('XLSX: bombs, lies about size, macros, DTDs, encryption and damage are refused before the reader sees them', async (t) => {
  const good = [[text('a')], [text('1')]];
  const bomb = { name: 'xl/media/zeros.bin', bytes: new Uint8Array(3 * 1024 * 1024) };
  const limits = { ...SHEET_LIMITS, unzippedBytes: 1024 * 1024 };
  await t.throwsAsync(xlsx(makeXlsx(good, [bomb]), limits), unreadable(/larger than is allowed/));
  await t.throwsAsync(xlsx(makeXlsx(good, [{ ...bomb, claimedSize: 10 }]), limits), unreadable(/damaged/));
  const macros = part('xl/vbaProject.bin', '<x/>');
  await t.throwsAsync(xlsx(makeXlsx(good, [macros])), unreadable(/macros/));
  const dtd = part('xl/other.xml', '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>');
  await t.throwsAsync(xlsx(makeXlsx(good, [dtd])), unreadable(/document type declaration/));
  const same = part('xl/styles.xml', '<x/>');
  await t.throwsAsync(xlsx(makeXlsx(good, [same])), unreadable(/damaged/));
  const whole = makeXlsx(good);
  await t.throwsAsync(xlsx(whole.subarray(0, whole.length - 30)), unreadable(/damaged/));
  await t.throwsAsync(xlsx(new TextEncoder().encode('%PDF-1.7 no zip at all, only some text')), unreadable(/damaged/));
  await t.throwsAsync(xlsx(zip([part('a.xml', '<a/>')])), unreadable(/first sheet/));
  // The two counts of the directory, and a ZIP64 directory: readers differ in which of them they follow.
  const hidden = makeXlsx(good, [bomb]);
  const end = hidden.length - 22;
  new DataView(hidden.buffer).setUint16(end + 10, 0, true);
  await t.throwsAsync(xlsx(hidden, limits), unreadable(/damaged/));
  const beside = Buffer.from(makeXlsx(good, [bomb]));
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x0706_4b50);
  const with64 = Buffer.concat([beside.subarray(0, end), locator, beside.subarray(end)]);
  await t.throwsAsync(xlsx(new Uint8Array(with64)), unreadable(/damaged/));
  const locked = Uint8Array.from(whole);
  const directory = Buffer.from(locked.buffer).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  locked[directory + 8] = 1;
  await t.throwsAsync(xlsx(locked), unreadable(/encrypted/));
});

test('CSV that goes out holds no cell that an office program would run', (t) => {
  const cells = ['=1', '+1', '-1+1', '@A1', '\tx', '\n=1', '＝1', '－1', '-1.5', '张三'];
  const [, ...told] =
    /^\uFEFF(.*?),(.*?),(.*?),(.*?),(.*?),("[^"]*"),(.*?),(.*?),(.*?),(.*?)\r\n$/s.exec(writeCsv([cells])) ?? [];
  t.deepEqual(told, ["'=1", "'+1", "'-1+1", "'@A1", "'\tx", '"\'\n=1"', "'＝1", "'－1", '-1.5', '张三']);
});

test('the kind of a list is told by its bytes, in a thread; 20,000 rows come back in order', async (t) => {
  const sheets = openSheets();
  t.teardown(() => sheets.close());
  const source = `case_id,name\n${Array.from({ length: 20_000 }, (_, index) => `C-${index},张三`).join('\n')}`;
  const many = await sheets.read(new TextEncoder().encode(source));
  t.is(many.rows.length, 20_000);
  t.deepEqual(many.rows.at(-1), { line: 20_001, cells: { case_id: 'C-19999', name: '张三' } });
  t.is((await sheets.read(makeXlsx([[text('a')], [text('1')]]))).rows[0]?.cells['a'], '1');
  await t.throwsAsync(sheets.read(new Uint8Array(21 * 1024 * 1024)), { code: 'body-too-large' });
  await t.throwsAsync(sheets.read(new TextEncoder().encode('PK\u0003\u0004')), { code: 'sheet-unreadable' });
});
