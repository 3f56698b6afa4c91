/** What a session remembers beside its turns: frames, directives, tasks, the profile. */
import type { DirectiveEntry, Door, FrameBody, FrameEntry, TaskEntry } from '../protocol/entries.ts';
import type { ProfileChoice, SessionMemoryView, TaskChange } from '../protocol/memory.ts';

/** All methods throw `not_found`, `invalid_input` and `store_*`; then nothing was stored. */
export interface SessionMemory {
  /** As it stands on the active branch. */
  view(sessionId: string): Promise<SessionMemoryView>;

  /**
   * Puts the older turns into a frame now, by the model where one is ready, else by extraction.
   * Undefined when there is nothing to put into one.
   */
  compact(sessionId: string, door: Door, signal?: AbortSignal): Promise<FrameEntry | undefined>;
  editFrame(sessionId: string, frameId: string, body: FrameBody, door: Door): Promise<FrameEntry>;
  /** A frame that is off is not sent; what it covers is sent as far as it fits. */
  setFrameActive(sessionId: string, frameId: string, active: boolean, door: Door): Promise<FrameEntry>;
  /** Writes the frame of the same entries again. */
  rebuildFrame(sessionId: string, frameId: string, door: Door, signal?: AbortSignal): Promise<FrameEntry>;

  addDirective(sessionId: string, text: string, door: Door): Promise<DirectiveEntry>;
  changeDirective(
    sessionId: string,
    directiveId: string,
    change: { text?: string; state?: 'candidate' | 'confirmed' | 'removed' },
    door: Door,
  ): Promise<DirectiveEntry>;
  /** Makes it one of the user's own, in every workspace. */
  promoteDirective(sessionId: string, directiveId: string, door: Door): Promise<void>;
  /** Takes one of the user's own out of every workspace. */
  removeUserDirective(directiveId: string): Promise<void>;

  changeTask(sessionId: string, change: TaskChange, door: Door): Promise<TaskEntry>;

  profiles(): Promise<ProfileChoice[]>;
  /** Throws `profile_not_found`, naming those there are. */
  setProfile(sessionId: string, name: string, door: Door): Promise<void>;
}
