/** The REST wire of the bridge: bodies, queries, answers, and the file by which a running bridge is found. */
import { z } from 'zod';
import { contextView } from './contextView.ts';
import { entry, turnOutcomes } from './entries.ts';
import { errorInfo } from './errors.ts';
import { fork } from './forks.ts';
import { directiveView, frameView, recalledEntry, taskView } from './memory.ts';
import { promptSummary } from './prompts.ts';
import { sessionSummary } from './session.ts';
import { turnInput } from './turnInput.ts';

/** The one address for everyone. */
export const defaultPort = 61900;
/** Ports after the base one that windows take when they do not own it. */
export const spareCount = 9;
/** Names the workspace a request is for, by id or by the path of one of its folders (percent-encoded). */
export const workspaceHeader = 'x-causeway-workspace';
/** Longest event in bytes that the bridge sends and a client takes. */
export const maxEventBytes = 1024 * 1024;

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const count = (fallback: number, most: number) => z.coerce.number().int().min(1).max(most).default(fallback);

/** A nonce makes the answer carry a proof; only a bridge that knows its own start token can give it. */
export const healthQuery = z.object({
  nonce: z
    .string()
    .regex(/^[A-Za-z0-9_-]{16,128}$/)
    .optional(),
});
export const health = z.object({
  ok: z.literal(true),
  name: z.literal('causeway'),
  proof: z.string().optional(),
});

export const listSessionsQuery = z.strictObject({
  limit: count(50, 200),
  /** As an earlier answer gave it in `next`. */
  cursor: z.string().max(100).optional(),
  trashed: flag.default(false),
});
export const sessionList = z.object({ sessions: z.array(sessionSummary), next: z.string().optional() });

export const createSessionBody = z.strictObject({
  title: z.string().trim().min(1).max(200).optional(),
  /** Other clients may use it too. */
  shared: z.boolean().optional(),
});
export const shareSessionBody = z.strictObject({ shared: z.boolean() });
export const sessionCreated = z.object({ session: sessionSummary });

export const getSessionQuery = z.strictObject({
  limit: count(100, 1000),
  /** Id of an entry: what stands before it on its branch. */
  before: z.uuid().optional(),
});
/** The newest entries of the active branch, oldest first; `before` continues towards the beginning. */
export const sessionDetail = z.object({
  session: sessionSummary,
  entries: z.array(entry),
  before: z.uuid().optional(),
});

/** Where the session goes on from; an entry of any branch. */
export const moveHeadBody = z.strictObject({ entryId: z.uuid() });
export const forkList = z.object({ forks: z.array(fork) });

/** A turn input without what the bridge itself knows, and how it is to be answered. */
export const startTurnBody = z.strictObject({
  ...turnInput.omit({ door: true, client: true }).shape,
  /** Answer with events as they come; `Accept: text/event-stream` says the same. */
  stream: z.boolean().optional(),
  /** Goes on when the caller goes away. */
  detached: z.boolean().optional(),
});
export const turnResult = z.object({
  sessionId: z.uuid(),
  turnId: z.uuid(),
  outcome: z.enum(turnOutcomes),
  /** The text of the answer, without tool calls. */
  text: z.string(),
  entry,
});
export type TurnResult = z.infer<typeof turnResult>;

/** `input` has the values of the prompt's variables. */
export const runPromptBody = z.strictObject({
  input: z.record(z.string(), z.unknown()).default({}),
  /** The session in which it is asked; a new one when absent. */
  sessionId: z.uuid().optional(),
  stream: z.boolean().optional(),
  detached: z.boolean().optional(),
});
export const promptShown = z.object({ prompt: promptSummary });
export const promptList = z.object({ prompts: z.array(promptSummary) });
export const promptResult = turnResult.extend({
  prompt: z.object({ name: z.string(), version: z.number().int().positive() }),
  /** The answer as JSON, checked against the prompt's schema, where it has one. */
  output: z.unknown().optional(),
});
export type PromptResult = z.infer<typeof promptResult>;

export const eventsQuery = z.strictObject({
  /** Tells first what was appended after this place in the log. */
  after: z.coerce.number().int().nonnegative().optional(),
});
/** The last event of a stream that ends while its session goes on: whoever reads it may not any more. */
export const streamEnded = z.object({
  type: z.literal('stream.ended'),
  sessionId: z.uuid(),
  error: z.object({ code: z.string(), message: z.string() }),
});
export type StreamEnded = z.infer<typeof streamEnded>;

export const contextQuery = z.strictObject({
  /** A turn that has ended; the newest one when left out. */
  turn: z.uuid().optional(),
  /** Adds the text of each segment. */
  texts: flag.default(false),
  /** Adds the exact body of the request. */
  request: flag.default(false),
});

export const contextResult = z.object({
  context: contextView,
  /** One for each segment, in order; empty for those that are left out. */
  texts: z.array(z.string()).optional(),
  request: z.record(z.string(), z.unknown()).optional(),
  /** Segments whose text this program may not read, by their place, and why. */
  leftOut: z.array(z.object({ segment: z.number().int().nonnegative(), reason: z.string() })).optional(),
});
export type ContextResult = z.infer<typeof contextResult>;

