// What stands in /Contents of a signature: a CMS with or without a seal in it, a bare SES_Signature, or a form of others, by
// name. Not here: judging any of it.
import type { ReportStep, SignatureReport, SubIndication } from '../../common/contract/report.ts';
import { isTrustError } from '../../common/errors.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import {
  findAttribute,
  type ParsedSignedData,
  parseForeignSignedData,
  parseSignedData,
} from '../../common/pki/read-signed-data.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from '../domain/seal-attributes.ts';
import type { SealSignature } from '../ses/seal.ts';
import { decodeSignature } from '../ses/signature-codec.ts';

export type Container = {
  readonly kind: SignatureReport['container'];
  readonly cms: ParsedSignedData | null;
  readonly ses: SealSignature | null;
  readonly steps: readonly ReportStep[];
  /** Tolerances of reading a CMS. */
  readonly deviations?: readonly string[];
};

const ISO = 'ISO 32000';
const SES = 'GB/T 38540-2020';

export const NO_CONTAINER = { kind: 'unknown', cms: null, ses: null, steps: [] } as const;

/** /Contents is a CMS with or without a seal in it, or, as some vendors write it, a bare SES_Signature. */
export function openContainer(contents: Uint8Array): Container {
  const cms = attempt(() => parseSignedData(contents));
  if (typeof cms === 'string') {
    const ses = attempt(() => decodeSignature(contents));
    if (typeof ses !== 'string')
      return { kind: 'ses', cms: null, ses, steps: [passedStep('container', ISO, 'A bare SES_Signature.')] };
    return openForeignContainer(contents, cms);
  }
  const value = attempt(() => findAttribute(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE));
  if (value === null)
    return { kind: 'cms', cms, ses: null, steps: [passedStep('container', 'RFC 5652', 'CMS SignedData.')] };
  const ses = typeof value === 'string' ? value : attempt(() => decodeSignature(value));
  if (typeof ses === 'string') {
    return {
      kind: 'cms',
      cms,
      ses: null,
      steps: [failedStep('signature-format', SES, `The seal cannot be read: ${ses}.`, 'FORMAT_FAILURE')],
    };
  }
  return {
    kind: 'dual',
    cms,
    ses,
    steps: [passedStep('container', 'RFC 5652', 'CMS SignedData with a SES_Signature in it.')],
  };
}

/** What strict reading refuses may still be what others write: read with tolerances, each said, unless a seal is in it. */
function openForeignContainer(contents: Uint8Array, fault: string): Container {
  const fail = (found: string, sub: SubIndication): Container => ({
    ...NO_CONTAINER,
    steps: [failedStep('container', 'RFC 5652', found, sub)],
  });
  const found = attempt(() => parseForeignSignedData(contents));
  if (typeof found === 'string') return fail(`Neither CMS nor SES_Signature: ${fault}.`, 'FORMAT_FAILURE');
  if ('unjudged' in found) return fail(`Not judged here: ${found.unjudged}.`, 'GENERIC');
  const { cms, deviations } = found;
  if (hasSealAttributes(cms)) return fail(`The CMS around the seal is malformed: ${fault}.`, 'FORMAT_FAILURE');
  const steps = [passedStep('container', 'RFC 5652', `CMS SignedData, read with tolerance: ${deviations.join('; ')}.`)];
  return { kind: 'cms', cms, ses: null, steps, deviations };
}

const hasSealAttributes = ({ signedAttributes, unsignedAttributes }: ParsedSignedData): boolean =>
  signedAttributes.some(({ oid }) => oid === SEAL_DIGEST_ATTRIBUTE) ||
  unsignedAttributes.some(({ oid }) => oid === SES_SIGNATURE_ATTRIBUTE);

/** Forms that are known by name and not judged leave the question open. */
const UNJUDGED_FORMS: readonly string[] = ['adbe.x509.rsa_sha1'];
const JUDGED_FORMS: readonly string[] = [
  'adbe.pkcs7.detached',
  'adbe.pkcs7.sha1',
  'ETSI.CAdES.detached',
  'ETSI.RFC3161',
  'GM.sm2seal',
];

export function knownForm(container: Container, subFilter: string | null): Container {
  if (subFilter === null || JUDGED_FORMS.includes(subFilter)) return container;
  if (container.kind !== 'unknown' && !UNJUDGED_FORMS.includes(subFilter)) return container;
  const found = `Not judged here: signatures of the form ${subFilter.slice(0, 80)}.`;
  return { ...NO_CONTAINER, steps: [failedStep('container', ISO, found, 'GENERIC')] };
}

/** The value, or the sentence of the problem. */
export function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (isTrustError(error)) return error.message;
    throw error;
  }
}
