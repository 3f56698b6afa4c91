/** The part of the panel's wire that is about the context: what is sent, and what a session remembers. */
import { z } from 'zod';
import { contextView } from './contextView.ts';
import { attachment, attachmentKinds, frameBody } from './entries.ts';
import { frameView, sessionMemoryView, taskChange } from './memory.ts';
import { turnInput } from './turnInput.ts';

const session = { sessionId: z.uuid() };
const nothing = z.undefined().or(z.null());

/** What the user decides about the next turn beside its words; each holds for that turn alone. */
export const turnChoices = z.object({
  /** Ids of the parts of the context that are left out. */
  excluded: z.array(z.string()).max(1000),
  /** Earlier entries that are sent word for word. */
  pinned: turnInput.shape.pinned,
  /** Parts of the context that the user wrote anew. */
  replaced: turnInput.shape.replaced,
});
export type TurnChoices = z.infer<typeof turnChoices>;

/** What would be sent with the input as it stands. */
export const nextInput = turnChoices.extend({ text: z.string(), attachments: z.array(attachment) });

/** Whose context is looked at: what a turn sent, or what would be sent now. */
export const contextOf = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('turn'), turnId: z.uuid() }),
  z.object({ kind: z.literal('next'), input: nextInput }),
]);
export type ContextOf = z.infer<typeof contextOf>;

/** A frame with what the panel says of it; its words are asked for when they are read. */
export const panelFrame = frameView.omit({ body: true }).extend({
  /** Tokens it takes in a request, estimated. */
  tokens: z.number().int().nonnegative(),
  /** When the first and the last entry it covers were said; ms since the epoch. */
  from: z.number().int(),
  to: z.number().int(),
});
export type PanelFrame = z.infer<typeof panelFrame>;

export const panelMemory = sessionMemoryView.extend({ ...session, frames: z.array(panelFrame) });
export type PanelMemory = z.infer<typeof panelMemory>;

const directive = { directiveId: z.uuid() };
const frame = { frameId: z.uuid() };

/** Everything a user can do to what a session remembers. */
export const memoryChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('directive.add'), text: z.string().min(1).max(2000) }),
  z.object({ type: z.literal('directive.edit'), ...directive, text: z.string().min(1).max(2000) }),
  z.object({
    type: z.literal('directive.state'),
    ...directive,
    state: z.enum(['candidate', 'confirmed', 'removed']),
  }),
  /** `user`: into the user's own, in every workspace; `workspace`: a diff of `AGENTS.md` for the user to accept. */
  z.object({ type: z.literal('directive.promote'), ...directive, to: z.enum(['user', 'workspace']) }),
  z.object({ type: z.literal('directive.remove_user'), ...directive }),
  /** Brings back one of the user's own that was removed. */
  z.object({ type: z.literal('directive.restore_user'), text: z.string().min(1).max(2000) }),
  z.object({ type: z.literal('frame.edit'), ...frame, body: frameBody }),
  z.object({ type: z.literal('frame.active'), ...frame, active: z.boolean() }),
  z.object({ type: z.literal('frame.rebuild'), ...frame }),
  z.object({ type: z.literal('compact') }),
  z.object({ type: z.literal('task'), change: taskChange }),
]);
export type MemoryChange = z.infer<typeof memoryChange>;

/** Bytes of a file that is dropped or pasted: those of the largest PDF that can be sent. */
export const mostAttachedBytes = 20 * 1024 * 1024;
const mostAttachedBase64 = Math.ceil(mostAttachedBytes / 3) * 4;

/** Something that can be named with `@` in the input. */
export const mentionChoice = z.object({
  kind: z.enum(attachmentKinds),
  /** Of the file, the folder or the session; of the folder of the workspace for what is of all of it. */
  uri: z.string().max(8192),
  /** The name by which it stands in the input. */
  label: z.string().max(500),
  /** Where it is, or what it is about. */
  detail: z.string().max(4096),
  /** Of a symbol. */
  startLine: z.number().int().positive().optional(),
  /** Why it is sent only once the user has said yes to a question. */
  out: z.string().optional(),
});
export type MentionChoice = z.infer<typeof mentionChoice>;

const looked = { ...session, of: contextOf };

export const contextRequests = {
  /** What can be named with `@` and these letters, the most likely first. */
  mentionables: {
    params: z.object({ ...session, typed: z.string().max(200) }),
    result: z.object({ choices: z.array(mentionChoice) }),
  },
  /** Attaches files that were dropped, by their addresses. */
  attachUris: {
    params: z.object({ uris: z.array(z.string().max(8192)).min(1).max(100) }),
    result: z.object({ attachments: z.array(attachment) }),
  },
  /**
   * Attaches a file that was dropped or pasted and of which the page has the bytes alone, as base64. A picture or a PDF is
   * kept with the session's draft.
   */
  attachBytes: {
    params: z.object({
      ...session,
      name: z.string().min(1).max(300),
      data: z.base64().max(mostAttachedBase64),
    }),
    result: z.object({ attachments: z.array(attachment) }),
  },
  /** Takes one of them into the draft; nothing where the user would rather not send what stays out. */
  mention: {
    params: z.object({ choice: mentionChoice }),
    result: z.object({ attachments: z.array(attachment) }),
  },
  /** What was or would be sent, without its texts. */
  context: { params: z.object(looked), result: contextView },
  /** The text of one segment of what `context` gave, by its index. */
  contextText: {
    params: z.object({ ...looked, segment: z.number().int().nonnegative() }),
    result: z.object({ text: z.string() }),
  },
  /** The exact request, as a read-only JSON document. */
  openRequest: { params: z.object(looked), result: nothing },
  memory: { params: z.object(session), result: panelMemory },
  frameWords: { params: z.object({ ...session, ...frame }), result: frameBody },
  /** `done` is false where there was nothing to do, such as no older turns to put into a frame. */
  memoryChange: {
    params: z.object({ ...session, change: memoryChange }),
    result: z.object({ done: z.boolean() }),
  },
  /** Lets the user pick the profile that answers from here on. */
  pickProfile: { params: z.object({}), result: nothing },
} as const;
