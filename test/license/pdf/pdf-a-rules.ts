// The rules of PDF/A-3b (ISO 19005-3) that a file like ours can break, as a table: the words of the rule, and what offends it.
// No validator: a file that passes was built to the rules, and no conformance is claimed (ADR 0026).
import { fontRules } from './pdf-a-fonts.ts';
import { metadataRules } from './pdf-a-metadata.ts';
import { asList, contentOf, type PdfARule, type PdfDict, type PdfObjects, pages } from './pdf-objects.ts';

const RULES: readonly PdfARule[] = [
  {
    rule: 'file header: %PDF-1.n at the first byte, then a comment of four bytes above 127',
    find: ({ text }) => (/^%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}/.test(text) ? [] : [JSON.stringify(text.slice(0, 20))]),
  },
  {
    rule: 'file trailer: /ID of two strings, no /Encrypt, nothing but an end of line behind the last %%EOF',
    find: ({ text, trailer }) => [
      ...(asList(trailer['/ID']).length === 2 ? [] : ['no /ID']),
      ...('/Encrypt' in trailer ? ['encrypted'] : []),
      ...(/%%EOF\r?\n?$/.test(text) ? [] : ['bytes behind %%EOF']),
    ],
  },
  {
    rule: 'cross-reference table: xref, an end of line, then a subsection header of two numbers and one blank',
    find: ({ text }) =>
      [...text.matchAll(/(?<=[\r\n])xref[\s\S]{0,16}/g)]
        .map(([head]) => head)
        .filter((head) => !/^xref\r?\n\d+ \d+\r?\n/.test(head)),
  },
  {
    rule: 'string objects: hexadecimal strings have pairs of digits only',
    find: (pdf) =>
      outsideStreams(pdf)
        .match(/(?<![<\w])<[\s0-9A-Fa-f]*>(?!>)/g)
        ?.filter((hex) => hex.replace(/[<>\s]/g, '').length % 2 === 1) ?? [],
  },
  {
    rule: 'stream objects: nothing outside of the file, no LZW, no Crypt',
    find: (pdf) =>
      streamDicts(pdf).flatMap(({ where, dict }) => [
        ...['/F', '/FFilter', '/FDecodeParms']
          .filter((key) => key in dict && dict['/Type'] !== '/Filespec')
          .map((key) => `${where} ${key}`),
        ...[dict['/Filter'] ?? null]
          .flat()
          .filter((name) => name === '/LZWDecode' || name === '/Crypt')
          .map((name) => `${where} ${name}`),
      ]),
  },
  {
    rule: 'stream objects: /Length is the number of bytes between stream and endstream',
    find: ({ text }) =>
      [...text.matchAll(/\/Length (\d+)[^>]*>>\nstream\n/g)].flatMap((match) => {
        const end = match.index + match[0].length + Number(match[1]);
        return /^\r?\n?endstream/.test(text.slice(end, end + 11)) ? [] : [match[0]];
      }),
  },
  {
    rule: 'implementation limits: names to 127 bytes, strings to 32767, integers to 2^31 - 1, 28 levels of q',
    find: (pdf) => [
      ...pdf.dicts.flatMap(({ where, dict }) =>
        Object.keys(dict)
          .filter((key) => key.length > 128)
          .map((key) => `${where}${key}`),
      ),
      ...pdf.dicts.flatMap(({ where, dict }) =>
        Object.values(dict).flatMap((value) => (isTooLarge(value) ? [`${where}: ${String(value).slice(0, 20)}`] : [])),
      ),
      ...contents(pdf)
        .filter((content) => deepest(content) > 28)
        .map(() => 'nesting of q'),
    ],
  },
  {
    rule: 'permissions, optional content, alternate presentations, dynamic forms: none of them',
    find: ({ catalog, dict }) => [
      ...['/Perms', '/OCProperties', '/NeedsRendering', '/Requirements'].filter((key) => key in catalog),
      ...['/AlternatePresentations', '/JavaScript'].filter((key) => key in dict(catalog['/Names'])),
      ...(dict(catalog['/AcroForm'])['/NeedAppearances'] === true ? ['/NeedAppearances'] : []),
      ...('/XFA' in dict(catalog['/AcroForm']) ? ['/XFA'] : []),
    ],
  },
  {
    rule: 'content streams: operators of ISO 32000-1 only, no transfer of rendering intents',
    find: (pdf) => contents(pdf).flatMap((content) => operatorsOf(content).filter((name) => !OPERATORS.has(name))),
  },
  {
    rule: 'content streams: every named resource stands in the resources of the page itself',
    find: (pdf) =>
      pages(pdf).flatMap((page) => {
        const resources = pdf.dict(page['/Resources']);
        const text = contentOf(pdf, page);
        return RESOURCE_USES.flatMap(([pattern, kind]) =>
          [...text.matchAll(pattern)]
            .filter(([, name]) => !(`/${name}` in pdf.dict(resources[kind])))
            .map(([use]) => use),
        );
      }),
  },
  {
    rule: 'output intent: one of GTS_PDFA1 with an ICC profile of RGB, version 4 or older, whose /N is 3',
    find: (pdf) => {
      const intents = asList(pdf.resolve(pdf.catalog['/OutputIntents']))
        .map(pdf.dict)
        .filter((one) => one['/S'] === '/GTS_PDFA1');
      const [intent] = intents;
      if (intents.length !== 1 || !intent) return [`${intents.length} intents`];
      const profile = Buffer.from(pdf.stream(intent['/DestOutputProfile']) ?? []);
      const isRgb = profile.toString('latin1', 12, 20) === 'mntrRGB ' && profile.toString('latin1', 36, 40) === 'acsp';
      return [
        ...(isRgb && profile.readUInt32BE(0) === profile.length && (profile[8] ?? 9) <= 4 ? [] : ['profile']),
        ...(pdf.dict(intent['/DestOutputProfile'])['/N'] === 3 ? [] : ['/N']),
      ];
    },
  },
  {
    rule: 'colour spaces: grey and RGB, which the output intent covers; no CMYK',
    find: (pdf) => [
      ...contents(pdf).flatMap((content) =>
        operatorsOf(content).filter((name) => /^(k|K|cs|CS|sc|SC|scn|SCN|sh)$/.test(name)),
      ),
      ...images(pdf)
        .filter(({ dict }) => !hasKnownSpace(pdf, dict))
        .map(({ where }) => `${where} /ColorSpace`),
    ],
  },
  {
    rule: 'images: no alternates, no OPI, no interpolation; XObjects: no PostScript, no references to other files',
    find: (pdf) =>
      streamDicts(pdf).flatMap(({ where, dict }) => [
        ...['/Alternates', '/OPI', '/PS', '/Ref'].filter((key) => key in dict).map((key) => `${where} ${key}`),
        ...(dict['/Interpolate'] === true ? [`${where} /Interpolate`] : []),
        ...(dict['/Subtype'] === '/PS' || dict['/Subtype2'] === '/PS' ? [`${where} /PS`] : []),
      ]),
  },
  {
    rule: 'extended graphics state: no transfer functions or halftones, blend modes of ISO 32000-1',
    find: ({ dicts }) =>
      dicts
        .filter(({ dict }) => dict['/Type'] === '/ExtGState')
        .flatMap(({ where, dict }) => [
          ...['/TR', '/TR2', '/HT', '/HTP'].filter((key) => key in dict).map((key) => `${where} ${key}`),
          ...(['/Normal', undefined].includes(dict['/BM'] as string | undefined) ? [] : [`${where} /BM`]),
        ]),
  },
  {
    rule: 'annotations: widgets only, printed and not hidden, with a normal appearance and no other',
    find: (pdf) =>
      pages(pdf)
        .flatMap((page) => asList(pdf.resolve(page['/Annots'])).map(pdf.dict))
        .flatMap((annotation) => [
          ...(annotation['/Subtype'] === '/Widget' ? [] : [String(annotation['/Subtype'])]),
          ...((Number(annotation['/F'] ?? 0) & 0b100111) === 0b100 ? [] : [`/F ${String(annotation['/F'])}`]),
          ...(Object.keys(pdf.dict(annotation['/AP'])).join() === '/N' || isEmptyBox(annotation) ? [] : ['/AP']),
        ]),
  },
  {
    rule: 'actions: none',
    find: ({ dicts }) =>
      dicts.flatMap(({ where, dict }) =>
        ['/A', '/AA', '/OpenAction', '/JS'].filter((key) => key in dict).map((key) => `${where} ${key}`),
      ),
  },
  {
    rule: 'page boundaries: between 3 and 14400 units',
    find: (pdf) =>
      pages(pdf).flatMap((page) => {
        const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = asList(page['/MediaBox']).map(Number);
        return [x1 - x0, y1 - y0].filter((size) => !(size >= 3 && size <= 14_400)).map(String);
      }),
  },
  {
    rule: 'embedded files: /F and /UF, a relationship, the media type and date of the file, named by /AF of the document',
    find: (pdf) => {
      const named = asList(pdf.resolve(pdf.catalog['/AF'])).map((ref) => JSON.stringify(pdf.dict(ref)));
      return pdf.dicts
        .filter(({ dict }) => dict['/Type'] === '/Filespec')
        .flatMap(({ where, dict }) => {
          const file = pdf.dict(pdf.dict(dict['/EF'])['/F']);
          return [
            ...['/F', '/UF', '/EF'].filter((key) => !(key in dict)).map((key) => `${where} ${key}`),
            ...(RELATIONSHIPS.has(String(dict['/AFRelationship'])) ? [] : [`${where} /AFRelationship`]),
            ...(/^\/[a-z]+\/[a-z.+-]+$/.test(String(file['/Subtype'])) ? [] : [`${where} /Subtype`]),
            ...('/ModDate' in pdf.dict(file['/Params']) ? [] : [`${where} /ModDate`]),
            ...(named.includes(JSON.stringify(dict)) ? [] : [`${where} is not in /AF`]),
          ];
        });
    },
  },
];

