/**
 * What crosses between the thread of the transforms and whoever asks it. The modules in that thread are not Causeway's own,
 * so that what comes from it is read like anything else from outside.
 */
import { z } from 'zod';
import type { TransformAbout } from '../core/transforms/transforms.ts';

/** Characters of a request or an answer, as JSON: the bridge takes no larger body either. */
export const mostCharacters = 32 * 1024 * 1024;

export interface TransformFile {
  /** Its name in the folder. */
  file: string;
  /** Where it is loaded from. */
  url: string;
}

export interface TransformCall {
  file: string;
  step: 'request' | 'answer';
  json: string;
  about: TransformAbout;
}

/** A thread has one module at work at a time, so that no answer needs a number. */
export const fromThread = z.discriminatedUnion('kind', [
  /** This file is about to be loaded. */
  z.object({ kind: z.literal('loading'), file: z.string() }),
  z.object({
    kind: z.literal('ready'),
    loaded: z.array(z.object({ file: z.string(), request: z.boolean(), answer: z.boolean() })),
  }),
  z.object({ kind: z.literal('done'), json: z.string().max(mostCharacters) }),
  z.object({
    kind: z.literal('failed'),
    why: z.enum(['threw', 'nothing', 'not_json', 'too_large', 'no_exports']),
    /** Name and frames of what was thrown, without its message. */
    trace: z.string().max(20_000).optional(),
  }),
]);
export type FromThread = z.infer<typeof fromThread>;

/** In words, behind the name of the file. */
export const failureWords: Record<Extract<FromThread, { kind: 'failed' }>['why'], string> = {
  threw: 'threw an error, which the log has',
  nothing: 'gave nothing back: what it was given is to be returned, changed or not',
  not_json: 'gave back what is no JSON',
  too_large: `gave back more than ${mostCharacters / 1024 / 1024} million characters`,
  no_exports: 'exports no function named request or answer',
};
