import assert from 'node:assert/strict';
import {
  type ContextAction,
  type ContextState,
  initialContext,
  reduceContext,
  segmentKeys,
} from '../../../media/contextState.ts';
import { contextNext, contextSent, memory } from '../../panel/support/contextSamples.ts';
import { id, sessionId } from '../../panel/support/samples.ts';

const next = { kind: 'next' } as const;
const turn = { kind: 'turn', turnId: id(4, 1) } as const;
const after = (actions: readonly ContextAction[], state: ContextState = initialContext) =>
  actions.reduce((now, action) => reduceContext(now, sessionId, action), state);
const looking = after([
  { type: 'inspect', of: next },
  { type: 'view', of: next, view: contextNext() },
]);

describe('what the panel knows of the context', () => {
  it('what comes late for another turn or another session is not shown', () => {
    assert.equal(after([{ type: 'view', of: turn, view: contextSent() }], looking), looking);
    const elsewhere = { ...contextNext(), sessionId: id(1, 9) };
    assert.equal(after([{ type: 'view', of: next, view: elsewhere }], looking), looking);
    assert.equal(after([{ type: 'memory', memory: memory({ sessionId: id(1, 9) }) }]), initialContext);
  });

  it('what is open stays open when the request changes, and its text until the new one has come', () => {
    const open = after(
      [
        { type: 'toggle', key: 'grounding open:retry' },
        { type: 'text', key: 'grounding open:retry', version: 1, text: 'before' },
        { type: 'view', of: next, view: contextNext() },
      ],
      looking,
    );
    assert.deepEqual([...(open.inspector?.open ?? [])], ['grounding open:retry']);
    assert.equal(open.inspector?.version, 2);
    assert.deepEqual(open.inspector?.texts.get('grounding open:retry'), { version: 1, text: 'before' });
  });

  it('a text of an older view is not taken for one of the newer', () => {
    const newer = after([{ type: 'view', of: next, view: contextNext() }], looking);
    assert.equal(after([{ type: 'text', key: 'a', version: 1, text: 'old' }], newer), newer);
  });

  it('looking at another turn begins with nothing open', () => {
    const other = after(
      [
        { type: 'toggle', key: 'a' },
        { type: 'inspect', of: turn },
      ],
      looking,
    );
    assert.equal(other.inspector?.view, undefined);
    assert.equal(other.inspector?.open.size, 0);
  });

  it('a frame is opened once, however often that is asked', () => {
    const opened = after([{ type: 'frame', key: 'f', open: true }]);
    assert.equal(after([{ type: 'frame', key: 'f', open: true }], opened), opened);
    assert.equal(after([{ type: 'frame', key: 'f', open: false }], opened).openFrames.size, 0);
  });

  it('each segment has a key of its own, the same when the conversation before it grows', () => {
    const { segments } = contextNext().report;
    const [system] = segments;
    assert.ok(system);
    const keys = segmentKeys([...segments, system]);
    assert.equal(new Set(keys).size, keys.length);
    const grown = segments.map((one) =>
      one.kind === 'conversation' ? { ...one, label: '7 earlier turns', entryIds: [id(2, 2)] } : one,
    );
    assert.deepEqual(segmentKeys(grown), segmentKeys(segments));
  });
});
