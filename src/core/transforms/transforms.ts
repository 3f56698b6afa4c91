/**
 * The port of the user's own modules that see and may change a request before it leaves, and an answer before it returns.
 * They fail closed: one may be there to keep something back, so that nothing leaves which it has not seen.
 */
import type { z } from 'zod';

/** In which form a request is seen: Anthropic's content blocks, a body of chat completions, or texts to be embedded. */
export type TransformForm = 'messages' | 'chat' | 'embeddings';

/** What a module is told beside the request or the answer. */
export interface TransformAbout {
  form: TransformForm;
  /** A request of Causeway's own, or one that a program makes itself through the relay. */
  from: 'session' | 'program';
  provider: string;
  /** The model's own name there. */
  model: string;
}

/** A part of an answer that may be changed; what a model thought is not among them, since it is signed. */
export type AnswerPart =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; name: string; input: Record<string, unknown> };

export interface Transformed<T> {
  value: T;
  /** Names of the files that changed it, in their order; none where it is as it was. */
  files: string[];
}

/** The modules as they lie in the folder now, loaded. */
export interface ActiveTransforms {
  /** Changes with the names and contents of the files. */
  readonly mark: string;
  /** One of them sees answers, so that a stream is held until it is whole. */
  readonly seesAnswers: boolean;
  /**
   * The value as all modules leave it, each result checked by the schema. Throws `transform_failed`, `transforms_busy`, and
   * the reason of the signal as soon as it aborts.
   */
  request<T>(
    value: T,
    schema: z.ZodType<T>,
    about: TransformAbout,
    signal?: AbortSignal,
  ): Promise<Transformed<T>>;
  /** As many parts, each of its kind. Throws as `request`. */
  answer(parts: AnswerPart[], about: TransformAbout, signal?: AbortSignal): Promise<AnswerPart[]>;
}

export interface Transforms {
  /**
   * Undefined when there are none: then nothing is read, copied or waited for. Throws `transform_failed` for modules that
   * cannot be loaded.
   */
  active(): ActiveTransforms | undefined | Promise<ActiveTransforms | undefined>;
  /** Of what was active last; empty where nothing was. */
  readonly mark: string;
}
