/** What a user can do to sessions and turns. Each is one request; a refusal is shown by the panel. */
import type { Attachment, UserEntry } from '../src/protocol/entries.ts';
import type { ErrorAction } from '../src/protocol/errors.ts';
import type { ContextChip } from '../src/protocol/panel.ts';
import type { QueuedTurn, SessionSummary } from '../src/protocol/session.ts';
import { t } from './l10n.ts';
import type { Panel } from './panel.ts';

/** Entries asked for when the reader comes near the beginning of what is loaded. */
const page = 200;
/** The most the host gives at once. */
const mostAtOnce = 500;

export class Acts {
  readonly #panel: Panel;
  #loading = false;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Sends the draft. The input is empty at once and filled again if the host refuses it. */
  async send(): Promise<void> {
    const panel = this.#panel;
    const { session, draft } = panel.state.value;
    if (!session || session.readOnly || (draft.text.trim() === '' && draft.attachments.length === 0)) return;
    // The stored draft stays until the input is durable in the log: a crash in between loses nothing.
    panel.drafts.flush();
    panel.dispatch({ type: 'draft', text: '', attachments: [] });
    const sent = await panel.ask('send', {
      sessionId: session.id,
      text: draft.text,
      attachments: [...draft.attachments],
    });
    panel.excluded.value = new Map();
    const now = panel.state.value;
    if (now.session?.id !== session.id) return;
    if (sent) panel.draftChanged();
    else if (now.draft.text === '') this.setDraft(draft.text, draft.attachments);
  }

  async sendText(text: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (sessionId) await this.#panel.ask('send', { sessionId, text, attachments: [] });
  }

