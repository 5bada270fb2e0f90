// What a route tells OpenAPI about itself. Schemas are the zod contracts that the handler parses with, so the document
// cannot drift from the behaviour.
import type { z } from 'zod';
import type { ProblemCode } from '../errors.ts';

/** A JSON body by its contract, a form by its parts, or bytes of a media type. */
export type Content =
  | {
      readonly type?: 'application/json';
      readonly schema: z.ZodType;
      readonly parts?: undefined;
      readonly example?: unknown;
    }
  | FormContent
  | {
      readonly type: string;
      readonly schema?: undefined;
      readonly parts?: undefined;
      readonly description?: string;
      readonly example?: string;
    };

/** multipart/form-data: every part is required, in this order. */
export type FormContent = {
  readonly type: 'multipart/form-data';
  readonly schema?: undefined;
  readonly description?: string;
  readonly parts: Readonly<Record<string, FormPart>>;
  readonly example?: undefined;
};

/** JSON by its contract, or bytes of a media type. */
export type FormPart =
  | {
      readonly type?: 'application/json';
      readonly schema: z.ZodType;
      readonly description: string;
      readonly example?: unknown;
    }
  | { readonly type: string; readonly schema?: undefined; readonly description: string; readonly example?: undefined };

export type OperationAnswer = {
  readonly description: string;
  /** Several when the caller chooses by what it sends. */
  readonly content?: Content | readonly Content[];
  readonly headers?: Readonly<Record<string, string>>;
};

export type Operation = {
  /** Stable, camelCase, unique in the room. */
  readonly id: string;
  readonly summary: string;
  readonly summaryZh: string;
  /** One or two sentences: what happens, and what repeats do. */
  readonly description?: string;
  readonly tag: string;
  readonly params?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  /** Headers that a caller may send: name and description. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Content | readonly Content[];
  /** True: the header Idempotency-Key is required. */
  readonly idempotent?: boolean;
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Codes of this operation's own; those of bodies, tokens and scopes are added by themselves. */
  readonly problems?: readonly ProblemCode[];
};