export const recallBody = z.strictObject({
  query: z.string().trim().min(1).max(10_000),
  limit: z.number().int().min(1).max(50).default(10),
  /** `workspace`: the workspace's other sessions too. */
  scope: z.enum(['session', 'workspace']).default('session'),
});
/** Best first; `text` is an excerpt of the entry, around what was found of it. */
export const recallResult = z.object({
  entries: z.array(z.object({ ...recalledEntry.shape, text: z.string() })),
});
export type RecallResult = z.infer<typeof recallResult>;
export const switchFrameBody = z.strictObject({
  /** A frame that is off is not sent; what it covers is sent as far as it fits. */
  active: z.boolean(),
});
export const addDirectiveBody = z.strictObject({ text: z.string().trim().min(1).max(2_000) });
export const changeDirectiveBody = z.strictObject({
  text: z.string().trim().min(1).max(2_000).optional(),
  state: z.enum(['candidate', 'confirmed', 'removed']).optional(),
});
export const frameList = z.object({ frames: z.array(frameView) });
export const frameResult = z.object({ frame: frameView });
export const directiveList = z.object({ directives: z.array(directiveView) });
export const directiveResult = z.object({ directive: directiveView });
export const taskList = z.object({ tasks: z.array(taskView) });
export const taskResult = z.object({ task: taskView });

export const groundingBody = z.strictObject({
  query: z.string().trim().min(1).max(10_000),
  limit: z.number().int().min(1).max(20).default(5),
});
/** A run of lines of a file, word for word but for masked secrets; lines from 1, both ends included. */
export const groundingResult = z.object({
  passages: z.array(
    z.object({
      uri: z.string(),
      /** Relative to the workspace folder, with forward slashes. */
      path: z.string(),
      startLine: z.number().int().positive(),
      endLine: z.number().int().positive(),
      text: z.string(),
      score: z.number(),
      /** Where a language server says so: the symbol of the query that is defined or used here. */
      symbol: z.object({ name: z.string(), as: z.enum(['definition', 'use']) }).optional(),
    }),
  ),
});
export type GroundingResult = z.infer<typeof groundingResult>;
export const stopResult = z.object({ stopped: z.boolean() });

/** A name is one line of plain words: it is shown to the user, who decides by it. */
export const askBody = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'one line of plain words'),
  scopes: z.array(z.string().max(40)).min(1).max(20),
});
/** To be polled at `/v1/clients/{pending}`, by nobody else: whoever has it gets the token. */
export const asked = z.object({ pending: z.string() });
/** The token is told once. */
export const askingResult = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending') }),
  z.object({ state: z.literal('approved'), token: z.string(), scopes: z.array(z.string()) }),
]);

/** Of `GET /v1/models` without an `anthropic-version`: the names by which models are asked. */
export const modelList = z.object({ data: z.array(z.looseObject({ id: z.string() })) });

/** Sums of the calls that have in common what was asked for in `by`; tokens, US dollars. */
export const usageResult = z.object({
  rows: z.array(
    z.looseObject({
      client: z.string().optional(),
      model: z.string().optional(),
      session: z.string().optional(),
      /** `YYYY-MM-DD`, UTC. */
      day: z.string().optional(),
      calls: z.number().int(),
    }),
  ),
});

/** The body of every answer that is not a success; an error of a turn also names the turn. */
export const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** The field of the body or the query that is wrong. */
    field: z.string().optional(),
    /** The limit that said no, and when it ends; `bound` in requests, tokens, calls at a time, or US dollars. */
    limit: z
      .object({
        kind: z.enum(['requests', 'tokens', 'parallel', 'money']),
        scope: z.enum(['client', 'all']),
        bound: z.number().positive(),
        endsInMs: z.number().int().nonnegative().optional(),
      })
      .optional(),
    retryAfterMs: z.number().int().nonnegative().optional(),
  }),
  turnId: z.uuid().optional(),
});

export const bridgeRoles = ['owner', 'attached'] as const;

/** One running bridge, as its file in the user's state directory tells of it. */
export const discovery = z.object({
  port: z.number().int().min(1).max(65535),
  pid: z.number().int().positive(),
  startedAt: z.number().int().nonnegative(),
  workspaceId: z.string(),
  workspaceName: z.string(),
  /** Absolute paths of the workspace's folders. */
  folders: z.array(z.string()),
  /** Of this start only; for the user's own command line. */
  ownerToken: z.string().min(32),
  role: z.enum(bridgeRoles),
});
export type Discovery = z.infer<typeof discovery>;
export type BridgeRole = Discovery['role'];

/** How a bridge is: told to its user, and to whoever waits for its port. */
export const bridgeState = z.object({
  role: z.enum(bridgeRoles),
  port: z.number().int(),
  /** Loopback addresses it listens on, such as `127.0.0.1` and `::1`. */
  addresses: z.array(z.string()),
  /** Loopback addresses this system does not have. */
  missing: z.array(z.string()),
  /** Set while another program keeps the common port. */
  problem: errorInfo.optional(),
});
export type BridgeState = z.infer<typeof bridgeState>;

/** What proves that a bridge answers at this port: HMAC-SHA256 over it under the start token, as hex. */
export const proofText = (nonce: string, port: number): string => `causeway-health:${nonce}:${port}`;
