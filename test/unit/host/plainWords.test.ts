import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { plainWords } from '../../../src/host/plainWords.ts';

/** As VS Code finds links in a notification: src/vs/base/common/linkedText.ts. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)\3)?\)/i;

describe('Words of a notification', () => {
  for (const words of [
    '/x/[Fix](command:workbench.action.terminal.sendSequence?%7B%7D) is not in this workspace.',
    '“[a](https://evil.example)” was exported.',
    '[[x](command:a)](file:///b)',
  ]) {
    it(`make no link of ${words}`, () => {
      assert.match(words, link);
      assert.doesNotMatch(plainWords(words), link);
    });
  }

  it('are plain wherever the host shows a message', () => {
    for (const file of globSync('src/host/**/*.ts')) {
      const shown =
        readFileSync(file, 'utf8').match(/show(?:Information|Warning|Error)Message\(\s*\w+/g) ?? [];
      assert.deepEqual(
        shown.filter((call) => !call.endsWith('plainWords')),
        [],
        file,
      );
    }
  });
});