/** What a file breaks of all the rules, those of fonts and metadata among them. */
export function findPdfAOffences(pdf: PdfObjects): string[] {
  const rules = [...RULES, ...fontRules, ...metadataRules];
  return rules.flatMap(({ rule, find }) => find(pdf).map((offence) => `${rule}: ${offence}`));
}

const RELATIONSHIPS = new Set(['/Source', '/Data', '/Alternative', '/Supplement', '/Unspecified']);
const RESOURCE_USES: readonly (readonly [RegExp, string])[] = [
  [/\/(\w+) [\d.]+ Tf/g, '/Font'],
  [/\/(\w+) Do/g, '/XObject'],
  [/\/(\w+) gs/g, '/ExtGState'],
];
const OPERATORS = new Set(
  'b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h ID j J K k l m M MP n q Q re RG rg s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y'.split(
    ' ',
  ),
);

const contents = (pdf: PdfObjects): string[] => pages(pdf).map((page) => contentOf(pdf, page));
const streamDicts = (pdf: PdfObjects): { where: string; dict: PdfDict }[] =>
  pdf.objects.filter(({ stream }) => stream !== null).map(({ ref }) => ({ where: ref, dict: pdf.dict(ref) }));
const images = (pdf: PdfObjects): { where: string; dict: PdfDict }[] =>
  streamDicts(pdf).filter(({ dict }) => dict['/Subtype'] === '/Image');

