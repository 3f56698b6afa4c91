/** What a user can do to sessions and turns. Each is one request; a refusal is shown by the panel. */
import { plainText } from '../src/protocol/content.ts';
import type { Attachment, UserEntry } from '../src/protocol/entries.ts';
import type { ErrorAction } from '../src/protocol/errors.ts';
import type { Fork } from '../src/protocol/forks.ts';
import type { PanelParams } from '../src/protocol/panel.ts';
import { type MentionChoice, mostAttachedBytes, type TurnChoices } from '../src/protocol/panelContext.ts';
import type { QueuedTurn, SessionSummary } from '../src/protocol/session.ts';
import { choicesOf, isBlank, putBefore, withAttached, withoutChoices } from './drafts.ts';
import { base64Of, type Dropped } from './droppedFiles.ts';
import { bytes, quoted } from './format.ts';
import { t } from './l10n.ts';
import { focusSoon, rowId } from './navigate.ts';
import type { Panel } from './panel.ts';
import { rowOfEntry } from './rows.ts';
import { addOlder, fillList, type ListChange } from './sessionList.ts';

/** Entries asked for when the reader comes near the beginning of what is loaded. */
const page = 200;
/** The most the host gives at once. */
const mostAtOnce = 500;

/** An input needs words, or something that was sent with it. */
export const canResend = (entry: UserEntry, text: string): boolean =>
  !isBlank({ text, attachments: entry.attachments ?? [] }) ||
  entry.content.some(({ type }) => type !== 'text');

export class Acts {
  readonly #panel: Panel;
  readonly #underWay = new Set<string>();
  #loading = false;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Sends the draft. The input is empty at once; if the host refuses, it stands before what was typed meanwhile. */
  async send(): Promise<void> {
    const panel = this.#panel;
    const { session, draft } = panel.state.value;
    if (!session || session.readOnly || isBlank(draft)) return;
    // The stored draft stays until the input is durable in the log: a crash in between loses nothing.
    panel.drafts.flush();
    panel.dispatch({ type: 'draft', text: '', attachments: [] });
    const input = { text: draft.text, attachments: [...draft.attachments] };
    const sent = await this.#submit(session.id, input);
    panel.changeDraft(session.id, (now) => (sent ? now : putBefore(now, draft)));
  }

  /** Sends words that were not typed: a suggestion, or to go on. */
  async sendText(text: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (!sessionId) return;
    await this.#once(`send ${sessionId} ${text}`, () => this.#submit(sessionId, { text, attachments: [] }));
  }

  /** Opens an earlier input in place, or goes to where it is open. */
  edit(entry: UserEntry): void {
    const panel = this.#panel;
    const { edits } = panel.state.value.draft;
    panel.editAsked.value = entry.id;
    if (!edits.some(({ entryId }) => entryId === entry.id)) {
      this.setEdit(entry.id, plainText(entry.content));
    }
    panel.showEntry(entry.id);
  }

