import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialState, liveBlocks, type PanelState, reduce } from '../../../media/panelState.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import type { HostMessage, SessionView } from '../../../src/protocol/panel.ts';
import type { SessionEvent } from '../../../src/protocol/turnEvents.ts';
import { answer, id, session, sessionId, turns, user, view } from '../../panel/support/samples.ts';

const show = (state: PanelState, shown: SessionView) => reduce(state, { type: 'view', view: shown });
const hear = (state: PanelState, ...events: SessionEvent[]) =>
  events.reduce((now, event) => reduce(now, { type: 'host', message: { type: 'event', event } }), state);
const opened = (change: Partial<SessionView> = {}) => show(initialState, view(change));
const appended = (entry: Entry): SessionEvent => ({ type: 'entry.appended', sessionId, entry });
const of = (turn: number) => ({ sessionId, turnId: id(4, turn) });
const started = (turn: number): SessionEvent => ({
  type: 'turn.started',
  ...of(turn),
  provider: 'anthropic',
  model: 'm',
});
const words = (turn: number, text: string, block = 0): SessionEvent => ({
  type: 'turn.text',
  ...of(turn),
  block,
  text,
});
const ended = (turn: number): SessionEvent => ({
  type: 'turn.ended',
  ...of(turn),
  entry: answer(turn, 'Done.'),
});
const ids = (state: PanelState) => state.entries.map((entry) => entry.id);

describe('the state of the panel', () => {
  it('an answer grows block by block and becomes an entry when its turn ends', () => {
    const growing = hear(
      opened(),
      appended(user(1, 'Why?')),
      started(1),
      words(1, 'Be'),
      words(1, 'cause'),
      words(1, 'Also', 1),
    );
    assert.deepEqual(growing.live && liveBlocks(growing.live), [
      { type: 'text', text: 'Because' },
      { type: 'text', text: 'Also' },
    ]);
    const done = hear(growing, ended(1));
    assert.equal(done.live, undefined);
    assert.deepEqual(ids(done), [id(2, 1), id(3, 1)]);
  });

  it('the entry of an ended turn counts once, whichever event brings it first', () => {
    const begun = hear(opened(), appended(user(1, 'Why?')), started(1));
    const once = hear(begun, ended(1), appended(answer(1, 'Done.')), ended(1));
    assert.deepEqual(ids(once), [id(2, 1), id(3, 1)]);
    assert.equal(once.totals.tokens, 1_700 + 10_700 + 612);
  });

  it('a turn that has ended does not come alive again', () => {
    const done = hear(opened({ entries: turns(1) }), started(1), words(1, 'late'), {
      type: 'turn.progress',
      ...of(1),
      content: [],
    });
    assert.equal(done.live, undefined);
  });

  it('an edited input replaces what followed its parent', () => {
    const edited = user(9, 'Better', { parentId: id(3, 1) });
    const state = hear(opened({ entries: turns(3) }), appended(edited));
    assert.deepEqual(ids(state), [id(2, 1), id(3, 1), id(2, 9)]);
  });

  it('an entry whose parent is not loaded asks for the view anew', () => {
    const state = hear(
      opened({ entries: turns(2, 5) }),
      appended(user(9, 'Elsewhere', { parentId: id(3, 2) })),
    );
    assert.equal(state.stale, true);
    assert.equal(show(state, view({ entries: turns(1) })).stale, false);
  });

  it('events of another session change nothing', () => {
    const state = opened({ entries: turns(1) });
    assert.equal(hear(state, { ...started(2), sessionId: id(1, 9) } as SessionEvent), state);
  });

  it('what is being typed is kept when the same session is shown again, and replaced by another', () => {
    const typing = reduce(opened(), { type: 'draft', text: 'half', attachments: [] });
    assert.equal(show(typing, view({ draft: { text: 'older', attachments: [] } })).draft.text, 'half');
    const other = view({ session: session({ id: id(1, 2) }), draft: { text: 'its own', attachments: [] } });
    assert.equal(show(typing, other).draft.text, 'its own');
  });

  it('the same attachment is not attached twice', () => {
    const attachment = { kind: 'file', uri: 'file:///a', path: 'a.ts', text: '' } as const;
    const message: HostMessage = { type: 'attach', sessionId, attachments: [attachment] };
    const once = reduce(opened(), { type: 'host', message });
    assert.equal(reduce(once, { type: 'host', message }).draft.attachments.length, 1);
  });

  it('an unknown price is not taken for nothing', () => {
    const state = hear(opened(), appended(user(1, 'Why?')), {
      type: 'turn.ended',
      ...of(1),
      entry: answer(1, 'So.', { costUsd: undefined }),
    });
    assert.equal(state.totals.costKnown, false);
  });

  it('announces events, never the words of the answer', () => {
    const said: string[] = [];
    let state = opened();
    for (const event of [appended(user(1, 'Why?')), started(1), words(1, 'secret words'), ended(1)]) {
      state = hear(state, event);
      said.push(state.announcement);
    }
    assert.deepEqual(said, [
      'Causeway is answering',
      'Causeway is answering',
      'Causeway is answering',
      'Done, 1 words',
    ]);
  });

  it('any events of any turns in any order leave at most one live turn, none that ended, and each entry once', () => {
    const turn = fc.integer({ min: 1, max: 4 });
    const event = fc.oneof(
      turn.map(started),
      turn.map((of) => words(of, 'x')),
      turn.map(ended),
      turn.map((of) => appended(user(of, 'Why?'))),
      turn.map((of) => appended(answer(of, 'Done.'))),
      turn.map((number): SessionEvent => ({ type: 'turn.progress', ...of(number), content: [] })),
      turn.map(
        (number): SessionEvent => ({
          type: 'turn.retrying',
          ...of(number),
          attempt: 1,
          delayMs: 1,
          reason: 'busy',
        }),
      ),
      turn.map((number): SessionEvent => ({ type: 'turn.withdrawn', ...of(number) })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const state = hear(opened(), ...events);
        assert.equal(new Set(ids(state)).size, state.entries.length);
        state.entries.forEach((entry, index) => {
          assert.equal(entry.parentId, state.entries[index - 1]?.id ?? null);
        });
        const { live } = state;
        const over = state.entries.some(
          (entry) => entry.kind === 'assistant' && entry.turnId === live?.turnId,
        );
        assert.equal(live !== undefined && over, false);
      }),
      { numRuns: 500 },
    );
  });
});
