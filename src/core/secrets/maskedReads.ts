/**
 * The log as it may be sent, and as programs are told it. What is stored now is masked already; what was stored before
 * there was masking is masked as it is read.
 */
import type { Entry } from '../../protocol/entries.ts';
import { leanEntry } from '../../protocol/lean.ts';
import type { SessionMemoryView } from '../../protocol/memory.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { SessionEvent } from '../../protocol/turnEvents.ts';
import type { SessionStore } from '../session/store.ts';
import type { WorkspaceSources } from '../tools/workspace/sources.ts';
import { entryTexts, longestTitle, memoryTexts } from './maskedEntries.ts';
import type { Masker } from './masker.ts';
import { type ToldFiles, toldFiles } from './toldFiles.ts';

export type EntryReads = Pick<SessionStore, 'path' | 'entries' | 'ofKinds' | 'log'>;

/** What a program may read of sessions and files. Rejects with `masking_failed` where nobody could look into what was stored. */
export interface ToldReads extends EntryReads {
  /** As the store gives them, with their titles masked. */
  summaries(sessions: readonly SessionSummary[]): Promise<SessionSummary[]>;
  /** What happened in a session, with what it holds of the log as the log is told. */
  event(event: SessionEvent): Promise<SessionEvent>;
  readonly files: ToldFiles;
  /** What a session remembers, as its memory views it, with the texts masked. */
  memory(sessionId: string, view: SessionMemoryView): Promise<SessionMemoryView>;
}

export function maskedReads(store: EntryReads, masker: Masker): EntryReads {
  return {
    path: async (sessionId, options) =>
      maskedEntries(masker, sessionId, await store.path(sessionId, options)),
    entries: async (sessionId, ids) => maskedEntries(masker, sessionId, await store.entries(sessionId, ids)),
    ofKinds: async (sessionId, kinds) =>
      maskedEntries(masker, sessionId, await store.ofKinds(sessionId, kinds)),
    log: async (sessionId, options) => maskedEntries(masker, sessionId, await store.log(sessionId, options)),
  };
}

interface ToldOptions {
  store: EntryReads;
  masker: Masker;
  workspaceSources?: (() => Pick<WorkspaceSources, 'files'> | undefined) | undefined;
}

/** Entries come without the texts of their reports, which are told part by part. */
export function toldReads({ store, masker, workspaceSources }: ToldOptions): ToldReads {
  const masked = maskedReads(store, masker);
  const summaries: ToldReads['summaries'] = async (sessions) => {
    const titles = await masker.texts(sessions.map(({ title }) => title));
    return sessions.map((one, index) => ({
      ...one,
      title: (titles[index] ?? one.title).slice(0, longestTitle),
    }));
  };
  return {
    event: (event) => maskedEvent(masker, summaries, event),
    files: toldFiles(() => workspaceSources?.()?.files, masker),
    path: async (...asked) => (await masked.path(...asked)).map(leanEntry),
    entries: async (...asked) => (await masked.entries(...asked)).map(leanEntry),
    ofKinds: async (sessionId, kinds) =>
      (await masked.ofKinds(sessionId, kinds)).map((one) => leanEntry(one)),
    log: async (...asked) => (await masked.log(...asked)).map(leanEntry),
    memory: (sessionId, view) => masker.through(view, sessionId, memoryTexts),
    summaries,
  };
}

async function maskedEvent(
  masker: Masker,
  summaries: ToldReads['summaries'],
  event: SessionEvent,
): Promise<SessionEvent> {
  switch (event.type) {
    case 'entry.appended': {
      const [entry = event.entry] = await maskedEntries(masker, event.sessionId, [event.entry]);
      return { ...event, entry };
    }
    case 'turn.ended': {
      const [entry = event.entry] = await maskedEntries(masker, event.sessionId, [event.entry]);
      return { ...event, entry };
    }
    case 'session.changed': {
      const [session = event.session] = await summaries([event.session]);
      return { ...event, session };
    }
    default:
      return event;
  }
}

/** Throws `masking_failed`. */
export const maskedEntries = <E extends Entry>(
  masker: Masker,
  sessionId: string,
  entries: readonly E[],
): Promise<E[]> =>
  masker.through<E[]>([...entries], sessionId, (all, swap) => all.map((entry) => entryTexts(entry, swap)));
