// What the issuing authority is told when it opens a license that it issued, named as its holder reads it afterwards.
import { ALL_ELEMENTS } from './shared-elements.ts';

/** The versions that it had, with their dates. */
export const VERSIONS_PART = 'versions';
/** What happened to it, and who read it. */
export const RECORD_PART = 'record';

export const AUTHORITY_READS = {
  /** A line among others. */
  found: { kind: 'read', fields: ['license_number', 'holder_name', 'validity'] },
  license: { kind: 'read', fields: [ALL_ELEMENTS] },
  versions: { kind: 'read', fields: [VERSIONS_PART] },
  record: { kind: 'read', fields: [RECORD_PART] },
  /** The page of the desk. */
  page: { kind: 'read', fields: [ALL_ELEMENTS, VERSIONS_PART, RECORD_PART] },
  file: { kind: 'file-read', fields: [] },
} as const;
export type AuthorityRead = keyof typeof AUTHORITY_READS;
