// How a sealing stands in a PDF: which structure is in /Contents, under which names, with which attributes.
// No norm fixes the names of a SES_Signature in PDF; the defaults are what readers in use know, and a setting changes them.
// Not here: making (seal/flow/make-container.ts) and judging.
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE, type SealAttributes } from './seal-attributes.ts';

/** dual: CMS with a SES_Signature in it; ses: a bare SES_Signature; cms: plain CMS, which carries no seal. */
export const CONTAINER_MODES = ['dual', 'ses', 'cms'] as const;
export type ContainerMode = (typeof CONTAINER_MODES)[number];

/** /Filter and /SubFilter of a signature dictionary. */
export type ContainerNames = { readonly filter: string; readonly subFilter: string };

export type ContainerSettings = {
  /** Of `dual` and `cms`. */
  readonly cms: ContainerNames;
  readonly ses: ContainerNames;
  /** Under which `dual` carries the seal. */
  readonly attributes: SealAttributes;
};

export const DEFAULT_CONTAINERS: ContainerSettings = {
  cms: { filter: 'Adobe.PPKLite', subFilter: 'ETSI.CAdES.detached' },
  ses: { filter: 'Gomain.GMPkiLite', subFilter: 'GM.sm2seal' },
  attributes: { sealDigest: SEAL_DIGEST_ATTRIBUTE, sesSignature: SES_SIGNATURE_ATTRIBUTE },
};

/** The names that a mode writes. */
export function namesOf({ cms, ses }: ContainerSettings, mode: ContainerMode): ContainerNames {
  return mode === 'ses' ? ses : cms;
}

/** `FILTER/SUBFILTER`; an Error with what is expected otherwise. */
export function parseContainerNames(text: string): ContainerNames {
  const [, filter, subFilter] = /^([A-Za-z0-9.]{1,60})\/([A-Za-z0-9.]{1,60})$/.exec(text) ?? [];
  if (!filter || !subFilter) throw new Error('expected FILTER/SUBFILTER of letters, digits and dots');
  return { filter, subFilter };
}

/** `OID,OID`: of the digest of the seal, and of the SES_Signature. An Error with what is expected otherwise. */
export function parseSealAttributes(text: string): SealAttributes {
  const [sealDigest, sesSignature, ...rest] = text.split(',').map((oid) => oid.trim());
  const isOid = (oid = ''): boolean => /^[0-2](\.(0|[1-9]\d{0,38})){2,20}$/.test(oid);
  if (!sealDigest || !sesSignature || rest.length > 0 || !isOid(sealDigest) || !isOid(sesSignature))
    throw new Error('expected two object identifiers with a comma between them');
  // RFC 5652 and its family: an attribute that means something else already.
  if ([sealDigest, sesSignature].some((oid) => oid.startsWith('1.2.840.113549.1.9.')))
    throw new Error('expected identifiers of your own, not those of PKCS#9');
  if (sealDigest === sesSignature) throw new Error('expected two different object identifiers');
  return { sealDigest, sesSignature };
}

/** What stands under a /SubFilter. */
export type KnownForm = 'cms' | 'ses' | 'time-stamp';

const KNOWN_FORMS: Readonly<Record<string, KnownForm>> = {
  'adbe.pkcs7.detached': 'cms',
  'adbe.pkcs7.sha1': 'cms',
  'ETSI.CAdES.detached': 'cms',
  'GM.SM2': 'cms',
  'GM.sm2seal': 'ses',
  'ETSI.RFC3161': 'time-stamp',
};

/** The form behind a /SubFilter: those known by name, and those of the setting; null for any other. */
export function formOf(subFilter: string, settings: ContainerSettings): KnownForm | null {
  if (Object.hasOwn(KNOWN_FORMS, subFilter)) return KNOWN_FORMS[subFilter]!;
  if (subFilter === settings.cms.subFilter) return 'cms';
  return subFilter === settings.ses.subFilter ? 'ses' : null;
}