  /** The new text of an input that is edited; without one the editing ends. */
  setEdit(entryId: string, text: string | undefined): void {
    const { edits } = this.#panel.state.value.draft;
    const others = edits.filter((edit) => edit.entryId !== entryId);
    this.#panel.dispatch({
      type: 'draft',
      edits: text === undefined ? others : [...others, { entryId, text }],
    });
    this.#panel.draftChanged();
  }

  /** Edit-and-resend: a branch beside the edited input, with all that went with it. Returns whether it was taken. */
  async resend(entry: UserEntry, text: string): Promise<boolean> {
    const { sessionId } = this.#panel;
    if (!sessionId || !canResend(entry, text)) return false;
    const input = { text, attachments: entry.attachments ?? [], parentId: entry.parentId, from: entry.id };
    const sent = await this.#once(`resend ${entry.id}`, () => this.#submit(sessionId, input));
    if (!sent) return false;
    this.#panel.changeDraft(sessionId, (draft) => ({
      ...draft,
      edits: draft.edits.filter(({ entryId }) => entryId !== entry.id),
    }));
    return true;
  }

  /** Sends with what was decided about the next turn; once that is taken, nothing is decided about the one after. */
  async #submit(
    sessionId: string,
    input: Omit<PanelParams<'send'>, 'sessionId' | keyof TurnChoices>,
  ): Promise<boolean> {
    // Who sends wants to see what comes of it, wherever they were reading.
    this.#panel.toEnd();
    const chosen = this.#panel.state.value.draft;
    const sent = await this.#panel.ask('send', { sessionId, ...input, ...choicesOf(chosen) });
    if (sent && chosen.excluded.length + chosen.pinned.length + chosen.replaced.length > 0) {
      this.#panel.changeDraft(sessionId, (draft) => withoutChoices(draft, chosen));
    }
    return sent !== undefined;
  }

  /** Does nothing while the same is under way: a second press sends no second turn. */
  async #once<T>(what: string, act: () => Promise<T>): Promise<T | undefined> {
    if (this.#underWay.has(what)) return undefined;
    this.#underWay.add(what);
    try {
      return await act();
    } finally {
      this.#underWay.delete(what);
    }
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
    if (!sessionId) return;
    await this.#once(`retry ${turnId}`, () => this.#panel.ask('retry', { sessionId, turnId }));
  }

  /** A queued input comes back: to be edited it stands in the input of its session, else it can be called back. */
  async withdraw(queued: QueuedTurn, edit: boolean): Promise<void> {
    const panel = this.#panel;
    const { sessionId, turnId } = queued;
    const answer = await panel.ask('withdraw', { sessionId, turnId });
    if (!answer?.withdrawn) return;
    if (edit) return this.#putBack(queued);
    const { undo } = panel.state.value;
    const before = undo?.what === 'withdrawn' && undo.sessionId === sessionId ? undo.inputs : [];
    panel.dispatch({ type: 'undo', undo: { what: 'withdrawn', sessionId, inputs: [...before, queued] } });
    panel.say(t('withdrawn', quoted(queued.text)));
  }

  #putBack(...inputs: readonly QueuedTurn[]): void {
    for (const input of inputs.toReversed()) {
      this.#panel.changeDraft(input.sessionId, (draft) => putBefore(draft, input));
    }
    if (inputs[0]?.sessionId === this.#panel.sessionId) this.#panel.navigate('input');
  }

  /** Brings back what was taken away last. */
  async undo(): Promise<void> {
    const { undo } = this.#panel.state.value;
    if (undo?.what === 'trashed') await this.restore(undo.sessionId);
    else if (undo?.what === 'directive') {
      const { sessionId, change } = undo;
      const back = await this.#panel.ask('memoryChange', { sessionId, change });
      if (back) this.#panel.dispatch({ type: 'undo', undo: undefined });
    } else if (undo) {
      await this.open(undo.sessionId);
      // A session that cannot be opened has no input to put it into.
      if (this.#panel.sessionId !== undo.sessionId) return;
      this.#panel.dispatch({ type: 'undo', undo: undefined });
      this.#putBack(...undo.inputs);
    }
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
    await this.#panel.showAsked(this.#panel.ask('fork', { sessionId, entryId }));
  }

  /** With an entry, it is shown and marked, on whichever branch it is. */
  async open(sessionId: string, entryId?: string): Promise<void> {
    const panel = this.#panel;
    panel.drafts.flush();
    if (entryId !== undefined) return this.#openAt(sessionId, entryId);
    if (sessionId !== panel.sessionId || panel.isOpening)
      await panel.showAsked(panel.ask('openSession', { sessionId }));
    else panel.dispatch({ type: 'screen', screen: 'chat' });
  }

  async #openAt(sessionId: string, entryId: string): Promise<void> {
    const panel = this.#panel;
    if (sessionId !== panel.sessionId || !this.#isLoaded(entryId)) {
      const opening = await panel.showBranch(sessionId, entryId);
      if (opening === 'late') return;
      if (opening === 'refused') {
        // Its branch cannot be shown while another one is answered; the session can, and why not all of it.
        const { problem } = panel.state.value;
        await this.open(sessionId);
        panel.dispatch({ type: 'problem', problem });
        return;
      }
    }
    panel.dispatch({ type: 'screen', screen: 'chat' });
    await this.#goToEntry(entryId);
    const row = rowOfEntry(panel.rows.value, panel.state.value.entries, entryId);
    panel.marked.value = row?.key;
    if (row) focusSoon(rowId(row.key));
  }

  /** Goes on in the branch of another input at the same place, which stays where it is on the screen. */
  async goToWay(fork: Fork, entryId: string, button: (entryId: string) => string): Promise<void> {
    const panel = this.#panel;
    const { sessionId } = panel;
    if (!sessionId) return;
    panel.drafts.flush();
    const below = panel.placeOf(fork.entryId);
    const opening = await this.#once('way', () => panel.showBranch(sessionId, entryId));
    if (opening !== 'shown' || panel.sessionId !== sessionId) return;
    // The other forks are asked for; this one is known, and its buttons have the focus.
    panel.forks.value = new Map([...panel.forks.value, [entryId, { ...fork, entryId }]]);
    await this.#goToEntry(entryId, below);
    focusSoon(button(entryId));
  }

  async newSession(): Promise<void> {
    this.#panel.drafts.flush();
    const opening = await this.#panel.showAsked(this.#panel.ask('newSession', {}));
    if (opening === 'late') return;
    this.#panel.dispatch({ type: 'screen', screen: 'chat' });
    this.#panel.navigate('input');
  }

  async trash(session: SessionSummary): Promise<void> {
    const done = await this.#panel.ask('trash', { sessionId: session.id });
    if (done === undefined) return;
    // The host shows another session in the place of this one; the list stays where the user is.
    this.#panel.dispatch({ type: 'screen', screen: 'history' });
    this.#panel.dispatch({
      type: 'undo',
      undo: { what: 'trashed', sessionId: session.id, title: session.title || t('untitled') },
    });
    await this.search();
  }

  async restore(sessionId: string): Promise<void> {
    await this.#panel.ask('restore', { sessionId });
    this.#panel.dispatch({ type: 'undo', undo: undefined });
    await this.search();
  }

  /** As `fillList`. */
  search(change: ListChange = {}): Promise<void> {
    return fillList(this.#panel, change);
  }

  async showOlder(): Promise<void> {
    await this.#once('older', () => addOlder(this.#panel));
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
    if (entryIds.length === 0) this.#panel.say(t('findNone'));
    await this.goToFound(0);
  }

  async goToFound(step: -1 | 0 | 1): Promise<void> {
    const { find } = this.#panel.state.value;
    if (!find || find.entryIds.length === 0) return;
    const at = (find.at + step + find.entryIds.length) % find.entryIds.length;
    this.#panel.dispatch({ type: 'find', find: { ...find, at } });
    this.#panel.say(t('findCount', at + 1, find.entryIds.length));
    const entryId = find.entryIds[at];
    if (entryId !== undefined) await this.#goToEntry(entryId);
  }

  /** Loads earlier entries until the entry is there. */
  async #goToEntry(entryId: string, below?: number): Promise<void> {
    while (!this.#isLoaded(entryId)) {
      if (!(await this.loadEarlier(mostAtOnce))) return;
    }
    this.#panel.showEntry(entryId, below);
  }

  #isLoaded(entryId: string): boolean {
    return this.#panel.state.value.entries.some(({ id }) => id === entryId);
  }

  /** Leaves automatic context out of the next turn, or takes it back in. */
  toggleChip({ id, label }: { id: string; label: string }): void {
    const { excluded } = this.#panel.state.value.draft;
    const others = excluded.filter((chip) => chip.id !== id);
    this.#panel.dispatch({
      type: 'draft',
      excluded: others.length < excluded.length ? others : [...others, { id, label }],
    });
    this.#panel.draftChanged();
    this.#panel.countSoon(0);
  }

  async pickContext(): Promise<void> {
    const picked = await this.#panel.ask('pickContext', {});
    if (!picked) return;
    this.#panel.dispatch({ type: 'attach', attachments: picked.attachments });
    this.#panel.draftChanged();
  }

  /** The host asks first. */
  async addOpenFile(uri: string): Promise<void> {
    const added = await this.#once(`add ${uri}`, () => this.#panel.ask('addOpenFile', { uri }));
    if (!added || added.attachments.length === 0) return;
    this.#panel.dispatch({ type: 'attach', attachments: added.attachments });
    this.#panel.draftChanged();
  }

  /** Attaches what was dropped or pasted, to the session it was meant for. What is too large is not even read. */
  async attachDropped({ uris, files }: Dropped): Promise<void> {
    const panel = this.#panel;
    const { sessionId } = panel;
    if (!sessionId) return;
    if (uris.length > 0) this.#attach(sessionId, await panel.ask('attachUris', { uris }));
    for (const file of files) {
      const name = file.name.slice(0, 300) || t('pasted');
      if (file.size > mostAttachedBytes) this.#refuse(t('tooLarge', name, bytes(mostAttachedBytes)));
      else {
        const data = await base64Of(file).catch(() => undefined);
        if (data === undefined) this.#refuse(t('notReadable', name));
        else this.#attach(sessionId, await panel.ask('attachBytes', { sessionId, name, data }));
      }
    }
  }

  #attach(sessionId: string, taken: { attachments: Attachment[] } | undefined): void {
    if (!taken || taken.attachments.length === 0) return;
    this.#panel.changeDraft(sessionId, (draft) => withAttached(draft, taken.attachments));
    // The bytes are stored; the draft that names them is not to wait.
    this.#panel.drafts.flush();
    this.#panel.say(t('attached', taken.attachments.map(({ path }) => path).join(', ')));
  }

  #refuse(message: string): void {
    this.#panel.dispatch({
      type: 'problem',
      problem: { code: 'attachment_unusable', message, action: 'none' },
    });
  }

  /** Takes what was named into the draft; the host asks first about what stays out. */
  async mention(choice: MentionChoice): Promise<void> {
    const what = `mention ${choice.kind} ${choice.uri} ${choice.startLine ?? ''}`;
    const taken = await this.#once(what, () => this.#panel.ask('mention', { choice }));
    if (!taken) return;
    this.#panel.dispatch({ type: 'attach', attachments: taken.attachments });
    this.#panel.draftChanged();
    this.#panel.say(
      taken.attachments.length > 0 ? t('mentionAdded', choice.label) : t('mentionLeft', choice.label),
    );
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
