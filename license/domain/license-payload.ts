// The content of a version as it lies in a box: JSON, times as RFC 3339.
import { utf8 } from '../../common/bytes.ts';
import type { LicenseContent } from './license-record.ts';

export function encodeContent(content: LicenseContent): Uint8Array {
  return utf8(JSON.stringify(content));
}

/** For bytes that came out of a box of ours. */
export function decodeContent(bytes: Uint8Array): LicenseContent {
  const content = JSON.parse(new TextDecoder().decode(bytes)) as Omit<LicenseContent, 'createdAt'> & {
    createdAt: string;
  };
  return { ...content, createdAt: new Date(content.createdAt) };
}
