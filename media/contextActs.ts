/** What a user can do to the context and to what a session remembers. */

import type { DirectiveView } from '../src/protocol/memory.ts';
import type { ContextOf, MemoryChange } from '../src/protocol/panelContext.ts';
import { type Inspected, sameOf } from './contextState.ts';
import { quoted } from './format.ts';
import { t } from './l10n.ts';
import type { Panel } from './panel.ts';

export class ContextActs {
  readonly #panel: Panel;
  #loading = false;
  #again = false;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Opens the inspector; `from` is the id of the element that takes the focus when it closes. */
  inspect(of: Inspected, from?: string): void {
    this.#panel.openedFrom = from;
    this.#panel.dispatch({ type: 'context', action: { type: 'inspect', of } });
    this.#panel.dispatch({ type: 'screen', screen: 'context' });
    void this.load();
  }

  /** Asks for the context that is looked at. */
  async load(): Promise<void> {
    const panel = this.#panel;
    const { sessionId } = panel;
    const of = panel.state.value.context.inspector?.of;
    if (!sessionId || !of) return;
    const view = await panel.ask('context', { sessionId, of: this.#asked(of) });
    if (view) panel.dispatch({ type: 'context', action: { type: 'view', of, view } });
  }

  /** What would be sent has changed: an inspector that shows it is drawn anew. */
  requestChanged(): void {
    const { screen, context } = this.#panel.state.value;
    if (screen === 'context' && context.inspector?.of.kind === 'next') void this.load();
  }

  toggle(key: string): void {
    this.#panel.dispatch({ type: 'context', action: { type: 'toggle', key } });
  }

  async loadText(key: string, segment: number): Promise<void> {
    const panel = this.#panel;
    const { sessionId } = panel;
    const inspector = panel.state.value.context.inspector;
    if (!sessionId || !inspector) return;
    const { of, version } = inspector;
    const found = await panel.ask('contextText', { sessionId, of: this.#asked(of), segment });
    const now = panel.state.value.context.inspector;
    if (!found || !now || !sameOf(now.of, of)) return;
    panel.dispatch({ type: 'context', action: { type: 'text', key, version, text: found.text } });
  }

  async openRequest(): Promise<void> {
    const { sessionId } = this.#panel;
    const of = this.#panel.state.value.context.inspector?.of;
    if (sessionId && of) await this.#panel.ask('openRequest', { sessionId, of: this.#asked(of) });
  }

  #asked(of: Inspected): ContextOf {
    return of.kind === 'turn' ? of : { kind: 'next', input: this.#panel.nextInput };
  }

  /** Sends these entries word for word with the next turn, or no longer; what would be too many is not offered. */
  togglePinned(entryIds: readonly string[], label: string): void {
    const { pinned } = this.#panel.state.value.draft;
    const others = pinned.filter(({ entryId }) => !entryIds.includes(entryId));
    const all = entryIds.every((id) => pinned.some(({ entryId }) => entryId === id));
    const wanted = all ? others : [...others, ...entryIds.map((entryId) => ({ entryId, label }))];
    this.#panel.dispatch({ type: 'draft', pinned: wanted });
    this.#chosen();
  }

  unpin(label: string): void {
    const pinned = this.#panel.state.value.draft.pinned.filter((one) => one.label !== label);
    this.#panel.dispatch({ type: 'draft', pinned });
    this.#chosen();
  }

  /** Sends a part with this text in the next turn; without a text, as it is. */
  replace(partId: string, label: string, text: string | undefined): void {
    const others = this.#panel.state.value.draft.replaced.filter((one) => one.partId !== partId);
    const replaced = text === undefined ? others : [...others, { partId, label, text }];
    this.#panel.dispatch({ type: 'draft', replaced });
    this.#panel.draftChanged();
  }

  #chosen(): void {
    this.#panel.draftChanged();
    this.#panel.countSoon(0);
  }

  showMemory(from?: string): void {
    this.#panel.openedFrom = from;
    this.#panel.dispatch({ type: 'screen', screen: 'memory' });
  }

  /** Asks what the session remembers; what changes meanwhile is asked for once more and not many times. */
  async loadMemory(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    do {
      this.#again = false;
      const { sessionId } = this.#panel;
      const memory = sessionId && (await this.#panel.ask('memory', { sessionId }));
      if (memory) this.#panel.dispatch({ type: 'context', action: { type: 'memory', memory } });
    } while (this.#again);
    this.#loading = false;
  }

  /** Undefined when the host refused, which the panel shows. */
  async change(change: MemoryChange): Promise<{ done: boolean } | undefined> {
    const { sessionId } = this.#panel;
    return sessionId ? this.#panel.ask('memoryChange', { sessionId, change }) : undefined;
  }

  /** Removing can be called back. */
  async removeDirective({ directiveId, text, state, scope }: DirectiveView): Promise<void> {
    const panel = this.#panel;
    const { sessionId } = panel;
    if (!sessionId) return;
    const ofUser = scope === 'user';
    const removed = await this.change(
      ofUser
        ? { type: 'directive.remove_user', directiveId }
        : { type: 'directive.state', directiveId, state: 'removed' },
    );
    if (!removed) return;
    const back: MemoryChange = ofUser
      ? { type: 'directive.restore_user', text }
      : { type: 'directive.state', directiveId, state };
    panel.dispatch({ type: 'undo', undo: { what: 'directive', sessionId, text, change: back } });
    panel.say(t('directiveRemoved', quoted(text)));
  }

  async compact(): Promise<void> {
    this.#panel.say(t('compacting'));
    const answer = await this.change({ type: 'compact' });
    if (answer) this.#panel.say(t(answer.done ? 'compacted' : 'compactNothing'));
  }

  async rebuild(frameId: string): Promise<void> {
    this.#panel.say(t('compacting'));
    if (await this.change({ type: 'frame.rebuild', frameId })) this.#panel.say(t('frameRebuilt'));
  }

  setFrameOpen(key: string, open: boolean): void {
    this.#panel.dispatch({ type: 'context', action: { type: 'frame', key, open } });
  }

  /** Asks for the words of a frame. */
  async loadFrame(frameId: string): Promise<void> {
    const { sessionId } = this.#panel;
    if (!sessionId) return;
    const body = await this.#panel.ask('frameWords', { sessionId, frameId });
    if (body && this.#panel.sessionId === sessionId) {
      this.#panel.dispatch({ type: 'context', action: { type: 'frameWords', frameId, body } });
    }
  }

  /** Shows the words of a frame; `from` is the id of the element it is opened from. */
  showFrame(key: string, from: string): void {
    this.setFrameOpen(key, true);
    this.showMemory(from);
  }
}
