import assert from 'node:assert/strict';
import { withBreakpoints } from '../../../../src/core/context/breakpoints.ts';
import type { InputEntry } from '../../../../src/core/context/render.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import type { Segment } from '../../../../src/protocol/report.ts';
import { entriesOf, type Step } from './logs.ts';

const user = (texts: number): Step => ({
  kind: 'user',
  texts,
  blank: false,
  attached: 0,
  image: false,
  length: 1,
});
const assistant = (thinking: 'none' | 'signed', calls: string[] = []): Step => ({
  kind: 'assistant',
  texts: 1,
  calls,
  thinking,
  length: 1,
});
/** Two turns, one of many blocks, and the calls of the turn that is asked. */
const steps: Step[] = [
  user(1),
  assistant('none'),
  user(1),
  assistant('none'),
  user(25),
  assistant('none'),
  assistant('none', ['c1']),
  { kind: 'tool_result', ids: ['c1'], length: 1 },
];
const entries: Entry[] = entriesOf(steps, []);
const ids = (from: number, to: number): string[] => entries.slice(from, to).map(({ id }) => id);
const asked: InputEntry = { kind: 'input', id: 'input', content: [{ type: 'text', text: '?' }] };

const segment = (kind: Segment['kind'], more: Partial<Segment> = {}): Segment => ({
  kind,
  label: kind,
  tokens: 1,
  reason: 'r',
  text: kind,
  ...more,
});
const said = (label: string, entryIds: string[]): Segment => {
  const { text: _, ...rest } = segment('conversation', { label, entryIds });
  return rest;
};
const all = {
  tools: segment('tools', { text: '[]' }),
  system: segment('system'),
  memory: segment('memory_file'),
  directive: segment('directives'),
  frame: segment('frame'),
  earlier: said('earlier', ids(0, 2)),
  last: said('last', ids(2, 4)),
  long: said('long', ids(4, 6)),
  file: segment('grounding'),
  input: segment('input', { label: 'input', entryIds: ['input'] }),
  calls: said('calls', ids(6, 8)),
};

describe('The prompt cache is asked to keep', () => {
  const check = (title: string, given: (keyof typeof all)[], kept: string[]) =>
    it(title, () => {
      const marked = withBreakpoints(
        given.map((name) => all[name]),
        (id) => (id === 'input' ? asked : entries.find((entry) => entry.id === id)),
      );
      assert.deepEqual(
        marked.flatMap(({ cache }, place) => (cache ? [given[place]] : [])),
        kept,
      );
    });

  check(
    'the whole system prompt, with its tools and directives',
    ['tools', 'system', 'memory', 'directive', 'file', 'input'],
    ['directive'],
  );
  check('an input that nothing changing stands before', ['system', 'input'], ['system', 'input']);
  check(
    'the conversation, and the input with it where nothing changes',
    ['system', 'earlier', 'last', 'input'],
    ['system', 'last', 'input'],
  );
  check(
    'the conversation alone where files may change before the input',
    ['system', 'earlier', 'last', 'file', 'input'],
    ['system', 'last'],
  );
  check(
    'the frames, so that the next compaction changes only what follows',
    ['system', 'frame', 'last', 'file', 'input'],
    ['system', 'frame', 'last'],
  );
  check(
    'the turn before a last one that is too long to look back over',
    ['system', 'earlier', 'long', 'file', 'input'],
    ['system', 'earlier', 'long'],
  );
  check(
    'what was called in this turn so far',
    ['system', 'last', 'file', 'input', 'calls'],
    ['system', 'last', 'calls'],
  );
  check(
    'no more than four places, those that save most',
    ['tools', 'system', 'frame', 'earlier', 'long', 'input', 'calls'],
    ['system', 'frame', 'long', 'calls'],
  );
});
