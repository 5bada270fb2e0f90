// The update that adds validation data to a document (DSS, ISO 32000-2): what is there already stays and is not repeated.
// The evidence is compressed where that is shorter. Readers that know no DSS skip it.
import { deflateSync } from 'node:zlib';
import { TrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { IncrementalUpdate } from './incremental-update.ts';
import { serialize } from './serialize.ts';
import {
  EVIDENCE_KINDS,
  type EvidenceKind,
  placeKey,
  readValidationData,
  type ValidationData,
} from './validation-data.ts';
import { array, dict, isDict, isRef, name, type PdfDict, type PdfRef, type PdfValue, withEntries } from './value.ts';

/** What belongs to one signature; the key is the SHA-1 of its /Contents, 40 upper-case hexadecimal digits. */
export type SignatureEvidence = { readonly key: string; readonly evidence: ValidationData };

const OF_STORE = { certificates: 'Certs', crls: 'CRLs', ocspResponses: 'OCSPs' } as const;
const OF_SIGNATURE = { certificates: 'Cert', crls: 'CRL', ocspResponses: 'OCSP' } as const;

/**
 * The appended bytes; null when the document holds all of it already. `pdf-broken` where the document has a DSS that holds
 * something else.
 */
export function makeValidationDataUpdate(
  document: PdfDocument,
  signatures: readonly SignatureEvidence[],
): Uint8Array<ArrayBuffer> | null {
  const present = readValidationData(document);
  if (present?.fault)
    throw new TrustError('pdf-broken', `The document has a DSS that cannot be added to: ${present.fault}`);
  const update = new IncrementalUpdate(document);
  const places = new Map(present?.places ?? []);
  const place = (kind: EvidenceKind, der: Uint8Array): PdfRef => {
    const key = placeKey(kind, der);
    const found = places.get(key) ?? writeEvidence(update, der);
    places.set(key, found);
    return found;
  };
  const entry = document.catalogue.map.get('DSS');
  const old = document.resolve(entry);
  const store = isDict(old) ? old : dict([['Type', name('DSS')]]);
  const grown = growStore(document, store, signatures, place);
  if (serialize(grown) === serialize(store)) return null;
  if (isRef(entry) && isDict(old)) update.write(entry, grown);
  else {
    const own = update.reserve();
    update.write(own, grown);
    update.write(document.root, withEntries(document.catalogue, { DSS: own }));
  }
  return update.finish();
}

function growStore(
  document: PdfDocument,
  store: PdfDict,
  signatures: readonly SignatureEvidence[],
  place: (kind: EvidenceKind, der: Uint8Array) => PdfRef,
): PdfDict {
  const changes: Record<string, PdfValue> = {};
  const vri = new Map(dictOrEmpty(document, store.map.get('VRI')).map);
  for (const { key, evidence } of signatures) {
    const entry = dictOrEmpty(document, vri.get(key));
    const lists: Record<string, PdfValue> = {};
    for (const kind of EVIDENCE_KINDS) {
      const refs = evidence[kind].map((der) => place(kind, der));
      const [ofStore, ofSignature] = [OF_STORE[kind], OF_SIGNATURE[kind]];
      const all = addedTo(document, changes[ofStore] ?? store.map.get(ofStore), refs);
      if (all) changes[ofStore] = all;
      const own = addedTo(document, entry.map.get(ofSignature), refs);
      if (own) lists[ofSignature] = own;
    }
    if (Object.keys(lists).length > 0) vri.set(key, withEntries(entry, lists));
  }
  const known = dictOrEmpty(document, store.map.get('VRI'));
  const grown = dict(vri);
  if (serialize(grown) !== serialize(known)) changes['VRI'] = grown;
  return withEntries(store, changes);
}

/** The array with the references that it lacks, or null where it lacks none. */
function addedTo(document: PdfDocument, value: PdfValue | undefined, refs: readonly PdfRef[]): PdfValue | null {
  const items = itemsOf(document, value, 'a list of the DSS');
  const present = new Set(items.map(serialize));
  const lacking = [...new Map(refs.map((ref) => [serialize(ref), ref])).values()].filter(
    (ref) => !present.has(serialize(ref)),
  );
  return lacking.length === 0 ? null : array([...items, ...lacking]);
}

function dictOrEmpty(document: PdfDocument, value: PdfValue | undefined): PdfDict {
  const found = document.resolve(value);
  return isDict(found) ? found : dict([]);
}

function writeEvidence(update: IncrementalUpdate, der: Uint8Array): PdfRef {
  const reference = update.reserve();
  const packed = deflateSync(der, { level: 9 });
  const isShorter = packed.length + 20 < der.length;
  const header = dict(isShorter ? [['Filter', name('FlateDecode')]] : []);
  update.writeStream(reference, { header, stream: isShorter ? packed : der });
  return reference;
}
