/**
 * The port through which a program's own calls of a model pass: a request is relayed as it is, and nothing of it is
 * remembered but who called, what it cost and how it ended.
 */
import type { Event } from '../base/emitter.ts';
import type { Usage } from '../protocol/content.ts';
import type { Door } from '../protocol/entries.ts';
import type { Limited } from './limits/limiter.ts';
import type { RequestSize } from './limits/requestSize.ts';
import type { CallHold } from './limits/spending.ts';
import type { Price } from './providers/provider.ts';
import type { ActiveTransforms, AnswerPart, TransformAbout, TransformForm } from './transforms/transforms.ts';

export { type RelayRefusal, repeatAfterMs } from './relay/repeat.ts';
export type { AnswerPart, TransformForm };

/** Who asks: the user's own command line, or a client that was let in. */
export type RelayPrincipal = { kind: 'owner' } | { kind: 'client'; client: Limited };

export const relayWires = ['anthropic', 'openai'] as const;
export const relayOperations = ['messages', 'count_tokens', 'models', 'embeddings'] as const;
export type RelayWire = (typeof relayWires)[number];
export type RelayOperation = (typeof relayOperations)[number];

/** What is asked of a model: by a program itself, or for a turn, a frame, the title or the recall of a session. */
export const callOperations = [...relayOperations, 'turn', 'frame', 'title', 'recall'] as const;
export type CallOperation = (typeof callOperations)[number];
/** A model as the log of calls names it: Claude's as its API does, others with their provider. */
export const loggedModel = (provider: string, model: string): string =>
  provider === 'anthropic' ? model : `${provider}/${model}`;

/** A model of another server than Claude's API, as far as a call of it needs to know it. */
export interface RelayServer {
  /** The server's id in the settings. */
  provider: string;
  /** The model's own name there. */
  id: string;
  window: number;
  maxOutput: number;
  /** Absent when it is not known. */
  price?: Price;
}

/** What is about to be sent. */
export interface RelayRequest {
  wire: RelayWire;
  operation: RelayOperation;
  /** As the request names it; absent where it names none. */
  model?: string;
  /** Where it goes, for what does not go to Claude's API. */
  server?: RelayServer | undefined;
  /** What it can take; asked for only where a limit wants to know. */
  size(): RequestSize;
  /** Ceiling of the answer in tokens; absent where the request names none. */
  maxTokens?: number;
}

/** Where a request may go, and with what. The key is for one request and is not to be kept. */
export interface RelayGrant {
  /** `http` or `https`, as the settings have it; no request can change it. */
  baseUrl: string;
  /** Undefined for a server that needs none. */
  key: string | undefined;
  limits: RelayLimits;
  /** Goes back with the call when it is over. */
  hold?: CallHold;
  /** What is said is told with the call, for the user wants it kept. */
  bodies?: boolean;
}

export interface RelayLimits {
  /** Longest wait for the head of an answer, in ms. */
  headMs: number;
  /** Longest silence within an answer, in ms. */
  idleMs: number;
}

export const relayOutcomes = [
  /** The answer came whole. */
  'done',
  /** Upstream answered with an error. */
  'refused',
  /** No answer could be had, or it ended in an error within its stream. */
  'failed',
  /** The stream ended without its last event. */
  'truncated',
  /** Nothing came for too long. */
  'stalled',
  /** The client went away or was revoked. */
  'aborted',
] as const;
export type RelayOutcome = (typeof relayOutcomes)[number];

/** One call, as it was relayed. It holds nothing of what was said. */
export interface RelayedCall {
  /** When it began; ms since the epoch. */
  at: number;
  principal: RelayPrincipal;
  wire: RelayWire;
  operation: RelayOperation;
  model: string | undefined;
  /** Which server was asked; absent for Claude's API. */
  server?: RelayServer | undefined;
  stream: boolean;
  /** Status the client was answered with; 0 when it went away before. */
  status: number;
  outcome: RelayOutcome;
  /** Tokens as upstream counted them; absent when it did not say. */
  usage: Usage | undefined;
  /** Until the first byte of the answer, in ms; absent when none came. */
  firstByteMs: number | undefined;
  /** Until the first word of a stream, in ms; absent where there was none, and for an answer that came whole. */
  firstTokenMs?: number | undefined;
  totalMs: number;
  /** Upstream's own id of the request. */
  requestId: string | undefined;
  /** It got to upstream, which may bill it. */
  reached: boolean;
  /** It was sent again after an attempt that broke off, which upstream may bill as well. */
  unsure?: boolean;
  hold: CallHold | undefined;
  /** What was said, where the grant asked for it. */
  bodies?: SaidBodies;
  /** `hit` for an answer that was kept from an earlier call: nothing was asked of a model. */
  cache?: 'hit';
}

/** A call as it is kept. */
export interface LoggedCall {
  at: number;
  /** `owner`, or the id of a client. */
  client: string;
  /** How it came in: by a wire of models, or by the door of its turn. */
  wire: RelayWire | Door;
  operation: CallOperation;
  /** Who was asked, such as `anthropic`; absent in what was kept before this was told. */
  provider?: string;
  /** The session it is for; absent for a plain call. */
  session?: string;
  /** Empty when the request named none. */
  model: string;
  stream: boolean;
  status: number;
  outcome: RelayOutcome;
  usage?: Usage;
  /** US dollars; absent when the price of the model is not known, which is not the same as free. */
  cost?: number;
  /** Places in the request where a placeholder stands for a secret or for personal data; absent where none was looked for. */
  masked?: number;
  /** `hit` for an answer that was kept from an earlier call: nothing was asked of a model. */
  cache?: 'hit';
  /** Code of the error it ended with, where that is one of Causeway's. */
  error?: string;
  firstByteMs?: number;
  firstTokenMs?: number;
  totalMs: number;
  requestId?: string;
  /** What was said, while the user has switched that on. */
  bodies?: CallBodies;
}

