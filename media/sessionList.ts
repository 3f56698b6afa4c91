/** The list of sessions: filled for what is searched, and made longer at its end. */
import { mostListed } from '../src/protocol/panel.ts';
import { t } from './l10n.ts';
import type { Panel } from './panel.ts';

export interface ListChange {
  query?: string;
  trashed?: boolean;
}

/** Fills the list for what is being searched, or for all. */
export async function fillList(panel: Panel, change: ListChange): Promise<void> {
  const asked = { ...panel.state.value.history, ...change };
  panel.dispatch({ type: 'history', history: asked });
  const { query, trashed } = asked;
  // What the user has made the list show stays in it when it is filled anew.
  const stays = asked.grown && Object.keys(change).length === 0;
  const limit = stays ? { limit: Math.min(asked.sessions.length, mostListed) } : {};
  const found = await panel.ask('listSessions', { query, trashed, ...limit });
  const now = panel.state.value.history;
  if (!found || now.query !== query || now.trashed !== trashed) return;
  const { sessions, hits, next } = found;
  panel.dispatch({
    type: 'history',
    history: { ...now, sessions, hits, next, grown: stays && sessions.length > 0 },
  });
}

/** Adds the sessions before the oldest that is listed. */
export async function addOlder(panel: Panel): Promise<void> {
  const { query, trashed, next: after } = panel.state.value.history;
  if (after === undefined) return;
  const found = await panel.ask('listSessions', { query, trashed, after });
  const now = panel.state.value.history;
  if (!found || now.query !== query || now.trashed !== trashed || now.next !== after) return;
  const known = new Set(now.sessions.map(({ id }) => id));
  const older = found.sessions.filter(({ id }) => !known.has(id));
  const sessions = [...now.sessions, ...older];
  panel.dispatch({ type: 'history', history: { ...now, sessions, next: found.next, grown: true } });
  panel.say(t('olderShown', older.length));
}