function operatorsOf(content: string): string[] {
  const bare = content.replace(/<[0-9A-F]*>|\/\w+/g, ' ');
  return bare.split(/\s+/).filter((token) => token !== '' && !/^-?[\d.]+$/.test(token));
}

function deepest(content: string): number {
  let [depth, most] = [0, 0];
  for (const name of operatorsOf(content)) {
    if (name === 'q') most = Math.max(most, ++depth);
    if (name === 'Q') depth--;
  }
  return most;
}

function hasKnownSpace(pdf: PdfObjects, image: PdfDict): boolean {
  const space = pdf.resolve(image['/ColorSpace']);
  const [family, base] = Array.isArray(space) ? space : [space];
  return family === '/DeviceRGB' || family === '/DeviceGray' || (family === '/Indexed' && base === '/DeviceRGB');
}

function isTooLarge(value: PdfObjects['trailer'][string] | undefined): boolean {
  if (typeof value === 'number') return Math.abs(value) > 2 ** 31 - 1;
  return typeof value === 'string' && Buffer.byteLength(value) > (value.startsWith('/') ? 128 : 2 * 32_767);
}

function isEmptyBox(annotation: PdfDict): boolean {
  const [x0, y0, x1, y1] = asList(annotation['/Rect']).map(Number);
  return x0 === x1 && y0 === y1;
}

function outsideStreams({ text }: PdfObjects): string {
  return text.replace(/\nstream\n[\s\S]*?\nendstream/g, '');
}