/** Longest body of a call that is kept, in characters; what comes after is cut off. */
export const longestBody = 64 * 1024;
/**
 * Collected of a body, in bytes: half as much again, so that a secret across the place where it is cut is whole when
 * secrets are looked for.
 */
export const longestSaid = longestBody + 32 * 1024;

/** What was said in a call, as it was and with its secrets. */
export interface Said {
  /** At most `longestSaid`. */
  text: string;
  /** More was said than was collected. */
  more: boolean;
}

export interface SaidBodies {
  request: Said;
  answer: Said;
}

/** As text with its secrets masked, each cut where it is too long to be kept. */
export interface CallBodies {
  request: string;
  answer: string;
}

/** A call as it is read from the log. Numbers grow with time. */
export interface KeptCall extends Omit<LoggedCall, 'bodies'> {
  id: number;
  /** What was said is kept too. */
  hasBodies: boolean;
}

export const usageGroups = ['client', 'model', 'session', 'day'] as const;
export type UsageGroup = (typeof usageGroups)[number];

export interface UsageQuery {
  by: UsageGroup[];
  /** From this moment on, ms since the epoch. */
  from: number;
  /** Before this moment. */
  to: number;
  /** Number of the last call that counts, where what comes later is told otherwise. */
  upTo?: number;
}

/** Sums of the calls that have these in common. */
export interface UsageRow {
  client?: string;
  model?: string;
  /** Empty for plain calls. */
  session?: string;
  /** `YYYY-MM-DD`, UTC. */
  day?: string;
  calls: number;
  /** Calls that did not end as `done`. */
  failures: number;
  usage: Required<Usage>;
  /** US dollars of the calls whose price is known. */
  cost: number;
  /** Calls that have tokens and no known price, so that `cost` leaves them out. */
  unpriced: number;
}

/** Where calls are kept. */
export interface CallLog {
  add(calls: readonly LoggedCall[]): Promise<void>;
  usage(query: UsageQuery): Promise<UsageRow[]>;
  /** Sums over stretches of time, oldest first; a stretch without calls is left out. */
  overTime(query: TimeQuery): Promise<TimeRow[]>;
  /** The newest calls, or the first ones after `after`, oldest first. */
  calls(query: { after?: number; limit: number }): Promise<KeptCall[]>;
  /** What was said in a call; undefined where it is not kept. */
  bodies(id: number): Promise<CallBodies | undefined>;
  /** Deletes what was said in all calls. */
  forgetBodies(): Promise<void>;
}

/** The log as whoever watches it sees it. */
export interface CallSource {
  /** Asks the log, in which all calls of this process up to now are. */
  read<T>(question: (log: CallLog) => Promise<T>): Promise<T>;
  /** Fires with each call of this process. */
  readonly onDidAdd: Event<LoggedCall>;
}

export interface TimeQuery {
  /** From this moment on, ms since the epoch; where the first stretch begins. */
  from: number;
  to: number;
  /** Length of a stretch in ms. */
  step: number;
  /** Number of the last call that counts. */
  upTo?: number;
}

/** Sums of the calls of one stretch of time. */
export interface TimeRow extends Omit<UsageRow, 'client' | 'model' | 'session' | 'day'> {
  /** Which stretch, counted from 0. */
  at: number;
  /** Answers that were kept from earlier calls. */
  hits: number;
  /** How long calls took, and until their first word: how many were in each slot of `protocol/latency.ts`. */
  total: [slot: number, calls: number][];
  first: [slot: number, calls: number][];
}

/** The user's own modules as a program's call meets them. */
export interface RelayTransforms extends Pick<ActiveTransforms, 'mark' | 'seesAnswers'> {
  /**
   * The parts as they may leave. Throws `transform_failed`, `transforms_busy`, `masking_failed`, and the reason of the signal
   * as soon as it aborts.
   */
  request(
    parts: Record<string, unknown>,
    about: RelayedAbout,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>>;
  /** Throws `transform_failed`, `transforms_busy`, and the reason of the signal. */
  answer(parts: AnswerPart[], about: RelayedAbout, signal: AbortSignal): Promise<AnswerPart[]>;
}
export type RelayedAbout = Omit<TransformAbout, 'from'>;

export interface ModelRelay {
  /**
   * The user's own modules that see calls; undefined where there are none, and where nothing may leave, which `authorise`
   * says. Throws `transform_failed`.
   */
  transforms(server?: RelayServer): RelayTransforms | undefined | Promise<RelayTransforms | undefined>;
  /**
   * Lets a request through or throws `restricted_mode`, `local_only`, `no_api_key`, `api_key_rejected`,
   * `base_url_invalid`, `not_relayed` for a model that can be asked in sessions alone, or what the keyring fails with, and for a client `limit_parallel`, `limit_tokens`, `limit_money`, `price_unknown`: then
   * nothing was sent.
   */
  authorise(principal: RelayPrincipal, request: RelayRequest): RelayGrant | Promise<RelayGrant>;
  /** Whether no secret is recognised in the texts; false where nobody could look. Never rejects. */
  isClean(texts: readonly string[]): Promise<boolean>;
  /** Keeps a call in the log, behind the answer. Never throws. */
  record(call: RelayedCall): void;
  /** Sums of all calls up to now, those not yet written too. */
  usage(query: UsageQuery): Promise<UsageRow[]>;
}
