// The metadata of a license by the short names of GB/T 36903, written twice into its file: as XMP (readable without a PDF
// parser) and as the attachment metadata.xml. And read back: which identifier a file claims to bear.
// A claim is not a proof: the seal and the registry judge the file.
import { listMetadata, metadataText } from '../domain/license-metadata.ts';
import type { LicenseContent } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';

/** XML name space of the short names inside our files; our own, the standard fixes the names only. */
export const METADATA_NAMESPACE = 'urn:xinji:gb-t-36903#';

/** The attachment. */
export function metadataXml(type: LicenseType, license: LicenseContent): string {
  const rows = rowsOf(type, license).map(([name, value]) => `  <${name}>${escapeXml(value)}</${name}>`);
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return [head, `<metadata xmlns="${METADATA_NAMESPACE}">`, ...rows, '</metadata>', ''].join('\n');
}

/** The XMP packet, read-only and unpadded: a change of the file is a new revision. */
export function metadataXmp(type: LicenseType, license: LicenseContent): string {
  const at = license.createdAt.toISOString().replace(/\.\d+Z$/, 'Z');
  const rows = rowsOf(type, license).map(([name, value]) => `   <zz:${name}>${escapeXml(value)}</zz:${name}>`);
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(license.name)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>${escapeXml(license.issuingAuthority.name)}</rdf:li></rdf:Seq></dc:creator>
   <xmp:CreateDate>${at}</xmp:CreateDate>
   <xmp:ModifyDate>${at}</xmp:ModifyDate>
   <xmp:CreatorTool>Xinji</xmp:CreatorTool>
   <pdf:Producer>Xinji</pdf:Producer>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:zz="${METADATA_NAMESPACE}">
${rows.join('\n')}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
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

/** Short name -> text, in the order of GB/T 36903. */
function rowsOf(type: LicenseType, license: LicenseContent): readonly (readonly [string, string])[] {
  const record = { ...license, holders: [license.holder] };
  return listMetadata(type, record).map((entry) => [entry.name, metadataText(entry)]);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
