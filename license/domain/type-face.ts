// The face of a license type as data: which template draws it, its title and words, its sections and how each is set out.
// Drawing is license/pdf; a template version is never changed, a better one is a new version.
import { z } from 'zod';
import type { Refuse } from './check-type-fields.ts';
import { fieldName, label } from './type-field.ts';

const name = z.string().min(1).max(128);

/** Templates of the face that license/pdf knows: A4 upright and A4 across. */
export const FACE_TEMPLATES = ['a4-portrait', 'a4-landscape'] as const;
export type FaceTemplate = (typeof FACE_TEMPLATES)[number];

/** Sections that every license has; a type must not name a group so. */
export const BUILT_IN_SECTIONS = ['holders', 'validity'] as const;

const section = z.strictObject({
  /** A group of the type, or one of BUILT_IN_SECTIONS. */
  group: fieldName,
  /**
   * `rows`: a line for each item, its label at the left. `columns`: two items side by side where both are short. `table`:
   * labels above values, up to four beside each other. Several holders are always a table.
   */
  layout: z.enum(['rows', 'columns', 'table']).default('rows'),
  /** Whether the label of the group stands above it. */
  heading: z.boolean().default(false),
});

export const face = z.strictObject({
  template: z.enum(FACE_TEMPLATES),
  template_version: z.int().min(1).default(1),
  /** Printed as the title; the name of the type when left out. */
  title: name.optional(),
  title_en: name.optional(),
  /** What the law calls the holder and the code; 持证主体 and the name of the code type when left out. */
  holder_label: label.optional(),
  holder_label_en: label.optional(),
  holder_code_label: label.optional(),
  holder_code_label_en: label.optional(),
  /**
   * In the order of the face. Left out: all groups in the order of the type, as rows. A built-in section that is not named
   * stands first (holders) or last (validity).
   */
  sections: z.array(section).max(20).optional(),
  /** A sentence of the law or of the authority, printed under the fields. */
  statement: z.string().min(1).max(300).optional(),
});
export type TypeFace = z.infer<typeof face>;
export type FaceSection = z.infer<typeof section>;

type FacedType = { readonly groups: readonly { readonly name: string }[]; readonly face: TypeFace };

/** Calls `refuse` with a pointer into the document at the first fault of the face. */
export function checkTypeFace({ groups, face: { sections } }: FacedType, refuse: Refuse): void {
  const builtIn: readonly string[] = BUILT_IN_SECTIONS;
  const taken = groups.findIndex(({ name: group }) => builtIn.includes(group));
  if (taken >= 0) refuse('every face has a section of this name', `/groups/${taken}/name`);
  const seen = new Set<string>();
  for (const [index, { group }] of (sections ?? []).entries()) {
    const at = `/face/sections/${index}/group`;
    if (!builtIn.includes(group) && !groups.some(({ name: known }) => known === group)) {
      refuse('there is no such group', at);
    }
    if (seen.has(group)) refuse('the group stands there already', at);
    seen.add(group);
  }
}
