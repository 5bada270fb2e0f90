// The metadata of a license by the short names of GB/T 36903, written twice into its file: as XMP (readable without a PDF
// parser) and as the attachment metadata.xml. And read back: which identifier a file claims to bear. PDF/A wants names that it
// does not know described in an extension schema of the packet itself. A claim is not a proof: seal and registry judge.
import { type Annotation, listMetadata, METADATA_ELEMENTS, metadataText } from '../domain/license-metadata.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { FaceRecord } from './face-record.ts';

/** XML name space of the short names inside our files; our own, the standard fixes the names only. */
export const METADATA_NAMESPACE = 'urn:xinji:gb-t-36903#';

export type MetadataRow = readonly [name: string, text: string];

/** Short name and text, in the order of GB/T 36903; several values of one element are set apart by ^. */
export function listMetadataRows(type: LicenseType, license: FaceRecord, annotation?: Annotation): MetadataRow[] {
  return listMetadata(type, license, annotation).map((entry) => [entry.name, escapeXml(metadataText(entry))]);
}

/** The attachment. */
export function metadataXml(rows: readonly MetadataRow[]): string {
  const lines = rows.map(([name, text]) => `  <${name}>${text}</${name}>`);
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return [head, `<metadata xmlns="${METADATA_NAMESPACE}">`, ...lines, '</metadata>', ''].join('\n');
}

/** What the packets of all licenses of a type have in common. */
export type PacketFrame = { readonly head: string; readonly tail: string };

/** Made once for a type: the PDF/A claim, and the extension schema with every name that the type can have. */
export function makePacketFrame(type: LicenseType): PacketFrame {
  const names: MetadataRow[] = [
    ...[...METADATA_ELEMENTS.values()].map(({ name, label }): MetadataRow => [name, label]),
    ...type.fields.map(({ metadata_name: name, label }): MetadataRow => [name, escapeXml(label)]),
  ];
  const properties = names.map(
    ([name, label]) => `       <rdf:li rdf:parseType="Resource">
        <pdfaProperty:name>${name}</pdfaProperty:name>
        <pdfaProperty:valueType>Text</pdfaProperty:valueType>
        <pdfaProperty:category>external</pdfaProperty:category>
        <pdfaProperty:description>${label}</pdfaProperty:description>
       </rdf:li>`,
  );
  return {
    head: `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>3</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
   <pdfaExtension:schemas>
    <rdf:Bag>
     <rdf:li rdf:parseType="Resource">
      <pdfaSchema:schema>GB/T 36903</pdfaSchema:schema>
      <pdfaSchema:namespaceURI>${METADATA_NAMESPACE}</pdfaSchema:namespaceURI>
      <pdfaSchema:prefix>zz</pdfaSchema:prefix>
      <pdfaSchema:property>
       <rdf:Seq>
${properties.join('\n')}
       </rdf:Seq>
      </pdfaSchema:property>
     </rdf:li>
    </rdf:Bag>
   </pdfaExtension:schemas>
  </rdf:Description>
`,
    tail: ` </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`,
  };
}

/** The XMP packet, read-only and unpadded: a change of the file is a new revision. */
export function metadataXmp(frame: PacketFrame, license: FaceRecord, rows: readonly MetadataRow[], at: Date): string {
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
  return `${frame.head}  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(license.name)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>${escapeXml(license.issuingAuthority.name)}</rdf:li></rdf:Seq></dc:creator>
   <xmp:CreateDate>${time}</xmp:CreateDate>
   <xmp:ModifyDate>${time}</xmp:ModifyDate>
   <xmp:CreatorTool>Xinji</xmp:CreatorTool>
   <pdf:Producer>Xinji</pdf:Producer>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:zz="${METADATA_NAMESPACE}">
${rows.map(([name, text]) => `   <zz:${name}>${text}</zz:${name}>`).join('\n')}
  </rdf:Description>
${frame.tail}`;
}

/** The identifiers (ZZBS) that the XMP of a PDF names, each once, at most eight; the text is not judged here. */
export function findClaimedIdentifiers(pdf: Uint8Array): readonly string[] {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const found = new Set<string>();
  const opening = '<zz:ZZBS>';
  for (let at = bytes.indexOf(opening); at >= 0 && found.size < 8; at = bytes.indexOf(opening, at + 1)) {
    const start = at + opening.length;
    const text = bytes.toString('latin1', start, start + 160);
    const end = text.indexOf('</zz:ZZBS>');
    if (end > 0) found.add(text.slice(0, end));
  }
  return [...found];
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
