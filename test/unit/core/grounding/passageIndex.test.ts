import assert from 'node:assert/strict';
import { PassageIndex } from '../../../../src/core/grounding/passageIndex.ts';

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
    const found = (index: PassageIndex) => index.ask('zebra lion899').rank(50).chunks;
    assert.ok(found(fresh).length > 2);
    assert.deepEqual(found(changed), found(fresh));
  });
});
