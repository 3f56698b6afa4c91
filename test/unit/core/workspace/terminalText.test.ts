import assert from 'node:assert/strict';
import { lastPart, plainOutput } from '../../../../src/core/workspace/terminalText.ts';

describe('What a program printed', () => {
  const cases: [what: string, printed: string, read: string][] = [
    ['in colours', '\u001b[31mfailed\u001b[0m: \u001b[1;38;5;9m1\u001b[m', 'failed: 1'],
    ['with a title of the window', '\u001b]0;title\u0007ok\u001b]633;D;0\u001b\\', 'ok'],
    ['over itself', '10%\r50%\r100%\r\ndone\r\n', '100%\ndone'],
    ['with signs of its own', 'a\u0007b\u0000c\td', 'abc\td'],
    ['with an escape that was cut off', 'ok\n\u001b[3', 'ok'],
  ];
  for (const [what, printed, read] of cases)
    it(`${what} reads ${JSON.stringify(read)}`, () => assert.equal(plainOutput(printed), read));

  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} RSA PRIVATE KEY-----`);
  const ends: [what: string, printed: string, most: number, kept: string][] = [
    ['all of a short one', 'one\ntwo', 60, 'one\ntwo'],
    ['the end', 'one\ntwo', 3, 'two'],
    ['whole lines', 'API_KEY=canary\ntwo', 9, 'two'],
    ['nothing of one line that is too long', 'API_KEY=canary', 6, ''],
    ['no end of a key', `${begin}\nMIIE\n${end}\nok`, 40, 'ok'],
    [
      'a whole key, which is masked as one',
      `x\n${begin}\nMIIE\n${end}\nok`,
      69,
      `${begin}\nMIIE\n${end}\nok`,
    ],
  ];
  for (const [what, printed, most, kept] of ends)
    it(`is cut to ${what}`, () => assert.equal(lastPart(printed, most), kept));

  it('is cut to what follows a line whose beginning was not kept', () =>
    assert.equal(lastPart('nary\ntwo', 60, true), 'two'));
});
