import assert from 'node:assert/strict';
import { readableMemory } from '../../../../src/core/context/memoryFiles.ts';

const most = 64 * 1024;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('A memory file of the workspace', () => {
  const cases: { title: string; text: string; expected: string | undefined }[] = [
    { title: 'is read as it is', text: 'Use tabs.\n', expected: 'Use tabs.\n' },
    { title: 'is read without its byte order mark', text: '\ufeffUse tabs.', expected: 'Use tabs.' },
    { title: 'is nothing when it is empty', text: '', expected: undefined },
    { title: 'is nothing when it is blank', text: ' \n\t\n', expected: undefined },
    { title: 'is nothing when it is no text', text: 'a\0b', expected: undefined },
    { title: 'is whole up to 64 KiB', text: 'x'.repeat(most), expected: 'x'.repeat(most) },
  ];
  for (const { title, text, expected } of cases) {
    it(title, () => assert.equal(readableMemory(bytes(text)), expected));
  }

  it('is cut after a whole line where it is longer, and says so', () => {
    const text = readableMemory(bytes(`${'é'.repeat(49)}\n`.repeat(1_000)));
    const lines = text?.split('\n') ?? [];
    assert.equal(lines.pop(), '(The rest of this file is left out.)');
    assert.equal(lines.pop(), '');
    assert.ok(lines.length > 600);
    for (const line of lines) assert.equal(line, 'é'.repeat(49));
  });

  it('is cut where it has no line break too', () =>
    assert.match(readableMemory(bytes('x'.repeat(2 * most))) ?? '', /^x{65536}\n\n\(The rest/));
});
