/**
 * The whole wire between the extension and the panel, both directions.
 * The panel asks with requests, each of which is answered or rejected; the host pushes messages.
 * Both ends parse what comes in.
 */
import { z } from 'zod';
import { assistantBlock, citation } from './content.ts';
import { attachment, entry, groundingModes } from './entries.ts';
import { errorActions, errorInfo } from './errors.ts';
import { fork } from './forks.ts';
import { contextRequests, nextInput, turnChoices } from './panelContext.ts';
import { draft, queuedTurn, searchHit, sessionPlace, sessionSummary, spending } from './session.ts';
import { sessionEvent } from './turnEvents.ts';

export const modelChoice = z.object({
  /** `provider/model`. */
  id: z.string(),
  name: z.string(),
  window: z.number().int(),
});

/** What the panel shows beside the transcript. */
export const panelStatus = z.object({
  workspaceName: z.string(),
  trusted: z.boolean(),
  /** State of the key for Claude; `keyring_failed` says why a key that was set cannot be read. */
  key: z.enum(['set', 'environment', 'missing', 'keyring_failed']),
  /** True when answers come from the offline mode. */
  offline: z.boolean(),
  model: modelChoice,
  /** Why the wanted model cannot be used now and `model` stands in for it. */
  insteadOf: z.string().optional(),
  /** What an input of the session that is shown would be grounded in. */
  grounding: z.enum(groundingModes),
  /** Things to tell the user once, such as a salvaged database. */
  notices: z.array(errorInfo),
  /** Questions drawn from the workspace for the empty state; at most three. */
  suggestions: z.array(z.string()).max(3),
  bridgePort: z.number().int().optional(),
});
export type PanelStatus = z.infer<typeof panelStatus>;

/** A piece of context that will be sent with the next turn, as a chip above the input. */
export const contextChip = z.object({
  id: z.string(),
  label: z.string(),
  /** `auto` comes from the editor, `attached` was added by the user, `out` is open and stays out; its id is its URI. */
  source: z.enum(['auto', 'attached', 'out']),
  tokens: z.number().int().nonnegative(),
  reason: z.string(),
});
export type ContextChip = z.infer<typeof contextChip>;

/** Everything needed to draw one session; sent when it is opened. */
export const sessionView = z.object({
  session: sessionSummary,
  /** The newest entries of the active branch, oldest first. */
  entries: z.array(entry),
  /** Whether older entries can be asked for with `loadEarlier`. */
  hasEarlier: z.boolean(),
  queue: z.array(queuedTurn),
  live: z.object({ turnId: z.uuid(), content: z.array(assistantBlock), own: z.boolean() }).optional(),
  draft,
  totals: spending,
});
export type SessionView = z.infer<typeof sessionView>;

export const contextPreview = z.object({
  chips: z.array(contextChip),
  /** Tokens of the request as it would be sent now. */
  tokens: z.number().int().nonnegative(),
  window: z.number().int().positive(),
  /** Places in it where a placeholder stands for a secret or for personal data. */
  masked: z.number().int().nonnegative(),
  /** Secrets in it that would go as they are. */
  secrets: z.number().int().nonnegative(),
});
export type ContextPreview = z.infer<typeof contextPreview>;

/** Sessions listed at once at the most; about a megabyte. */
export const mostListed = 2_000;

const session = { sessionId: z.uuid() };
const nothing = z.undefined().or(z.null());

