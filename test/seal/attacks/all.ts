// All attacks, in the order of docs/threat-model-seal.md.
import type { Attack } from './attack.ts';
import { CERTIFICATION } from './certification.ts';
import { CONTAINER } from './container.ts';
import { CRYPTOGRAPHY } from './cryptography.ts';
import { EVIDENCE } from './evidence.ts';
import { FORGERY } from './forgery.ts';
import { REVOCATION } from './revocation.ts';
import { SAVING } from './saving.ts';
import { CERTIFICATE, SEAL } from './seal.ts';
import { SHADOW } from './shadow.ts';
import { STRUCTURE } from './structure.ts';
import { TIME } from './time.ts';
import { WRAPPING } from './wrapping.ts';

export const ATTACKS: readonly Attack[] = [
  ...FORGERY,
  ...SAVING,
  ...WRAPPING,
  ...SHADOW,
  ...CERTIFICATION,
  ...STRUCTURE,
  ...CONTAINER,
  ...SEAL,
  ...CRYPTOGRAPHY,
  ...CERTIFICATE,
  ...REVOCATION,
  ...EVIDENCE,
  ...TIME,
];
