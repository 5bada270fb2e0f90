// RFC 9457 problem document, as every room sends it.
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../errors.ts';

export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const problemDocument = z.strictObject({
  type: z.string().meta({ description: 'urn:xinji:problem:CODE', example: 'urn:xinji:problem:invalid-request' }),
  title: z.string(),
  title_zh: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: 'What was found and what was expected' }),
  code: z.enum(PROBLEM_CODES),
  hint: z.string().meta({ description: 'What to do now' }),
  pointer: z.string().optional().meta({ description: 'RFC 6901 pointer into the request' }),
  successor: z.string().optional().meta({ description: 'What has taken the place of what was asked for' }),
  instance: z.string().meta({ description: 'Request id, to be told to the operator' }),
});
export type ProblemDocument = z.infer<typeof problemDocument>;