/** Each request: its parameters and what it resolves to. */
export const panelRequests = {
  /** First message after load; the view is of the session shown last, or a fresh one. */
  ready: { params: z.object({}), result: z.object({ status: panelStatus, view: sessionView }) },
  /**
   * With an entry, the branch that it is on is made the active one where it is not, and the view is of that. Rejected
   * with `turn_under_way` where that cannot be done now; then nothing else is shown than before.
   */
  openSession: { params: z.object({ ...session, entryId: z.uuid().optional() }), result: sessionView },
  /** The inputs of the active branch beside which there are others. */
  branches: { params: z.object(session), result: z.object({ forks: z.array(fork) }) },
  newSession: { params: z.object({ private: z.boolean().optional() }), result: sessionView },
  listSessions: {
    params: z.object({
      query: z.string().max(1000),
      trashed: z.boolean().optional(),
      /** Where an earlier answer ended; the sessions after it come then, without hits. */
      after: sessionPlace.optional(),
      /** The most sessions; what was shown before is asked for at once. */
      limit: z.number().int().min(1).max(mostListed).optional(),
    }),
    /** `next` is where to go on, absent when these are the last ones. */
    result: z.object({
      sessions: z.array(sessionSummary),
      hits: z.array(searchHit),
      next: sessionPlace.optional(),
    }),
  },
  loadEarlier: {
    params: z.object({ ...session, beforeId: z.uuid(), limit: z.number().int().min(1).max(500) }),
    result: z.object({ entries: z.array(entry), hasEarlier: z.boolean() }),
  },
  /** Find in the whole session; resolves to ids of matching entries in order. */
  find: {
    params: z.object({ ...session, query: z.string().min(1).max(1000) }),
    result: z.object({ entryIds: z.array(z.uuid()) }),
  },
  /**
   * `parentId` makes a branch: edit-and-resend. `from` names the entry whose images and documents are sent again;
   * the rest are the choices that hold for this turn.
   */
  send: {
    params: turnChoices.extend({
      ...session,
      text: z.string(),
      attachments: z.array(attachment),
      parentId: z.uuid().nullable().optional(),
      from: z.uuid().optional(),
    }),
    result: z.object({ turnId: z.uuid(), state: z.enum(['live', 'queued']) }),
  },
  /** Sends the input of a turn once more as a branch. */
  retry: { params: z.object({ ...session, turnId: z.uuid() }), result: z.object({ turnId: z.uuid() }) },
  stop: { params: z.object(session), result: nothing },
  withdraw: {
    params: z.object({ ...session, turnId: z.uuid() }),
    result: z.object({ withdrawn: z.boolean() }),
  },
  rename: { params: z.object({ ...session, title: z.string().min(1).max(200) }), result: nothing },
  fork: { params: z.object({ ...session, entryId: z.uuid() }), result: sessionView },
  trash: { params: z.object(session), result: nothing },
  restore: { params: z.object(session), result: nothing },
  setDraft: {
    params: draft.extend(session),
    result: nothing,
  },
  /** Prompts that can be asked with `/name`. */
  listPrompts: {
    params: z.object({}),
    result: z.object({ prompts: z.array(z.object({ name: z.string(), description: z.string() })) }),
  },
  /** For all sessions, or for this one alone where its profile names a grounding. */
  setGrounding: {
    params: z.object({ ...session, grounding: z.enum(groundingModes) }),
    result: nothing,
  },
  pickModel: { params: z.object({}), result: nothing },
  /** What would be sent with this text now. */
  preview: {
    params: nextInput.extend(session),
    result: contextPreview,
  },
  /** Lets the user pick files to attach; resolves to the new attachments. */
  pickContext: { params: z.object({}), result: z.object({ attachments: z.array(attachment) }) },
  /** Attaches an open file that stays out, once the user has said yes to a question; resolves to nothing else. */
  addOpenFile: {
    params: z.object({ uri: z.string().max(8192) }),
    result: z.object({ attachments: z.array(attachment) }),
  },
  copy: { params: z.object({ text: z.string() }), result: nothing },
  insertAtCursor: { params: z.object({ text: z.string() }), result: nothing },
  /** Shows the code as a diff against the file it is for; nothing is written until the user accepts. */
  applyEdit: {
    params: z.object({ code: z.string(), languageId: z.string(), path: z.string().optional() }),
    result: nothing,
  },
  openCitation: { params: z.object({ citation }), result: z.object({ found: z.boolean() }) },
  /** http and https only; the user confirms. */
  openLink: { params: z.object({ url: z.string().max(8192) }), result: nothing },
  /** The context report of a turn, opened as text. */
  openReport: { params: z.object({ ...session, turnId: z.uuid() }), result: nothing },
  runAction: { params: z.object({ action: z.enum(errorActions) }), result: nothing },
  ...contextRequests,
} as const;

export type PanelRequests = typeof panelRequests;
export type PanelMethod = keyof PanelRequests;
export type PanelParams<M extends PanelMethod> = z.infer<PanelRequests[M]['params']>;
export type PanelResult<M extends PanelMethod> = z.infer<PanelRequests[M]['result']>;

/** What the host pushes unasked. */
export const hostMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: panelStatus }),
  /** Events of the session that is shown, in order. */
  z.object({ type: z.literal('event'), event: sessionEvent }),
  /** The host opens another session, for example after a command. */
  z.object({ type: z.literal('view'), view: sessionView }),
  z.object({ type: z.literal('sessionsChanged') }),
  z.object({ type: z.literal('contextChanged') }),
  /** Frames, directives, tasks or the profile of a session are others now; the page asks for them. */
  z.object({ type: z.literal('memoryChanged'), sessionId: z.uuid() }),
  z.object({
    type: z.literal('attach'),
    sessionId: z.uuid(),
    attachments: z.array(attachment),
    text: z.string().optional(),
  }),
  z.object({
    type: z.literal('navigate'),
    to: z.enum([
      'input',
      'last_answer',
      'next_turn',
      'previous_turn',
      'next_code',
      'previous_code',
      'find',
      'history',
      'context',
      'memory',
    ]),
  }),
]);
export type HostMessage = z.infer<typeof hostMessage>;

export const panelToHost = z.object({
  type: z.literal('request'),
  id: z.number().int(),
  method: z.string(),
  params: z.unknown(),
});
export const hostToPanel = z.discriminatedUnion('type', [
  z.object({ type: z.literal('resolved'), id: z.number().int(), result: z.unknown() }),
  z.object({ type: z.literal('rejected'), id: z.number().int(), error: errorInfo }),
  ...hostMessage.options,
]);
export type HostToPanel = z.infer<typeof hostToPanel>;
