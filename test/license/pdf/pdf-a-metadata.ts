// The rules of PDF/A for metadata: a readable packet, its claim, every name known or described, the same said in the document
// information.
import type { PdfARule, PdfObjects } from './pdf-objects.ts';

/** Name spaces that PDF/A knows without description. */
const KNOWN = new Set(['rdf', 'dc', 'xmp', 'pdf', 'pdfaid', 'pdfaExtension', 'pdfaSchema', 'pdfaProperty', 'x']);

export const metadataRules: readonly PdfARule[] = [
  {
    rule: 'metadata: a stream without filter, UTF-8, in a packet without the attributes bytes and encoding',
    find: (pdf) => {
      const dict = pdf.dict(pdf.catalog['/Metadata']);
      const xmp = packetOf(pdf);
      return [
        ...(dict['/Type'] === '/Metadata' && dict['/Subtype'] === '/XML' && !('/Filter' in dict) ? [] : ['/Metadata']),
        ...(/^<\?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"\?>/.test(xmp) ? [] : ['xpacket']),
        ...(/<\?xpacket end="[rw]"\?>$/.test(xmp) && !xmp.includes('\uFFFD') ? [] : ['UTF-8']),
      ];
    },
  },
  {
    rule: 'version and conformance: pdfaid says part 3, level B',
    find: (pdf) => {
      const xmp = packetOf(pdf);
      return [
        ...(/xmlns:pdfaid="http:\/\/www\.aiim\.org\/pdfa\/ns\/id\/"/.test(xmp) ? [] : ['name space']),
        ...(xmp.includes('<pdfaid:part>3</pdfaid:part>') ? [] : ['part']),
        ...(xmp.includes('<pdfaid:conformance>B</pdfaid:conformance>') ? [] : ['conformance']),
      ];
    },
  },
  {
    rule: 'extension schemas: every property of another name space is described by name, type, category and words',
    find: (pdf) => {
      const xmp = packetOf(pdf);
      const [, namespace = ''] = /<pdfaSchema:namespaceURI>([^<]+)</.exec(xmp) ?? [];
      const [, prefix = ''] = /<pdfaSchema:prefix>([^<]+)</.exec(xmp) ?? [];
      const described = new Set(
        [
          ...xmp.matchAll(
            /<pdfaProperty:name>([^<]+)<\/pdfaProperty:name>\s*<pdfaProperty:valueType>Text<\/pdfaProperty:valueType>\s*<pdfaProperty:category>(?:external|internal)<\/pdfaProperty:category>\s*<pdfaProperty:description>[^<]+</g,
          ),
        ].map(([, name]) => name),
      );
      const used = [...xmp.matchAll(/<([\w]+):(\w+)[\s>/]/g)].filter(([, one]) => !KNOWN.has(one ?? ''));
      return [
        ...(xmp.includes(`xmlns:${prefix}="${namespace}"`) ? [] : ['prefix']),
        ...used.flatMap(([, one, name]) => (one === prefix && described.has(name) ? [] : [`${one}:${name}`])),
      ];
    },
  },
  {
    rule: 'document information: title, author, programs and dates are those of the metadata',
    find: (pdf) => {
      const info = pdf.dict(pdf.trailer['/Info']);
      const xmp = packetOf(pdf);
      const date = (key: string): string =>
        String(info[key]).replace(/^u:D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
      const text = (key: string): string => String(info[key]).slice('u:'.length);
      return [
        ['/CreationDate', `<xmp:CreateDate>${date('/CreationDate')}</`],
        ['/ModDate', `<xmp:ModifyDate>${date('/ModDate')}</`],
        ['/Producer', `<pdf:Producer>${text('/Producer')}</`],
        ['/Creator', `<xmp:CreatorTool>${text('/Creator')}</`],
        ['/Title', `>${text('/Title')}</rdf:li></rdf:Alt></dc:title>`],
        ['/Author', `<rdf:li>${text('/Author')}</rdf:li></rdf:Seq></dc:creator>`],
      ].flatMap(([key = '', said = '']) => (xmp.includes(said) ? [] : [key]));
    },
  },
];

function packetOf(pdf: PdfObjects): string {
  return Buffer.from(pdf.stream(pdf.catalog['/Metadata']) ?? []).toString('utf8');
}
