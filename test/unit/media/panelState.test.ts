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
    const typing = reduce(opened(), { type: 'draft', text: 'half' });
    assert.equal(show(typing, view({ draft: { text: 'older', attachments: [] } })).draft.text, 'half');
    const other = view({ session: session({ id: id(1, 2) }), draft: { text: 'its own', attachments: [] } });
    assert.equal(show(typing, other).draft.text, 'its own');
  });

  const editing = (entryId: string, text = 'asked better') => ({ edits: [{ entryId, text }] });
  const editsOf = (state: PanelState) => state.draft.edits.map(({ entryId }) => entryId);

  it('an edit of an earlier input stays open whatever is appended, until that input leaves the branch', () => {
    const edits = [
      { entryId: id(2, 1), text: 'asked better' },
      { entryId: id(2, 3), text: 'this too' },
    ];
    const state = reduce(opened({ entries: turns(3) }), { type: 'draft', edits });
    const later = hear(state, appended(user(4, 'A script asks')), started(4), ended(4));
    assert.deepEqual(later.draft.edits, edits);
    const branched = hear(later, appended(user(9, 'Elsewhere', { parentId: id(3, 1) })));
    assert.deepEqual(editsOf(branched), [id(2, 1)]);
    assert.deepEqual(editsOf(hear(branched, appended(user(10, 'Anew', { parentId: null })))), []);
  });

  it('an edit of an input that is not loaded stays as long as that may be on the branch', () => {
    const draft = { text: '', attachments: [], ...editing(id(2, 1)) };
    const partly = opened({ entries: turns(2, 5), hasEarlier: true, draft });
    assert.deepEqual(editsOf(hear(partly, appended(user(7, 'And?')))), [id(2, 1)]);
    assert.deepEqual(editsOf(show(partly, view({ entries: turns(2) }))), [id(2, 1)]);
    assert.deepEqual(editsOf(opened({ entries: turns(2, 5), draft })), []);
  });

  it('what was left out and what is edited comes back with the draft of its session', () => {
    const draft = {
      text: 'half',
      attachments: [],
      excluded: [{ id: 'file:b', label: 'b.ts' }],
      pinned: [{ entryId: id(2, 1), label: '2 November' }],
      replaced: [{ partId: 'file:c', label: 'c.ts', text: 'C' }],
      ...editing(id(2, 1)),
    };
    const state = opened({ entries: turns(1), draft });
    assert.deepEqual(state.draft, draft);
    assert.deepEqual(show(state, view({ session: session({ id: id(1, 2) }) })).draft, {
      text: '',
      attachments: [],
      excluded: [],
      pinned: [],
      replaced: [],
      edits: [],
    });
  });

  it('a view that could not be had anew is asked for again by the next entry that does not fit', () => {
    const lost = hear(opened(), appended(user(9, 'Elsewhere')));
    const refused = reduce(lost, { type: 'notShown' });
    assert.deepEqual([lost.stale, refused.stale], [true, false]);
    assert.equal(hear(refused, appended(answer(9, 'Here'))).stale, true);
  });

  it('a problem is announced, the same one once more too', () => {
    const problem = { code: 'full', message: 'The disk is full.', action: 'none' } as const;
    const first = reduce(opened(), { type: 'problem', problem });
    const second = reduce(first, { type: 'problem', problem });
    assert.equal(first.announcement, problem.message);
    assert.equal(second.announcement.trim(), problem.message);
    assert.notEqual(second.announcement, first.announcement);
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