  /** Edit-and-resend: a branch beside the edited input. Returns whether it was taken. */
  async resend(entry: UserEntry, text: string): Promise<boolean> {
    const { sessionId } = this.#panel;
    if (!sessionId || text.trim() === '') return false;
    const sent = await this.#panel.ask('send', {
      sessionId,
      text,
      attachments: entry.attachments ?? [],
      parentId: entry.parentId,
    });
    if (sent) this.#panel.dispatch({ type: 'editing', entryId: undefined });
    return sent !== undefined;
  }

  setDraft(text: string, attachments: readonly Attachment[]): void {
    this.#panel.dispatch({ type: 'draft', text, attachments });
    this.#panel.draftChanged();
  }

  async stop(): Promise<void> {
    const { sessionId } = this.#panel;
    if (sessionId) await this.#panel.ask('stop', { sessionId });
  }

  async retry(turnId: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (sessionId) await this.#panel.ask('retry', { sessionId, turnId });
  }

  /** A queued input comes back; with `edit` its text stands in the input again. */
  async withdraw(queued: QueuedTurn, edit: boolean): Promise<void> {
    const answer = await this.#panel.ask('withdraw', { sessionId: queued.sessionId, turnId: queued.turnId });
    if (!edit || !answer?.withdrawn) return;
    const { draft } = this.#panel.state.value;
    const text = draft.text.trim() === '' ? queued.text : `${queued.text}\n${draft.text}`;
    this.setDraft(text, draft.attachments);
    this.#panel.navigate('input');
  }

  async rename(title: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (sessionId && title.trim() !== '') {
      await this.#panel.ask('rename', { sessionId, title: title.trim().slice(0, 200) });
    }
  }

  async fork(entryId: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (!sessionId) return;
    this.#panel.drafts.flush();
    const view = await this.#panel.ask('fork', { sessionId, entryId });
    if (view) this.#panel.show(view);
  }

  async open(sessionId: string): Promise<void> {
    const panel = this.#panel;
    panel.drafts.flush();
    if (sessionId === panel.sessionId) panel.dispatch({ type: 'screen', screen: 'chat' });
    else {
      const view = await panel.ask('openSession', { sessionId });
      if (view) panel.show(view);
    }
  }

  async newSession(): Promise<void> {
    this.#panel.drafts.flush();
    const view = await this.#panel.ask('newSession', {});
    if (view) this.#panel.show(view);
    this.#panel.dispatch({ type: 'screen', screen: 'chat' });
    this.#panel.navigate('input');
  }

  async trash(session: SessionSummary): Promise<void> {
    const done = await this.#panel.ask('trash', { sessionId: session.id });
    if (done === undefined) return;
    this.#panel.dispatch({
      type: 'undo',
      undo: { sessionId: session.id, title: session.title || t('untitled') },
    });
    await this.search();
  }

  async restore(sessionId: string): Promise<void> {
    await this.#panel.ask('restore', { sessionId });
    this.#panel.dispatch({ type: 'undo', undo: undefined });
    await this.search();
  }

  /** Fills the list of sessions for what is being searched, or for all. */
  async search(change: { query?: string; trashed?: boolean } = {}): Promise<void> {
    const panel = this.#panel;
    const asked = { ...panel.state.value.history, ...change };
    panel.dispatch({ type: 'history', history: asked });
    const found = await panel.ask('listSessions', { query: asked.query, trashed: asked.trashed });
    const now = panel.state.value.history;
    if (!found || now.query !== asked.query || now.trashed !== asked.trashed) return;
    panel.dispatch({ type: 'history', history: { ...now, sessions: found.sessions, hits: found.hits } });
  }

  /** Returns whether more was loaded. */
  async loadEarlier(limit = page): Promise<boolean> {
    const { session, entries, hasEarlier } = this.#panel.state.value;
    const first = entries[0];
    if (!session || !first || !hasEarlier || this.#loading) return false;
    this.#loading = true;
    const found = await this.#panel.ask('loadEarlier', { sessionId: session.id, beforeId: first.id, limit });
    this.#loading = false;
    if (found) this.#panel.dispatch({ type: 'earlier', sessionId: session.id, ...found });
    return found !== undefined && found.entries.length > 0;
  }

  /** The newest place comes first: what is sought was most often said lately. */
  async find(query: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (!sessionId) return;
    if (query === '') {
      this.#panel.dispatch({ type: 'find', find: { query, entryIds: [], at: 0 } });
      return;
    }
    const found = await this.#panel.ask('find', { sessionId, query });
    if (!found || this.#panel.state.value.find === undefined) return;
    const { entryIds } = found;
    this.#panel.dispatch({ type: 'find', find: { query, entryIds, at: Math.max(0, entryIds.length - 1) } });
    await this.goToFound(0);
  }

  async goToFound(step: -1 | 0 | 1): Promise<void> {
    const { find } = this.#panel.state.value;
    if (!find || find.entryIds.length === 0) return;
    const at = (find.at + step + find.entryIds.length) % find.entryIds.length;
    this.#panel.dispatch({ type: 'find', find: { ...find, at } });
    const entryId = find.entryIds[at];
    if (entryId !== undefined) await this.#goToEntry(entryId);
  }

  /** Loads earlier entries until the entry is there. */
  async #goToEntry(entryId: string): Promise<void> {
    const there = () => this.#panel.state.value.entries.some(({ id }) => id === entryId);
    while (!there()) {
      if (!(await this.loadEarlier(mostAtOnce))) return;
    }
    this.#panel.showEntry(entryId);
  }

  toggleChip(chip: ContextChip): void {
    const { sessionId } = this.#panel;
    if (!sessionId) return;
    const chips = new Map(this.#panel.excluded.value);
    const excluded = !chips.delete(chip.id);
    if (excluded) chips.set(chip.id, chip);
    this.#panel.excluded.value = chips;
    void this.#panel.ask('setChipExcluded', { sessionId, chipId: chip.id, excluded });
    this.#panel.countSoon(0);
  }

  async pickContext(): Promise<void> {
    const picked = await this.#panel.ask('pickContext', {});
    if (!picked) return;
    this.#panel.dispatch({ type: 'attach', attachments: picked.attachments });
    this.#panel.draftChanged();
  }

  async copy(text: string): Promise<void> {
    await this.#panel.ask('copy', { text });
    this.#panel.say(t('copied'));
  }

  async act(action: ErrorAction, turnId?: string): Promise<void> {
    if (action === 'retry' && turnId) await this.retry(turnId);
    else await this.#panel.ask('runAction', { action });
  }
}
