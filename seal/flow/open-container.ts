// What is in /Contents: CMS with or without a seal in it, or a bare SES_Signature; and whether it is what the names in the
// signature dictionary say. Reading only: nothing is verified here.
import type { ReportStep, SignatureReport, SubIndication } from '../../common/contract/report.ts';
import { isTrustError } from '../../common/errors.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import {
  findAttribute,
  type ParsedSignedData,
  parseForeignSignedData,
  parseSignedData,
} from '../../common/pki/read-signed-data.ts';
import type { Attribute } from '../../common/pki/signed-data.ts';
import { type ContainerSettings, formOf } from '../domain/container.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE, type SealAttributes } from '../domain/seal-attributes.ts';
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

/** Reads the DER of /Contents under a /SubFilter; null where there is no dictionary, as for detached signatures. */
export function openContainer(contents: Uint8Array, subFilter: string | null, settings: ContainerSettings): Container {
  const form = subFilter === null ? undefined : formOf(subFilter, settings);
  if (form === null) {
    const found = `Not judged here: signatures of the form ${subFilter!.slice(0, 80)}.`;
    return { ...NO_CONTAINER, steps: [failedStep('container', ISO, found, 'GENERIC')] };
  }
  const opened = readContainer(contents, settings.attributes);
  const isSes = opened.kind === 'ses';
  if (form === undefined || opened.kind === 'unknown' || isSes === (form === 'ses')) return opened;
  const [named, carried] = isSes ? ['a CMS', 'a bare SES_Signature'] : ['a SES_Signature', 'a CMS'];
  const found = `The dictionary names ${named} (${subFilter}), /Contents is ${carried}.`;
  return { ...opened, steps: [failedStep('container', ISO, found, 'FORMAT_FAILURE')] };
}

function readContainer(contents: Uint8Array, attributes: SealAttributes): Container {
  const cms = attempt(() => parseSignedData(contents));
  if (typeof cms === 'string') {
    const ses = attempt(() => decodeSignature(contents));
    if (typeof ses !== 'string')
      return { kind: 'ses', cms: null, ses, steps: [passedStep('container', ISO, 'A bare SES_Signature.')] };
    return readForeignContainer(contents, cms, attributes);
  }
  const value = attempt(() => findEither(cms.unsignedAttributes, SES_SIGNATURE_ATTRIBUTE, attributes.sesSignature));
  if (value === null)
    return { kind: 'cms', cms, ses: null, steps: [passedStep('container', 'RFC 5652', 'CMS SignedData.')] };
  const ses = typeof value === 'string' ? value : attempt(() => decodeSignature(value));
  if (typeof ses === 'string') {
    const found = `The seal cannot be read: ${ses}.`;
    return { kind: 'cms', cms, ses: null, steps: [failedStep('signature-format', SES, found, 'FORMAT_FAILURE')] };
  }
  const steps = [passedStep('container', 'RFC 5652', 'CMS SignedData with a SES_Signature in it.')];
  return { kind: 'dual', cms, ses, steps };
}

/** What strict reading refuses may still be what others write: read with tolerances, each said, unless a seal is in it. */
function readForeignContainer(contents: Uint8Array, fault: string, attributes: SealAttributes): Container {
  const fail = (found: string, sub: SubIndication): Container => ({
    ...NO_CONTAINER,
    steps: [failedStep('container', 'RFC 5652', found, sub)],
  });
  const found = attempt(() => parseForeignSignedData(contents));
  if (typeof found === 'string') return fail(`Neither CMS nor SES_Signature: ${fault}.`, 'FORMAT_FAILURE');
  if ('unjudged' in found) return fail(`Not judged here: ${found.unjudged}.`, 'GENERIC');
  const { cms, deviations } = found;
  if (hasSealAttributes(cms, attributes))
    return fail(`The CMS around the seal is malformed: ${fault}.`, 'FORMAT_FAILURE');
  const steps = [passedStep('container', 'RFC 5652', `CMS SignedData, read with tolerance: ${deviations.join('; ')}.`)];
  return { kind: 'cms', cms, ses: null, steps, deviations };
}

const hasSealAttributes = (cms: ParsedSignedData, { sealDigest, sesSignature }: SealAttributes): boolean =>
  cms.signedAttributes.some(({ oid }) => oid === SEAL_DIGEST_ATTRIBUTE || oid === sealDigest) ||
  cms.unsignedAttributes.some(({ oid }) => oid === SES_SIGNATURE_ATTRIBUTE || oid === sesSignature);

/** The signed digest of the seal; the sentence of the problem where it cannot be read, null where there is none. */
export function findSealDigest(cms: ParsedSignedData, { sealDigest }: SealAttributes): Uint8Array | string | null {
  return attempt(() => findEither(cms.signedAttributes, SEAL_DIGEST_ATTRIBUTE, sealDigest));
}

/** Under the identifier of this house, which is always understood, or under the one that was set; never under both. */
function findEither(attributes: readonly Attribute[], own: string, set: string): Uint8Array | string | null {
  const found = [...new Set([own, set])].flatMap((oid) => findAttribute(attributes, oid) ?? []);
  return found.length > 1 ? 'two attributes say the same' : (found[0] ?? null);
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
