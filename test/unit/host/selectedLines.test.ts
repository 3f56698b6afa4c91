import assert from 'node:assert/strict';
import { selectedLines } from '../../../src/host/selectedLines.ts';
import { SecretRules } from '../../../src/workers/secretRules.ts';
import { canaries } from '../../support/canaries.ts';

describe('What is selected', () => {
  const text = ['one', 'two three', 'four', ''];
  const document = (eol = 1) => ({ lineAt: (line: number) => ({ text: text[line] ?? '' }), eol });
  const range = (startLine: number, endLine: number, character: number) => ({
    start: { line: startLine },
    end: { line: endLine, character },
  });
  const check = (title: string, selected: ReturnType<typeof range>, expected: unknown[], eol?: number) =>
    it(title, () => {
      const { startLine, endLine, text: sent } = selectedLines(document(eol), selected);
      assert.deepEqual([startLine, endLine, sent], expected);
    });
  check('goes in whole lines', range(1, 1, 3), [2, 2, 'two three']);
  check('goes without a line that it only touches', range(0, 2, 0), [1, 2, 'one\ntwo three']);
  check('keeps the line breaks of its file', range(0, 1, 3), [1, 2, 'one\r\ntwo three'], 2);

  it('goes with the name beside a value, by which it is known as a secret', async () => {
    const rules = new SecretRules();
    const { secret = '' } = canaries(3).find(({ kind }) => kind === 'named-value') ?? {};
    const line = `api_key = "${secret}"`;
    const value = { start: { line: 0 }, end: { line: 0, character: line.length - 1 } };
    const sent = selectedLines({ lineAt: () => ({ text: line }), eol: 1 }, value).text;
    const [[found] = []] = await rules.scan([sent]);
    assert.equal(found && sent.slice(found.start, found.end), secret);
    assert.deepEqual(await rules.scan([secret]), [[]]);
  });
});
