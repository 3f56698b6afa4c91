import assert from 'node:assert/strict';
import { PassageIndex } from '../../../../src/core/grounding/passageIndex.ts';
import { conceptsOf } from '../../../../src/core/grounding/question.ts';
import { Segments } from '../../../../src/core/grounding/segments.ts';

/** Ten lines of a comment, a blank line: several chunks. */
const textOf = (word: string, blocks: number) =>
  Array.from({ length: blocks }, (_, at) => `// ${word} ${'x();\n'.repeat(30)} ${at}`).join('\n\n');

describe('The index of passages', () => {
  it('finds the same after files changed thousands of times as when they are read once', () => {
    const changed = new PassageIndex();
    const fresh = new PassageIndex();
    const file = (name: string, word: string) => ({ uri: name, path: name, text: textOf(word, 12) });
    for (let round = 0; round < 100; round++) changed.set('busy.ts', file('busy.ts', `tiger${round}`));
    changed.set('kept.ts', file('kept.ts', 'zebra'));
    for (let round = 0; round < 900; round++) changed.set('busy.ts', file('busy.ts', `lion${round} zebra`));
    changed.set('last.ts', file('last.ts', 'zebra lion'));
    changed.delete('last.ts');
    fresh.set('kept.ts', file('kept.ts', 'zebra'));
    fresh.set('busy.ts', file('busy.ts', 'lion899 zebra'));
    const found = (index: PassageIndex) =>
      index.rank(conceptsOf('zebra lion899', index.vocabulary), 50).chunks;
    assert.ok(found(fresh).length > 2);
    assert.deepEqual(found(changed), found(fresh));
  });

  it('gives back the room of chunks that are gone, and keeps what the others hold', () => {
    const all = new Segments();
    const held = (id: number) => ({ ids: Uint32Array.of(id % 7, 10 + (id % 5)), marks: Uint8Array.of(1, 2) });
    for (let place = 0; place < 5000; place++) all.add(held(place));
    const few = all.kept((place) => place % 3 === 0);
    const expected = new Segments();
    for (let place = 0; place < 5000; place += 3) expected.add(held(place));
    const lists = (segments: Segments) =>
      [0, 3, 6, 10, 14].map((id) => {
        const list: number[][] = [];
        segments.visit(id, (place, marked) => list.push([place, marked]));
        return list;
      });
    assert.equal(few.size, 1667);
    assert.deepEqual(lists(few), lists(expected));
  });
});
