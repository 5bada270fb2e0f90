// What only the seal signature of GM/T 0031-2014 (V1) has: certificate and algorithm inside TBS_Sign, and timeInfo, a BIT
// STRING with a time text or a time-stamp token. Texts and types that real files use instead are read and reported.
// Not here: judging the token; only its genTime is read.
import { type DerNode, TAG } from '../../common/asn1/der.ts';
import {
  readBitString,
  readExplicit,
  readInteger,
  readOctetString,
  readOid,
  readSequence,
  readTime,
} from '../../common/asn1/der-read.ts';
import { derTlv } from '../../common/asn1/der-write.ts';
import { TrustError } from '../../common/errors.ts';
import type { V1Form } from './seal.ts';
import { parseSes } from './ses-parts.ts';

export type TimeInfoV1 = { readonly time: Date; readonly isToken: boolean; readonly deviations: readonly string[] };

/** The number of a V1 TBS_Sign, which is free, and its timeInfo. */
export function readFormV1(
  version: DerNode,
  timeInfo: DerNode,
): { readonly v1: V1Form; readonly time: Date; readonly deviations: readonly string[] } {
  const { time, isToken, deviations } = readTimeInfo(timeInfo);
  return { v1: { version: readInteger(version), timeInfoRaw: timeInfo.raw, isToken }, time, deviations };
}

function readTimeInfo(node: DerNode): TimeInfoV1 {
  if (node.tag === TAG.generalizedTime || node.tag === TAG.utcTime) {
    const deviations = ['timeInfo is a time of its own type instead of a BIT STRING with a text.'];
    return { time: readTime(node), isToken: false, deviations };
  }
  const isOctets = node.tag === TAG.octetString;
  const bytes = isOctets ? readOctetString(node) : readBitString(node);
  const swapped = isOctets ? ['timeInfo is an OCTET STRING instead of a BIT STRING.'] : [];
  if (bytes[0] === TAG.sequence) return { time: readTokenTime(bytes), isToken: true, deviations: swapped };
  const { time, deviations } = readTimeText(Buffer.from(bytes).toString('latin1'), node.offset);
  return { time, isToken: false, deviations: [...swapped, ...deviations] };
}

/** genTime of a TimeStampToken (RFC 3161): ContentInfo, SignedData, encapContentInfo, TSTInfo. */
function readTokenTime(token: Uint8Array): Date {
  const [, content] = readSequence(parseSes(token), 2, 2);
  const encapsulated = readSequence(readExplicit(content!, 0), 4, 6)[2]!;
  const [type, inner] = readSequence(encapsulated, 2, 2);
  const found = readOid(type!);
  if (found !== '1.2.840.113549.1.9.16.1.4')
    throw new TrustError('seal-malformed', `timeInfo is a CMS of ${found}, not a time-stamp token`);
  return readTime(readSequence(parseSes(readOctetString(readExplicit(inner!, 0))), 5, 10)[4]!);
}

const CHINA = '+08:00';

function readTimeText(text: string, offset: number): { readonly time: Date; readonly deviations: readonly string[] } {
  const asDer = (tag: number) => readTime(parseSes(derTlv(tag, Buffer.from(text, 'latin1'))));
  if (/^\d{12}Z$/.test(text)) return { time: asDer(TAG.utcTime), deviations: [] };
  if (/^\d{14}(\.\d{1,3})?Z$/.test(text)) return { time: asDer(TAG.generalizedTime), deviations: [] };
  const said = `timeInfo is the text "${text.slice(0, 40)}"`;
  const [, day, clock, zone] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)(Z?)$/.exec(text) ?? [];
  const time = new Date(`${day}T${clock}${zone || CHINA}`);
  if (!day || Number.isNaN(time.getTime()))
    throw new TrustError('seal-malformed', `offset ${offset}: timeInfo is neither a known time text nor a token`);
  if (zone) return { time, deviations: [`${said}, not in ASN.1 form.`] };
  return { time, deviations: [`${said} without a time zone; it is read as China Standard Time.`] };
}
