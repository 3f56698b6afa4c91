import assert from 'node:assert/strict';
import { withInstruction } from '../../../../src/core/edits/instructionFile.ts';

const check = (title: string, before: string | undefined, after: string) =>
  it(title, () => assert.equal(withInstruction(before, 'Tests are written\n with mocha. '), after));

describe('A standing instruction in a file of instructions', () => {
  check('makes a file that is not there', undefined, '- Tests are written with mocha.\n');
  check('joins a list at the end', '# A\n\n- One.\n', '# A\n\n- One.\n- Tests are written with mocha.\n');
  check(
    'begins a list after anything else',
    '# A\n\nBe brief.',
    '# A\n\nBe brief.\n\n- Tests are written with mocha.\n',
  );
  check(
    'keeps the ends of lines',
    'Be brief.\r\n- One.\r\n',
    'Be brief.\r\n- One.\r\n- Tests are written with mocha.\r\n',
  );
});
