/** What the stores of sessions are tested by alike, each on what it keeps them in. */
import type { SessionStore } from '../../../../src/core/session/store.ts';

export interface Backend {
  /** Opens a store on it, of the workspace `w`; all of them see the same sessions. */
  open(): SessionStore | Promise<SessionStore>;
  /** One with sessions of its own. */
  openOther(): SessionStore | Promise<SessionStore>;
  /** Closes all that was opened, and leaves nothing. */
  end(): Promise<void>;
}

export type NewBackend = () => Backend | Promise<Backend>;
