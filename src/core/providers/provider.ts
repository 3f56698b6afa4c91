/** The contract between the engine and a model. */
import type { ClientOptions } from '../../protocol/clientOptions.ts';
import type { Citation, ContentBlock, StopReason, Usage } from '../../protocol/content.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { ContextReport, FilePlace } from '../../protocol/report.ts';

/** US dollars per million tokens. */
export interface Rates {
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
}

/** Rates with the day the table was read. */
export interface Price extends Rates {
  /** ISO date. */
  asOf: string;
  /** Rates of the whole request when its prompt has more tokens than `aboveTokens`. */
  longPrompt?: Rates & { aboveTokens: number };
}

export interface ModelInfo {
  provider: string;
  id: string;
  name: string;
  /** Tokens of input and output together. */
  window: number;
  maxOutput: number;
  images: boolean;
  pdfs: boolean;
  tools: boolean;
  thinking: boolean;
  /** It was trained for the memory tool. */
  memoryTool?: boolean;
  /** Tokens of this model for one token of the local counter, before anything was learned from responses. */
  tokenFactor: number;
  /** Absent when the price is unknown; unknown is never zero. */
  price?: Price;
}

/** Text of the workspace that the answer can cite; it is sent and never stored as a message. */
export interface QuotedPassage {
  type: 'passage';
  place: FilePlace;
  /** The lines of the place, word for word. */
  text: string;
}

/** A block as it is sent; `cache` asks for a prompt-cache breakpoint after it. */
export type RequestBlock = (ContentBlock | QuotedPassage) & { cache?: '5m' | '1h' };

export interface RequestMessage {
  role: 'user' | 'assistant';
  content: RequestBlock[];
}

export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON Schema of the input object. */
  inputSchema: Record<string, unknown>;
  /** A tool some models were trained for; where the provider has it, it is named instead of described. */
  native?: 'memory';
  /** Fields of a client's own definition that pass as they came. */
  more?: Record<string, unknown>;
}

export interface ProviderRequest {
  model: string;
  system: { text: string; cache?: '5m' | '1h' }[];
  messages: RequestMessage[];
  tools: ToolDefinition[];
  maxOutputTokens: number;
  thinking?: { budgetTokens: number } | 'adaptive';
  /** What the user typed in this turn, without context: offline answers search for it. */
  question: string;
  /** Set where a program asks that may read no file of the workspace: offline answers quote none then. */
  withoutFiles?: true;
  /** JSON Schema the whole answer must follow, for models that can be held to one. */
  outputSchema?: Record<string, unknown>;
  /** How often it is sent again when it fails; three times when absent. */
  retries?: number;
  /** Of a program's own request; then it alone says whether there is thinking. */
  client?: ClientOptions;
  /** It came from `Provider.leaving`, so that the user's transforms have seen it. */
  transformed?: true;
}

/** A request as it leaves. */
export interface Leaving {
  request: ProviderRequest;
  /** What the user's transforms changed in it; absent where nothing. */
  changes?: ContextReport['transformed'];
}

/** A picture by its address, of a program's own request; no session keeps one. */
export interface LinkedImage {
  type: 'linked_image';
  url: string;
}

/** A request as it is put into a wire. */
export interface WireRequest extends Omit<ProviderRequest, 'messages'> {
  messages: { role: RequestMessage['role']; content: (RequestBlock | LinkedImage)[] }[];
}

/** What of a request the other side kept from the model; then `usage` says nothing of the request's size. */
export interface LeftOut {
  label: string;
  /** 0 where it did not say. */
  tokens: number;
  reason: string;
}

/**
 * What a provider sends. The stream never throws: failure and abort are its last event.
 * The last event is exactly one of `stop`, `error` or `aborted`. Blocks count from 0 in the order they begin.
 */
export type ProviderEvent =
  | { type: 'start'; model: string; requestId?: string }
  | { type: 'text'; block: number; text: string }
  | { type: 'thinking'; block: number; text: string }
  | { type: 'thinking_signature'; block: number; signature: string }
  | { type: 'redacted_thinking'; block: number; data: string }
  | { type: 'citation'; block: number; citation: Citation }
  /** A whole tool call; providers assemble partial JSON before they send it. */
  | { type: 'tool_use'; block: number; id: string; name: string; input: Record<string, unknown> }
  | { type: 'usage'; usage: Usage }
  | { type: 'retrying'; attempt: number; delayMs: number; reason: string }
  | { type: 'stop'; stopReason: StopReason; usage: Usage; leftOut?: LeftOut[] }
  | { type: 'error'; error: ErrorInfo }
  | { type: 'aborted' };

export type Availability = { ready: true } | { ready: false; error: ErrorInfo };

export interface EmbeddingRequest {
  model: string;
  texts: readonly string[];
}
export interface EmbeddingAnswer {
  /** One for each text, in order. */
  vectors: number[][];
  /** As the server counts them; absent where it does not. */
  tokens?: number;
}

export interface Provider {
  /** Stable id, such as `anthropic` or `offline`. */
  readonly id: string;
  readonly name: string;
  /** Whether it sends anything off the machine; such providers are not used in Restricted Mode. */
  readonly remote: boolean;
  /** It is asked at an address of this machine. What answers there may pass on what it gets, so that secrets are masked. */
  readonly staysHere?: boolean;
  /** Used only where somebody named it: it never answers for want of another. */
  readonly onlyByName?: boolean;
  /** Names that are those of its own models, listed or not. */
  readonly ownNames?: RegExp;
  availability(): Promise<Availability>;
  /** Known models, the preferred one first; none where a provider has to be asked which it has, and was not. */
  models(): Promise<ModelInfo[]>;
  /** Brings `models` up to date. Never rejects: what was known before stays when the provider cannot be asked. */
  refreshModels?(signal: AbortSignal): Promise<void>;
  /** Limits for a model the list does not name, where the provider takes such. */
  unlistedModel?(id: string): ModelInfo;
  /** The exact count of a request's input tokens. Rejects when the provider cannot be asked. */
  countTokens?(request: ProviderRequest, signal: AbortSignal): Promise<number>;
  /** The directions of texts in the space of an embedding model, in order. Rejects when the provider cannot be asked. */
  embed?(request: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingAnswer>;
  /** The request's body as it would go over the wire, for people to look at. Pure. */
  wireBody?(request: WireRequest): Record<string, unknown>;
  /** Ids of models that turn texts into numbers, as far as they are known; absent where the provider has no such API. */
  embeddingModels?(): string[];
  /** What of a program's own options the model is not told, by their names in Anthropic's wire; all is told when absent. */
  unmet?(options: ClientOptions, model: string, hasTools: boolean): string[];
  /**
   * The request as it would leave after the user's transforms, for whoever must know before it is sent; `stream` asks them
   * itself otherwise. Absent where nothing leaves the machine. Throws `transform_failed`, `transforms_busy`,
   * `masking_failed`, and the reason of the signal as soon as it aborts.
   */
  leaving?(request: ProviderRequest, signal: AbortSignal): Promise<Leaving>;
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
}
